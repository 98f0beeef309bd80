//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A cashbook is a handler that enters payments into a database, by SQL of its own.
type cashbook func(ctx context.Context, eventID, object string, amount int64) error

func (enter cashbook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "not readable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_state")
	if err != nil || event.Data == nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	if event.Type != "payment_intent.succeeded" {
		return
	}
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		http.Error(w, "no payment", http.StatusBadRequest)
		return
	}
	if err := enter(context.WithoutCancel(r.Context()), event.ID, payment.ID, payment.Amount); err != nil {
		http.Error(w, "not entered", http.StatusInternalServerError)
	}
}

// checkState runs fakestripe check in this process, and returns the report.
func checkState(t *testing.T, handler http.Handler, flags ...string) (report contract.Report, err error) {
	t.Helper()
	server := serveTest(t, handler)
	var out, said bytes.Buffer
	sh := shell{in: strings.NewReader(""), out: &out, err: &said, getenv: os.Getenv, terminal: func(io.Writer) bool { return false }}
	root := newRoot(sh)
	root.SetArgs(append([]string{"check", "control", "idempotency/redelivered", "idempotency/concurrent", "signature/unsigned",
		"--to", server.URL, "--secret", "whsec_state", "--handles", "payment_intent.succeeded", "--format", "json"}, flags...))
	err = root.ExecuteContext(t.Context())
	if err == nil || errors.Is(err, errShort) {
		require.NoError(t, json.Unmarshal(out.Bytes(), &report), "%s", out.String())
	}
	require.NotContains(t, said.String()+out.String(), realpart.PostgresPassword)
	return report, err
}

// requireVerdicts wants a sound handler to pass, and one that forgets what it was told to
// fail where events come twice.
func requireVerdicts(t *testing.T, report contract.Report, err error, sound bool) {
	t.Helper()
	want := map[bool]contract.Verdict{true: contract.Pass, false: contract.Fail}[sound]
	if sound {
		require.NoError(t, err)
	} else {
		require.ErrorIs(t, err, errShort)
	}
	verdicts := make(map[string]contract.Result)
	for _, result := range report.Cases {
		verdicts[result.ID] = result
	}
	for _, id := range []string{"control/effect", "control/second-event", "signature/unsigned"} {
		require.Equal(t, contract.Pass, verdicts[id].Verdict, "%s: %s", id, verdicts[id])
	}
	for _, id := range []string{"idempotency/redelivered", "idempotency/concurrent"} {
		require.Equal(t, want, verdicts[id].Verdict, "%s: %s", id, verdicts[id])
	}
}

// postgresPool starts a server of PostgreSQL with some tables.
func postgresPool(t *testing.T, tables string) (uri string, pool *pgxpool.Pool) {
	t.Helper()
	uri = realpart.Postgres(t)
	pool, err := pgxpool.New(t.Context(), uri)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), tables)
	require.NoError(t, err)
	return uri, pool
}

func TestCheckReadsPostgres(t *testing.T) {
	t.Parallel()
	uri, pool := postgresPool(t, `
CREATE TABLE seen (event text PRIMARY KEY, at timestamptz DEFAULT now());
CREATE TABLE payments (id bigserial PRIMARY KEY, event text, intent text, amount bigint, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE heartbeats (n serial, at timestamptz DEFAULT now())`)
	for name, insert := range map[string]string{
		"sound": `WITH new AS (INSERT INTO seen (event) VALUES ($1) ON CONFLICT DO NOTHING RETURNING event)
			INSERT INTO payments (event, intent, amount) SELECT event, $2::text, $3::bigint FROM new`,
		"forgetful": `INSERT INTO payments (event, intent, amount) VALUES ($1, $2::text, $3::bigint)`,
	} {
		t.Run(name, func(t *testing.T) {
			report, err := checkState(t, cashbook(func(ctx context.Context, event, intent string, amount int64) error {
				_, err := pool.Exec(ctx, insert, event, intent, amount)
				return err
			}), "--state-postgres", uri, "--state-tables", "payments,seen")
			requireVerdicts(t, report, err, name == "sound")
			require.NotContains(t, report.Subject.State, ":p4ss")
			require.Contains(t, report.Subject.State, "postgres://app@/shop?host=")
			require.Contains(t, report.Cases[0].Reproduce, "--state-postgres 'postgres://app:…@/shop?host=")
		})
	}
}

// A load reads the rows of a database one by one.
func TestLoadReadsPostgres(t *testing.T) {
	t.Parallel()
	uri, pool := postgresPool(t, `CREATE TABLE payments (id bigserial PRIMARY KEY, intent text, amount bigint, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE customers (event text PRIMARY KEY)`)
	for name, insert := range map[string]string{
		"sound": `WITH new AS (INSERT INTO customers (event) VALUES ($1) ON CONFLICT DO NOTHING RETURNING event)
			INSERT INTO payments (intent, amount) SELECT $2::text, $3::bigint FROM new`,
		"forgetful": `WITH new AS (INSERT INTO customers (event) VALUES ($1) ON CONFLICT DO NOTHING)
			INSERT INTO payments (intent, amount) VALUES ($2::text, $3::bigint)`,
	} {
		t.Run(name, func(t *testing.T) {
			server := serveTest(t, cashbook(func(ctx context.Context, event, intent string, amount int64) error {
				_, err := pool.Exec(ctx, insert, event, intent, amount)
				return err
			}))
			var out, said bytes.Buffer
			root := newRoot(shell{in: strings.NewReader(""), out: &out, err: &said, getenv: os.Getenv, terminal: func(io.Writer) bool { return false }})
			root.SetArgs([]string{"load", "payment_intent.succeeded", "--to", server.URL, "--secret", "whsec_state", "--count", "200",
				"--chaos", "duplicate=0.2", "--state-postgres", uri, "--format", "json"})
			err := root.ExecuteContext(t.Context())
			var report load.Report
			require.NoError(t, json.Unmarshal(out.Bytes(), &report), "%s%s", out.String(), said.String())
			require.Equal(t, 200, report.Verdict.Delivered)
			if name == "sound" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, errShort)
			require.Equal(t, report.Duplicates, report.Verdict.Doubled.Count, report.Verdict)
		})
	}
}

func TestCheckReadsSQLite(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	sqlite3 := realpart.Need(t, "apt-get install sqlite3", "sqlite3")
	for name, insert := range map[string]string{
		"sound": `BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS payments (id INTEGER PRIMARY KEY, event TEXT UNIQUE, intent TEXT, amount INTEGER, at DATETIME);
			INSERT OR IGNORE INTO payments (event, intent, amount, at) VALUES (:e, :i, :a, julianday('now')); COMMIT;`,
		"forgetful": `BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS payments (id INTEGER PRIMARY KEY, event TEXT, intent TEXT, amount INTEGER, at DATETIME);
			INSERT INTO payments (event, intent, amount, at) VALUES (:e, :i, :a, julianday('now')); COMMIT;`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "shop.db") // made with the first payment
			report, err := checkState(t, cashbook(func(ctx context.Context, event, intent string, amount int64) error {
				sql := strings.NewReplacer(":e", "'"+event+"'", ":i", "'"+intent+"'", ":a", strconv.FormatInt(amount, 10)).Replace(insert)
				command := exec.CommandContext(ctx, sqlite3, "-batch", "-bail", "-cmd", ".timeout 60000", path)
				command.Stdin = strings.NewReader(sql)
				return command.Run()
			}), "--state-sqlite", path)
			requireVerdicts(t, report, err, name == "sound")
			require.Equal(t, path, report.Subject.State)
		})
	}
}
