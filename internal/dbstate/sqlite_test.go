package dbstate

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// write runs SQL on a file as the handler would.
func write(t *testing.T, path, sql string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sqlite3", "-batch", "-bail", path)
	command.Stdin = strings.NewReader(sql)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "apt-get install sqlite3", "sqlite3")
	path := filepath.Join(t.TempDir(), "-shop.db")
	read := func(tables ...string) any {
		t.Helper()
		database, err := SQLite(path, tables...)
		require.NoError(t, err)
		return stateOf(t, database)
	}
	require.Equal(t, map[string]any{}, read(), "no file yet")
	require.Equal(t, map[string]any{"orders": []any{}}, read("orders"), "nor the table that is asked for")
	require.NoFileExists(t, path, "reading makes none")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	require.Equal(t, map[string]any{}, read(), "an empty file")
	write(t, path, `PRAGMA journal_mode = wal;
CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, stripe TEXT UNIQUE);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES Customers, amount INTEGER, raw TEXT, paid DATETIME, at TIMESTAMP, "or""der" TEXT, bytes BLOB, rate REAL);
CREATE TABLE events (id TEXT PRIMARY KEY, seen INTEGER) WITHOUT ROWID;
CREATE TABLE numbers (n INTEGER PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE log (line TEXT, n INTEGER);
CREATE TABLE pairs (b TEXT, a TEXT, PRIMARY KEY (a, b));
CREATE VIEW seen AS SELECT * FROM log;
INSERT INTO customers (stripe) VALUES ('cus_1');
INSERT INTO orders VALUES (7, 1, 9007199254740993, '[{"a": 1.5}]', '2026-01-01', 1700000000000, 'x' || char(10) || '"y"', x'00ff', 9e999), (8, NULL, 5, '[not', NULL, NULL, NULL, NULL, 1.5);
INSERT INTO events VALUES ('evt_2', 1), ('evt_1', 2);
INSERT INTO numbers VALUES (3);
INSERT INTO pairs VALUES ('x', '2'), ('y', '1'), ('x', '1');`)
	none := any(nil)
	orders := []any{
		map[string]any{"id": "{id}", "customer": "{id}", "amount": "9007199254740993", "raw": []any{map[string]any{"a": 1.5}}, "paid": "{time}", "at": "{time}",
			`or"der`: "x\n\"y\"", "bytes": "00FF", "rate": "1e999"},
		map[string]any{"id": "{id}", "customer": none, "amount": 5.0, "raw": "[not", "paid": none, "at": none, `or"der`: none, "bytes": none, "rate": 1.5},
	}
	require.Equal(t, map[string]any{
		"customers": []any{map[string]any{"id": "{id}", "stripe": "cus_1"}},
		"orders":    orders,
		"events":    []any{map[string]any{"id": "evt_1", "seen": 2.0}, map[string]any{"id": "evt_2", "seen": 1.0}},
		"numbers":   []any{map[string]any{"n": 3.0}},
		"log":       []any{},
		"pairs":     []any{map[string]any{"a": "1", "b": "x"}, map[string]any{"a": "1", "b": "y"}, map[string]any{"a": "2", "b": "x"}},
	}, read())
	require.Equal(t, map[string]any{"orders": orders}, read("orders"))
}

func TestSQLiteErrors(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "apt-get install sqlite3", "sqlite3")
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.db")
	write(t, path, "CREATE TABLE orders (id TEXT);")
	junk := filepath.Join(dir, "junk.db")
	require.NoError(t, os.WriteFile(junk, []byte(strings.Repeat("no database ", 100)), 0o644))
	for _, test := range []struct {
		name, path string
		tables     []string
		want       string
	}{
		{"a typo", path, []string{"order"}, `no table "order": did you mean orders?`},
		{"no database", junk, nil, "junk.db: file is not a database (26)"},
		{"no folder", filepath.Join(dir, "none", "shop.db"), nil, "none: there is no such folder"},
		{"a folder", dir, nil, "a folder: want a file"},
	} {
		database, err := SQLite(test.path, test.tables...)
		if err == nil {
			_, err = database.State(t.Context())
			_, streamed := io.ReadAll(database.Stream(t.Context()))
			require.Equal(t, err, streamed, test.name)
		}
		require.ErrorContains(t, err, test.want, test.name)
	}
}

// A writer that holds the file for a moment is waited for.
func TestSQLiteWaitsForAWriter(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "apt-get install sqlite3", "sqlite3")
	path := filepath.Join(t.TempDir(), "shop.db")
	write(t, path, "CREATE TABLE orders (id TEXT);")
	writer := exec.CommandContext(t.Context(), "sqlite3", "-batch", path)
	script, err := writer.StdinPipe()
	require.NoError(t, err)
	printed, err := writer.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, writer.Start())
	_, err = script.Write([]byte("BEGIN EXCLUSIVE; INSERT INTO orders VALUES ('a'); SELECT 'held';\n"))
	require.NoError(t, err)
	_, err = printed.Read(make([]byte, 16)) // it holds the file
	require.NoError(t, err)
	database, err := SQLite(path)
	require.NoError(t, err)
	states := make(chan any, 1)
	go func() {
		state, err := database.State(t.Context())
		if err != nil {
			state = err
		}
		states <- state
	}()
	_, err = script.Write([]byte("COMMIT;\n.quit\n"))
	require.NoError(t, err)
	require.NoError(t, writer.Wait())
	require.Equal(t, map[string]any{"orders": []any{map[string]any{"id": "a"}}}, <-states)
}

func TestNotInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := SQLite("shop.db")
	require.EqualError(t, err, "sqlite3 is not installed (apt install sqlite3)")
	_, err = Postgres("postgres://localhost/shop")
	require.EqualError(t, err, "psql is not installed (apt install postgresql-client)")
}
