package dbstate

import (
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// stateOf reads a state at once and as a stream: both are the same.
func stateOf(t *testing.T, database *Database) any {
	t.Helper()
	state, err := database.State(t.Context())
	require.NoError(t, err)
	text, err := io.ReadAll(database.Stream(t.Context()))
	require.NoError(t, err)
	whole, err := json.Marshal(state)
	require.NoError(t, err)
	require.JSONEq(t, string(whole), string(text))
	return state
}

// A state that is larger than what is read at once is read as a stream, and whoever has seen
// enough leaves.
func TestStreamOfALargeState(t *testing.T) {
	realpart.Long(t)
	realpart.Need(t, "apt-get install sqlite3", "sqlite3")
	path := filepath.Join(t.TempDir(), "shop.db")
	write(t, path, `CREATE TABLE orders (id INTEGER PRIMARY KEY, event TEXT, amount INTEGER); CREATE TABLE totals (n INTEGER);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000) INSERT INTO orders SELECT i, printf('evt_%0800d', i), 4200 FROM n;`)
	database, err := SQLite(path)
	require.NoError(t, err)
	_, err = database.State(t.Context())
	require.ErrorContains(t, err, "larger than 64 MiB")
	stream := database.Stream(t.Context())
	decoder := json.NewDecoder(stream)
	rows := 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if token == "amount" {
			rows++
		}
	}
	require.Equal(t, 90000, rows)
	require.NoError(t, stream.Close())

	early := database.Stream(t.Context())
	_, err = early.Read(make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, early.Close())
	_, err = early.Read(make([]byte, 100))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}
