package dbstate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// SQLite returns the database in a file, which need not exist yet: its handler may make it
// when it needs it. No tables: all.
func SQLite(path string, tables ...string) (*Database, error) {
	sqlite3, err := find("sqlite3", "sqlite3")
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path) // sqlite3 would take -x for an option
	if err != nil {
		return nil, err
	}
	f := &sqliteFile{path: absolute, program: program{path: sqlite3, args: []string{
		"-init", os.DevNull, "-batch", "-bail", "-readonly", "-json",
		"-cmd", fmt.Sprintf(".timeout %d", patience.Milliseconds()), absolute,
	}}}
	return &Database{name: path, tables: tables, read: f.read, stream: f.stream}, f.check()
}

// A sqliteFile is a database of SQLite.
type sqliteFile struct {
	path string
	program

	mu        sync.Mutex
	described string // the tables, as SQLite described them last
	tables    []sqliteTable
}

// check finds a path at which there will never be a database.
func (f *sqliteFile) check() error {
	info, err := os.Stat(f.path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s: a folder: want a file", f.path)
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(f.path)); err != nil {
			return fmt.Errorf("%s: there is no such folder", filepath.Dir(f.path))
		}
	}
	return nil
}

func (f *sqliteFile) read(ctx context.Context, names []string) (*snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		return newSnapshot(nil), nil
	}
	s, err := f.readKnown(ctx, names)
	if s == nil && ctx.Err() == nil { // now the tables are known, unless they change all the time
		s, err = f.readKnown(ctx, names)
	}
	if s == nil && err == nil {
		err = errTablesChange
	}
	return s, err
}

var (
	errTablesChange = errors.New("its tables change while they are read")
	errPrinted      = errors.New("sqlite3 printed what was not asked for")
)

// readKnown reads, in one transaction, which tables there are and the rows of those that
// are known. It returns nil if they are others by now, and learns them.
func (f *sqliteFile) readKnown(ctx context.Context, names []string) (*snapshot, error) {
	chosen := f.chosen(names)
	output, err := f.run(ctx, selectSQLite(chosen))
	if err != nil {
		f.described, f.tables = "", nil // of which one may be gone
		return nil, err
	}
	parts, err := sections(output, 1+len(chosen))
	if err != nil {
		return nil, err
	}
	if described := string(parts[0]); described != f.described {
		f.described = described
		f.tables, err = readTables(parts[0])
		return nil, err
	}
	s := newSnapshot(f.tables)
	for i, t := range chosen {
		if s.rows[t.name], err = readRows(parts[1+i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func newSnapshot(tables []sqliteTable) *snapshot {
	s := &snapshot{rows: make(map[string]any)}
	for _, t := range tables {
		s.tables = append(s.tables, table{t.name, t.described(tables)})
	}
	return s
}

// describeSQLite asks for the columns of all tables. A table in the memory of a module is
// none: what it holds is in others.
const describeSQLite = `
SELECT m.name AS "table", c.name AS "column", upper(c.type) AS type, c.pk,
       m.sql LIKE '%WITHOUT%ROWID%' AS rowless,
       f."table" AS refers, f."to" AS "to"
FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
     LEFT JOIN pragma_foreign_key_list(m.name) AS f ON f."from" = c.name COLLATE NOCASE
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND m.sql NOT LIKE 'CREATE VIRTUAL %'
ORDER BY m.name, c.cid;
`

// A sqliteColumn is what SQLite says of a column.
type sqliteColumn struct {
	Table, Column, Type string
	PK, Rowless         int
	Refers, To          *string
}

// readTables reads what SQLite says of its tables.
func readTables(text []byte) (tables []sqliteTable, err error) {
	var all []sqliteColumn
	if len(text) > 0 {
		err = json.Unmarshal(text, &all)
	}
	for _, c := range all {
		if len(tables) == 0 || tables[len(tables)-1].name != c.Table {
			tables = append(tables, sqliteTable{name: c.Table})
		}
		tables[len(tables)-1].add(c)
	}
	return tables, err
}

// A sqliteTable has its columns by name: one that refers to several others is several rows.
type sqliteTable struct {
	name    string
	columns []string
	of      []sqliteColumn
}

func (t *sqliteTable) add(c sqliteColumn) {
	if !slices.Contains(t.columns, c.Column) {
		t.columns = append(t.columns, c.Column)
	}
	t.of = append(t.of, c)
}

// key are the columns of the primary key, in their order.
func (t *sqliteTable) key() []string {
	key := make([]string, len(t.columns))
	for _, c := range t.of {
		if c.PK > 0 {
			key[c.PK-1] = c.Column
		}
	}
	return slices.DeleteFunc(key, func(name string) bool { return name == "" })
}

// described are the columns as a snapshot has them. A primary key that is one INTEGER is
// another name of the row's number, which SQLite makes up.
// Source: https://www.sqlite.org/lang_createtable.html#rowid
func (t *sqliteTable) described(all []sqliteTable) (columns []column) {
	for _, name := range t.columns {
		one := column{Name: name}
		for _, c := range t.of {
			if c.Column != name {
				continue
			}
			one.Time = strings.HasPrefix(c.Type, "TIME") || strings.HasPrefix(c.Type, "DATE")
			one.Serial = c.Type == "INTEGER" && c.PK == 1 && c.Rowless == 0 && len(t.key()) == 1
			if c.Refers != nil {
				one.Refers = append(one.Refers, target(all, *c.Refers, c.To))
			}
		}
		columns = append(columns, one)
	}
	return columns
}

// target is what a foreign key refers to: without a column, the primary key. Names are the
// same in any case.
func target(all []sqliteTable, name string, to *string) place {
	for _, t := range all {
		if !strings.EqualFold(t.name, name) {
			continue
		}
		columns := t.columns
		if to == nil {
			columns = t.key()
		}
		for _, c := range columns {
			if to == nil || strings.EqualFold(c, *to) {
				return place{t.name, c}
			}
		}
	}
	return place{}
}

// selectSQLite reads what the tables are, and the rows of some, in one transaction. Each
// part is after a mark: where there are no rows sqlite3 prints nothing. It has no JSON for
// bytes.
func selectSQLite(tables []sqliteTable) string {
	var script strings.Builder
	script.WriteString("BEGIN;\n" + markSQLite + describeSQLite)
	for _, t := range tables {
		var columns, order []string
		for _, c := range t.columns {
			columns = append(columns, fmt.Sprintf("CASE typeof(%[1]s) WHEN 'blob' THEN hex(%[1]s) ELSE %[1]s END AS %[1]s", quoted(c)))
		}
		key := t.key()
		if len(key) == 0 {
			key = t.columns
		}
		for _, c := range key {
			order = append(order, "t."+quoted(c))
		}
		fmt.Fprintf(&script, "%sSELECT %s FROM %s AS t ORDER BY %s;\n", markSQLite, strings.Join(columns, ", "), quoted(t.name), strings.Join(order, ", "))
	}
	return script.String() + "COMMIT;\n"
}

const (
	markSQLite = `SELECT 'fakestripe' AS "";` + "\n"
	mark       = `[{"":"fakestripe"}]`
)

// quoted is a name as SQL writes it, whatever is in it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// sections are what sqlite3 printed after each mark, nil for nothing.
func sections(text []byte, want int) (parts []json.RawMessage, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for decoder.More() && err == nil {
		var part json.RawMessage
		switch err = decoder.Decode(&part); {
		case string(part) == mark:
			parts = append(parts, nil)
		case len(parts) > 0:
			parts[len(parts)-1] = part
		}
	}
	if err == nil && len(parts) != want {
		err = fmt.Errorf("%d parts, want %d", len(parts), want)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", errPrinted, err)
	}
	return parts, err
}

// readRows reads the rows of a table.
func readRows(text []byte) (any, error) {
	list := []any{}
	if text == nil {
		return list, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&list)
	return list, err
}
