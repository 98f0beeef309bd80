package dbstate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	return &Database{name: path, tables: tables, read: f.read}, f.check()
}

// A sqliteFile is a database of SQLite.
type sqliteFile struct {
	path string
	program
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
	s := &snapshot{rows: make(map[string]any)}
	if err := f.check(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	described, err := f.run(ctx, describeSQLite)
	if err != nil {
		return nil, err
	}
	chosen, err := s.describe(described, names)
	if err != nil || len(chosen) == 0 {
		return s, err
	}
	output, err := f.run(ctx, selectSQLite(chosen))
	if err != nil {
		return nil, err
	}
	return s, s.fill(output, chosen)
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

// describe reads what SQLite says of its tables, and returns those of the names.
func (s *snapshot) describe(text []byte, names []string) (chosen []sqliteTable, err error) {
	var all []sqliteColumn
	if len(bytes.TrimSpace(text)) > 0 {
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, fmt.Errorf("sqlite3: %w", err)
		}
	}
	var tables []sqliteTable
	for _, c := range all {
		if len(tables) == 0 || tables[len(tables)-1].name != c.Table {
			tables = append(tables, sqliteTable{name: c.Table})
		}
		tables[len(tables)-1].add(c)
	}
	for _, t := range tables {
		s.tables = append(s.tables, table{t.name, t.described(tables)})
		if len(names) == 0 || slices.Contains(names, t.name) {
			chosen = append(chosen, t)
		}
	}
	return chosen, nil
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

// selectSQLite reads tables in one transaction, each after a mark: of a table without rows
// sqlite3 prints nothing. It has no JSON for bytes.
func selectSQLite(tables []sqliteTable) string {
	var script strings.Builder
	script.WriteString("BEGIN;\n")
	for i, t := range tables {
		var columns, order []string
		for _, c := range t.columns {
			c = quoted(c)
			columns = append(columns, fmt.Sprintf("CASE typeof(%[1]s) WHEN 'blob' THEN hex(%[1]s) ELSE %[1]s END AS %[1]s", c))
		}
		for _, c := range t.key() {
			order = append(order, "t."+quoted(c))
		}
		if order == nil {
			for i := range t.columns {
				order = append(order, fmt.Sprint(i+1))
			}
		}
		fmt.Fprintf(&script, "SELECT %d AS \"\";\nSELECT %s FROM %s AS t ORDER BY %s;\n",
			i, strings.Join(columns, ", "), quoted(t.name), strings.Join(order, ", "))
	}
	script.WriteString("COMMIT;\n")
	return script.String()
}

// quoted is a name as SQL writes it, whatever is in it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// fill reads the rows of the tables.
func (s *snapshot) fill(text []byte, tables []sqliteTable) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	at := -1
	for {
		var rows []map[string]any
		err := decoder.Decode(&rows)
		if errors.Is(err, io.EOF) && at == len(tables)-1 {
			return nil
		}
		if err == nil && len(rows) == 0 {
			err = errNoJSON // it prints no empty lists
		}
		if err != nil {
			return fmt.Errorf("sqlite3: %w", err)
		}
		if _, mark := rows[0][""]; mark && len(rows[0]) == 1 && at+1 < len(tables) {
			at++
			rows = nil
		}
		list := make([]any, len(rows))
		for i, row := range rows {
			list[i] = row
		}
		s.rows[tables[at].name] = list
	}
}
