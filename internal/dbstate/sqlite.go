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

// SQLite returns the database in a file, which need not exist yet: its handler may create
// it when needed. Without tables, it reads all.
func SQLite(path string, tables ...string) (*Database, error) {
	sqlite3, err := find("sqlite3", "sqlite3")
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path) // sqlite3 would treat -x as an option
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
	described string // the tables, in SQLite's latest description
	tables    []sqliteTable
}

// check rejects a path at which there can be no database.
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
	if s == nil && ctx.Err() == nil { // the tables are known now, unless they keep changing
		s, err = f.readKnown(ctx, names)
	}
	if s == nil && err == nil {
		err = errTablesChange
	}
	return s, err
}

var (
	errTablesChange = errors.New("its tables change while they are read")
	errPrinted      = errors.New("unexpected output of sqlite3")
)

// readKnown reads, in one transaction, the list of tables and the rows of the known ones.
// If the list has changed, it stores the new one and returns nil.
func (f *sqliteFile) readKnown(ctx context.Context, names []string) (*snapshot, error) {
	chosen := f.chosen(names)
	output, err := f.run(ctx, selectSQLite(chosen))
	if err != nil {
		f.described, f.tables = "", nil // a known table may be gone
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

// describeSQLite lists the columns of all tables. It skips virtual tables: other tables
// hold their data.
const describeSQLite = `
SELECT m.name AS "table", c.name AS "column", upper(c.type) AS type, c.pk,
       m.sql LIKE '%WITHOUT%ROWID%' AS rowless,
       f."table" AS refers, f."to" AS "to"
FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
     LEFT JOIN pragma_foreign_key_list(m.name) AS f ON f."from" = c.name COLLATE NOCASE
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND m.sql NOT LIKE 'CREATE VIRTUAL %'
ORDER BY m.name, c.cid;
`

// A sqliteColumn is SQLite's description of a column.
type sqliteColumn struct {
	Table, Column, Type string
	PK, Rowless         int
	Refers, To          *string
}

// readTables parses SQLite's description of its tables.
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

// A sqliteTable holds its columns by name: a column that refers to several others has
// several rows.
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

// key returns the columns of the primary key, in order.
func (t *sqliteTable) key() []string {
	key := make([]string, len(t.columns))
	for _, c := range t.of {
		if c.PK > 0 {
			key[c.PK-1] = c.Column
		}
	}
	return slices.DeleteFunc(key, func(name string) bool { return name == "" })
}

// described returns the columns as in a snapshot. A primary key of one INTEGER column is an
// alias of the row's number, which SQLite generates.
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

// target returns the column that a foreign key refers to: by default, the primary key.
// Names ignore case.
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

// selectSQLite reads the list of tables, and the rows of some, in one transaction. Each
// part follows a mark, because sqlite3 prints nothing for no rows. It cannot print bytes as
// JSON.
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

// quoted quotes any name for SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// sections returns sqlite3's output after each mark, nil for nothing.
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

// readRows parses the rows of a table.
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
