package apps

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A database is a SQLite database, in memory or in a file.
type database struct{ *sql.DB }

// openDatabase opens the file of that name, or "" for memory, which is one connection:
// another would have a database of its own.
func openDatabase(file string) (*database, error) {
	source := ":memory:?_pragma=foreign_keys(1)"
	if file != "" {
		source = "file:" + (&url.URL{Path: file}).EscapedPath() + "?_txlock=immediate&_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)"
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	if file == "" {
		db.SetMaxOpenConns(1)
	}
	return &database{db}, nil
}

// newDatabase is an application's database, empty.
func newDatabase(t *testing.T, a app, file string) *database {
	t.Helper()
	db, err := openDatabase(file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec(a.schema)
	require.NoError(t, err)
	return db
}

// travel takes the time that a statement is on its way, so that what others do meanwhile
// is seen. In a bubble of synctest it takes none of the test's.
func travel() { time.Sleep(time.Millisecond) }

func (db *database) Exec(query string, args ...any) (sql.Result, error) {
	return db.ExecContext(context.Background(), query, args...)
}

func (db *database) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	travel()
	return db.DB.ExecContext(ctx, query, args...)
}

func (db *database) QueryRow(query string, args ...any) *sql.Row {
	travel()
	return db.DB.QueryRow(query, args...)
}

// transact does its work whole or not at all.
func (db *database) transact(ctx context.Context, work func(*sql.Tx) error) error {
	travel()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// exists reports whether a query has a row.
func (db *database) exists(query string, args ...any) (found bool, err error) {
	err = db.QueryRow("SELECT EXISTS ("+query+")", args...).Scan(&found)
	return found, err
}

// isDuplicate reports whether a row was refused since it is there.
func isDuplicate(err error) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) && (failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || failed.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// dump reads all tables, as a command given to --state-cmd would.
func (db *database) dump(ctx context.Context) (any, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one moment for all tables
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	names, err := rows(ctx, tx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		return nil, err
	}
	tables := make(map[string]any)
	for _, row := range names {
		name := row["name"].(string)
		if tables[name], err = rows(ctx, tx, fmt.Sprintf("SELECT * FROM %q", name)); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

// table reads one table.
func (db *database) table(ctx context.Context, name string) (any, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	return rows(ctx, tx, fmt.Sprintf("SELECT * FROM %q", name))
}

// rows are those of a query, each by its columns.
func rows(ctx context.Context, tx *sql.Tx, query string) ([]map[string]any, error) {
	found, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	all := make([]map[string]any, 0)
	for found.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := found.Scan(places...); err != nil {
			return nil, err
		}
		row := make(map[string]any)
		for i, column := range columns {
			row[column] = values[i]
		}
		all = append(all, row)
	}
	return all, found.Err()
}

// breakTable lets no one write a table until heal.
func (db *database) breakTable(table string) error {
	for _, action := range []string{"INSERT", "UPDATE"} {
		_, err := db.Exec(fmt.Sprintf("CREATE TRIGGER IF NOT EXISTS broken_%s BEFORE %[1]s ON %q BEGIN SELECT RAISE(ABORT, 'disk full'); END", action, table))
		if err != nil {
			return err
		}
	}
	return nil
}

func (db *database) heal() error {
	_, err := db.Exec("DROP TRIGGER IF EXISTS broken_INSERT; DROP TRIGGER IF EXISTS broken_UPDATE")
	return err
}
