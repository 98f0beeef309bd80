//go:build unix

package dbstate

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// execute runs SQL as the handler would.
func execute(t *testing.T, uri, sql string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "psql", uri, "-Xq", "-v", "ON_ERROR_STOP=1")
	command.Stdin = strings.NewReader(sql)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
}

// TestPostgres has one server, and a database of its own for each test.
func TestPostgres(t *testing.T) {
	t.Parallel()
	server := realpart.Postgres(t)
	for name, test := range map[string]func(t *testing.T, uri string){
		"state": testPostgresState, "errors": testPostgresErrors, "snapshot": testPostgresSnapshot,
	} {
		t.Run(name, func(t *testing.T) {
			execute(t, server, "CREATE DATABASE "+name)
			test(t, strings.Replace(server, "/shop?", "/"+name+"?", 1))
		})
	}
}

func testPostgresState(t *testing.T, uri string) {
	read := func(tables ...string) any {
		t.Helper()
		database, err := Postgres(uri, tables...)
		require.NoError(t, err)
		return stateOf(t, database)
	}
	require.Equal(t, map[string]any{}, read(), "no tables yet")
	require.Equal(t, map[string]any{"orders": []any{}}, read("orders"), "nor the one that is asked for")
	execute(t, uri, `
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stripe text UNIQUE);
CREATE TABLE orders (id serial PRIMARY KEY, customer bigint REFERENCES customers, amount bigint, details jsonb, raw text, paid timestamptz, on_day date, "or""der" text, t text);
CREATE TABLE log (line text, bytes bytea, rate numeric);
CREATE TABLE tokens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int);
CREATE TABLE parted (id text, n int, PRIMARY KEY (n, id)) PARTITION BY RANGE (n);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE VIEW seen AS SELECT * FROM log;
CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id serial PRIMARY KEY, status text);
INSERT INTO customers (stripe) VALUES ('cus_1'), ('cus_2');
INSERT INTO orders (customer, amount, details, raw, paid, on_day) VALUES (2, 9007199254740993, '{"b": [1.50], "a": {"n": null}}', '{"z": 1, "y": "{no json"}', now(), now()), (NULL, 5, NULL, '{not json}', NULL, NULL);
INSERT INTO log VALUES ('b', '\x00ff', 'NaN'), ('a', NULL, 12.50);
INSERT INTO tokens (n) VALUES (1);
INSERT INTO parted VALUES ('b', 1), ('a', 2), ('a', 1);
INSERT INTO billing.invoices (status) VALUES ('paid');`)
	none := any(nil)
	orders := []any{
		map[string]any{"id": "{id}", "customer": "{id}", "amount": "9007199254740993", "details": map[string]any{"a": map[string]any{"n": none}, "b": []any{1.5}},
			"raw": map[string]any{"y": "{no json", "z": 1.0}, "paid": "{time}", "on_day": "{time}", `or"der`: none, "t": none},
		map[string]any{"id": "{id}", "customer": none, "amount": 5.0, "details": none, "raw": "{not json}", "paid": none, "on_day": none, `or"der`: none, "t": none},
	}
	require.Equal(t, map[string]any{
		"customers": []any{map[string]any{"id": "{id}", "stripe": "cus_1"}, map[string]any{"id": "{id}", "stripe": "cus_2"}},
		"orders":    orders,
		"log":       []any{map[string]any{"line": "a", "bytes": none, "rate": 12.5}, map[string]any{"line": "b", "bytes": `\x00ff`, "rate": "NaN"}},
		"tokens":    []any{map[string]any{"id": "{id}", "n": 1.0}},
		"parted":    []any{map[string]any{"id": "a", "n": 1.0}, map[string]any{"id": "b", "n": 1.0}, map[string]any{"id": "a", "n": 2.0}},
	}, read())
	require.Equal(t, map[string]any{"orders": orders, "billing.invoices": []any{map[string]any{"id": "{id}", "status": "paid"}}}, read("orders", "billing.invoices"))
	uri += "&schema=billing&connection_limit=1" // as Prisma has it
	require.Equal(t, map[string]any{"invoices": []any{map[string]any{"id": "{id}", "status": "paid"}}}, read())
}

// What cannot be read is said, with no password, and holds nobody up.
func testPostgresErrors(t *testing.T, uri string) {
	execute(t, uri, `CREATE TABLE orders (id int); CREATE ROLE reader LOGIN PASSWORD 'r3ader-p4ss';`)
	parsed, err := url.Parse(uri)
	require.NoError(t, err)
	as := func(user, password, query string) string {
		one := *parsed
		one.User = url.UserPassword(user, password)
		one.RawQuery += query
		return one.String()
	}
	for _, test := range []struct {
		name, uri string
		tables    []string
		want      string
	}{
		{"a typo", uri, []string{"ordesr"}, `no table "ordesr": did you mean orders?`},
		{"nothing like it", uri, []string{"zzz"}, `no table "zzz": there are orders`},
		{"a wrong password", as("app", "wr0ng-p4ss", ""), nil, `password authentication failed for user "app"`},
		{"a password among the parameters", as("app", "", "&password=wr0ng-p4ss"), nil, `password authentication failed for user "app"`},
		{"no right to read", as("reader", "r3ader-p4ss", ""), nil, "permission denied for table orders"},
		{"an unknown parameter", as("app", "wr0ng-p4ss", "&sslmod=x"), nil, `invalid URI query parameter: "sslmod"`},
		{"nobody there", "postgres://app:wr0ng-p4ss@127.0.0.1:1/shop", nil, "Connection refused"},
	} {
		database, err := Postgres(test.uri, test.tables...)
		require.NoError(t, err, test.name)
		_, err = database.State(t.Context())
		_, streamed := io.ReadAll(database.Stream(t.Context()))
		require.EqualError(t, streamed, err.Error(), test.name)
		require.ErrorContains(t, err, test.want, test.name)
		require.NotContains(t, err.Error(), "p4ss", test.name)
		require.NotContains(t, err.Error(), "\n", test.name)
		require.NotContains(t, database.String(), "p4ss", test.name)
	}
	database, err := Postgres(uri)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = database.State(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// The state is of one moment, also when rows come between the tables.
func testPostgresSnapshot(t *testing.T, uri string) {
	execute(t, uri, `CREATE TABLE a (n int); CREATE TABLE b (n int); INSERT INTO a VALUES (0); INSERT INTO b VALUES (0);`)
	writer := exec.CommandContext(t.Context(), "psql", uri, "-Xq")
	writer.Stdin = strings.NewReader(strings.Repeat("BEGIN; UPDATE a SET n = n + 1; UPDATE b SET n = n + 1; COMMIT;\n", 2000))
	var said bytes.Buffer
	writer.Stderr = &said
	require.NoError(t, writer.Start())
	database, err := Postgres(uri)
	require.NoError(t, err)
	for range 20 {
		state, err := database.State(t.Context())
		require.NoError(t, err)
		tables := state.(map[string]any)
		require.Equal(t, tables["a"], tables["b"])
	}
	require.NoError(t, writer.Wait(), "%s", said.String())
}

func TestURIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, uri, want, secret, schema string }{
		{"plain", "postgres://app@localhost:5432/shop", "postgres://app@localhost:5432/shop", "", ""},
		{"a password", "postgresql://app:p%40ss@localhost/shop?sslmode=disable", "postgres://app@localhost/shop?sslmode=disable", "p@ss", ""},
		{"a socket", "postgres:///shop?host=/run&password=x", "postgres:///shop?host=%2Frun", "x", ""},
		{"SQLAlchemy", "postgresql+psycopg2://app:x@db/shop", "postgres://app@db/shop", "x", ""},
		{"Prisma", "postgresql://app:x@db/shop?schema=my&connection_limit=5", "postgres://app@db/shop", "x", "my"},
	} {
		s, err := readURI(test.uri)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, s.conninfo, test.name)
		require.Equal(t, test.secret, s.secret, test.name)
		require.Equal(t, test.schema, s.schema, test.name)
	}
	require.Equal(t, "postgres://app:…@db/shop", Redact("postgres://app:p4ss@db/shop"))
	require.Equal(t, "postgres://app@db/shop?schema=x", Redact("postgres://app@db/shop?schema=x"))
	require.Equal(t, "…", Redact("p4ss"))
	for _, bad := range []string{"", "shop", "mysql://app:p4ss@db/shop", "postgres://app:p4ss@db:port/shop", "host=db password=p4ss"} {
		_, err := readURI(bad)
		require.ErrorContains(t, err, "want a URI", bad)
		require.NotContains(t, err.Error(), "p4ss")
	}
}
