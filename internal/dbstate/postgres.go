package dbstate

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"strings"
)

// Postgres returns the database at a URI. Without tables, it reads all in the search path.
// A name may have its schema before it.
func Postgres(uri string, tables ...string) (*Database, error) {
	psql, err := findPsql()
	if err != nil {
		return nil, err
	}
	s, err := readURI(uri)
	if err != nil {
		return nil, err
	}
	s.path = psql
	s.args = []string{"-X", "-w", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "tables=" + strings.Join(tables, ","),
		"-v", "path=" + s.schema, "-f", "-", s.conninfo}
	s.environment = append(s.environment, fmt.Sprintf("PGCONNECT_TIMEOUT=%d", int(patience.Seconds())), "PGAPPNAME=fakestripe", "PGCLIENTENCODING=UTF8")
	return &Database{name: s.conninfo, tables: tables, read: s.read, stream: s.stream}, nil
}

// findPsql returns the path of psql. Debian's is a script that chooses a version, which
// takes longer than psql itself.
func findPsql() (string, error) {
	psql, err := find("psql", "postgresql-client")
	if target, err := filepath.EvalSymlinks(psql); err == nil && filepath.Base(target) == "pg_wrapper" {
		if programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/psql"); len(programs) > 0 {
			psql = programs[len(programs)-1]
		}
	}
	return psql, err
}

// A postgresServer is a database of PostgreSQL.
type postgresServer struct {
	conninfo string // without a password, which is in the environment
	schema   string // replaces the search path
	secret   string
	program
}

// foreign lists URI parameters for others: Prisma, and drivers' pools.
var foreign = []string{"schema", "connection_limit", "pool_timeout", "socket_timeout", "pgbouncer", "statement_cache_size",
	"sslaccept", "pool_max_conns", "pool_min_conns", "pool_max_conn_lifetime", "pool_max_conn_idle_time", "pool_health_check_period"}

// readURI parses a URI as PostgreSQL's library, drivers and ORMs write it.
// Source: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
func readURI(uri string) (*postgresServer, error) {
	scheme, _, found := strings.Cut(uri, "://")
	dialect, _, _ := strings.Cut(scheme, "+") // SQLAlchemy's postgresql+psycopg
	parsed, err := url.Parse("postgres" + strings.TrimPrefix(uri, scheme))
	if !found || dialect != "postgres" && dialect != "postgresql" || err != nil {
		return nil, errors.New("want a URI, such as postgres://user@localhost:5432/shop") // the error of Parse would show the password
	}
	s, query := &postgresServer{}, parsed.Query()
	password, _ := parsed.User.Password()
	s.secret = cmp.Or(query.Get("password"), password)
	if s.secret != "" {
		s.environment = []string{"PGPASSWORD=" + s.secret}
		s.hidden = s.secret
	}
	if query.Has("sslpassword") {
		return nil, errors.New("sslpassword cannot be given in secret: use a key without one")
	}
	s.schema = query.Get("schema")
	query.Del("password")
	for _, name := range foreign {
		query.Del(name)
	}
	if parsed.User != nil {
		parsed.User = url.User(parsed.User.Username())
	}
	parsed.RawQuery = query.Encode()
	s.conninfo = parsed.String()
	if strings.Contains(s.conninfo, s.secret) {
		s.hidden = "" // it is also the user's name, say: hiding it would hide the problem
	}
	return s, nil
}

// readPostgres reads everything in one read-only transaction: first the tables, then their
// rows. Both are JSON, a value a line. It waits no longer for a lock than a reading may
// take.
const readPostgres = `
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL statement_timeout = '8s';
SET LOCAL lock_timeout = '4s';
SET LOCAL bytea_output = 'hex';
SELECT :'path' <> '' AS searched \gset
\if :searched
SET LOCAL search_path TO :"path";
\endif

WITH found AS (
    SELECT c.oid, CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (
        n.nspname = ANY (current_schemas(false)) AND pg_table_is_visible(c.oid)
        OR n.nspname || '.' || c.relname = ANY (string_to_array(:'tables', ','))))
SELECT json_build_object(
    'table', name,
    'columns', (
        SELECT json_agg(json_build_object(
            'name', a.attname,
            'time', a.atttypid = ANY ('{timestamp,timestamptz,date,time,timetz}'::regtype[]),
            'serial', a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) ~ 'nextval|uuid', false),
            'refers', (
                SELECT json_agg(json_build_object('table', r.name, 'column', b.attname))
                FROM pg_constraint AS k CROSS JOIN unnest(k.conkey, k.confkey) AS pair (mine, its)
                     JOIN found AS r ON r.oid = k.confrelid
                     JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = pair.its
                WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND pair.mine = a.attnum)
        ) ORDER BY a.attnum)
        FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = found.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM found ORDER BY name;

WITH found AS (
    SELECT c.oid, CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (
        n.nspname = ANY (current_schemas(false)) AND pg_table_is_visible(c.oid)
        OR n.nspname || '.' || c.relname = ANY (string_to_array(:'tables', ','))))
SELECT format('SELECT json_build_object(''rows'', %L)', name),
       format('SELECT json_build_object(''row'', row_to_json(t.*)) FROM %s AS t ORDER BY %s', oid::regclass, coalesce((
           SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n)
           FROM pg_index AS i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
                JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
           WHERE i.indrelid = found.oid AND i.indisprimary), '(t.*)::text'))
FROM found WHERE :'tables' = '' OR name = ANY (string_to_array(:'tables', ',')) ORDER BY name
\gexec
COMMIT;
`

func (s *postgresServer) read(ctx context.Context, _ []string) (*snapshot, error) {
	output, err := s.run(ctx, readPostgres)
	if err != nil {
		return nil, err
	}
	return readLines(output)
}

// A line is one value of psql's output: a table, the mark before a table's rows, or a row.
type line struct {
	Table   string
	Columns []column
	Rows    *string
	Row     map[string]any
}

// readLines parses psql's output.
func readLines(text []byte) (*snapshot, error) {
	s := &snapshot{rows: make(map[string]any)}
	var name string
	var rows []any
	for one, err := range linesOf(bytes.NewReader(text)) {
		switch {
		case err != nil:
			return nil, err
		case one.Rows != nil:
			name, rows = *one.Rows, []any{}
			s.rows[name] = rows
		case one.Row != nil:
			rows = append(rows, one.Row)
			s.rows[name] = rows
		default:
			s.tables = append(s.tables, table{one.Table, one.Columns})
		}
	}
	return s, nil
}

// linesOf yields the values of psql's output.
func linesOf(in io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		decoder := json.NewDecoder(in)
		decoder.UseNumber()
		for {
			var one line
			err := decoder.Decode(&one)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				err = fmt.Errorf("psql: %w", err)
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// stream writes the state from psql's output, a row at a time.
func (s *postgresServer) stream(ctx context.Context, asked []string, out *stateWriter) error {
	file, err := s.spool(ctx, readPostgres)
	if err != nil {
		return err
	}
	defer discard(file)
	var tables []table
	for one, err := range linesOf(bufio.NewReaderSize(file, 1<<20)) {
		switch {
		case err != nil:
		case one.Rows != nil:
			if len(out.tables) == 0 {
				if err = out.begin(tables, asked); err != nil {
					return err
				}
			}
			err = out.table(*one.Rows)
		case one.Row != nil:
			err = out.row(one.Row)
		default:
			tables = append(tables, table{one.Table, one.Columns})
		}
		if err != nil {
			return err
		}
	}
	if len(out.tables) == 0 { // none of the requested tables
		return out.begin(tables, asked)
	}
	return nil
}

// Redact returns a URI for display, without the password.
func Redact(uri string) string {
	s, err := readURI(uri)
	switch {
	case err != nil:
		return "…"
	case s.secret != "":
		return strings.Replace(s.conninfo, "@", ":…@", 1)
	}
	return uri
}
