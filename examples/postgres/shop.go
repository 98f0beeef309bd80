package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"
)

// maxBody limits what a stranger can make the shop read. Stripe's events are smaller, but
// some exceed the 64 KiB of many examples.
const maxBody = 1 << 20

// patience is the time limit for an event. A stalled database must not hold the request
// until Stripe gives up: an early 500 frees the connection, and Stripe delivers the event
// again either way.
const patience = 2 * time.Second

//go:embed schema.sql
var schema string

// A Shop handles Stripe's webhooks. All its data is in the database, so any number of
// shops can run in parallel and in succession.
type Shop struct {
	secret string
	db     *pgxpool.Pool
}

// Open connects to a database and creates missing tables. The shop accepts events signed
// with the endpoint's secret.
func Open(ctx context.Context, database, secret string) (*Shop, error) {
	db, err := pgxpool.New(ctx, database)
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec(ctx, schema); err != nil {
		db.Close()
		return nil, fmt.Errorf("tables: %w", err)
	}
	return &Shop{secret, db}, nil
}

// Close waits for events in progress.
func (s *Shop) Close() { s.db.Close() }

// ServeHTTP handles one delivery. It answers 2xx only once the event is in the database:
// without that, Stripe delivers again.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body not readable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), s.secret)
	if err != nil || event.Data == nil {
		log.Printf("refused: %v", err)
		http.Error(w, "event refused", http.StatusBadRequest)
		return
	}
	// Finish what has begun, even if the sender hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	if err := s.process(ctx, &event); err != nil {
		log.Printf("event %s: %v", event.ID, err)
		http.Error(w, "event not processed", http.StatusInternalServerError)
	}
}

// process applies an event unless it was applied before. The ledger's row and the effect
// are one transaction: neither exists without the other, whatever fails. Concurrent
// copies wait at the INSERT until the first has committed, or take its place after a
// rollback.
func (s *Shop) process(ctx context.Context, event *stripe.Event) error {
	return pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		entered, err := tx.Exec(ctx, `INSERT INTO stripe_events (id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING`, event.ID, event.Type)
		if err != nil || entered.RowsAffected() == 0 {
			return err
		}
		return apply(ctx, tx, event)
	})
}
