package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A secondTry is an app that hears of failed attempts to pay, and of success.
type secondTry struct {
	failed func(a *secondTry, row zooObject, d *zooDelivery)
	paid   func(a *secondTry, row zooObject, d *zooDelivery)
	later  time.Duration

	rows  map[string]zooObject
	lists map[string][]any
	seen  map[string]bool
}

func (a *secondTry) take(d *zooDelivery) error {
	if a.seen[d.event.ID] {
		return nil
	}
	a.seen[d.event.ID] = true
	id := zooField(d, "id")
	if a.rows[id] == nil {
		a.rows[id] = zooObject{
			"status": "pending", "payment": "none", "seat": "held", "active": true, "declines": 0,
			"last_error": nil, "outcome": "none", "firstOutcome": "none", "at": nil,
		}
	}
	switch row, eventType := a.rows[id], string(d.event.Type); {
	case strings.HasSuffix(eventType, ".payment_failed"):
		a.failed(a, row, d)
	case strings.HasSuffix(eventType, ".succeeded"), strings.HasSuffix(eventType, ".paid"):
		a.paid(a, row, d)
	}
	return nil
}

func (a *secondTry) subject(t *testing.T, handles []string) contract.Subject {
	a.rows, a.lists, a.seen = make(map[string]zooObject), make(map[string][]any), make(map[string]bool)
	return zooApp(t, handles, a.later, a.take, func() any { return zooObject{"bookings": a.rows, "lists": a.lists} })
}

// sets returns what writes fields of a row.
func sets(fields zooObject) func(*secondTry, zooObject, *zooDelivery) {
	return func(_ *secondTry, row zooObject, _ *zooDelivery) {
		for field, value := range fields {
			row[field] = value
		}
	}
}

// confirms books a payment, unless the booking was canceled.
func confirms(_ *secondTry, row zooObject, _ *zooDelivery) {
	if row["payment"] = "paid"; row["status"] == "pending" {
		row["status"] = "confirmed"
	}
}

// TestPaidAfterFailure holds that what a failed attempt did is taken back by the success, and
// that nobody is accused for what rightly stays of a failure.
func TestPaidAfterFailure(t *testing.T) {
	t.Parallel()
	const id = "dispatch/paid-after-failure"
	paid := zooObject{"payment": "paid", "status": "confirmed", "seat": "held", "active": true}
	canceled := sets(zooObject{"status": "canceled"})
	logs := func(what string, then func(*secondTry, zooObject, *zooDelivery)) func(*secondTry, zooObject, *zooDelivery) {
		return func(a *secondTry, row zooObject, d *zooDelivery) {
			a.lists["log"] = append(a.lists["log"], zooObject{"of": zooField(d, "id"), "did": what})
			then(a, row, d)
		}
	}
	for _, design := range []struct {
		name, why string
		app       secondTry
		want      contract.Verdict
	}{
		{"stays canceled", "takes the money", secondTry{failed: canceled, paid: confirms}, contract.Warn},
		{"stays canceled later", "by a queue", secondTry{failed: canceled, paid: confirms, later: time.Second}, contract.Warn},
		{"seat stays free", "and is sold twice", secondTry{failed: sets(zooObject{"seat": "free"}), paid: confirms}, contract.Warn},
		{"stays inactive", "a flag", secondTry{failed: sets(zooObject{"active": false}), paid: confirms}, contract.Warn},
		{"stays canceled and logs", "a log says nothing of the booking", secondTry{failed: logs("failed", canceled), paid: logs("paid", confirms)}, contract.Warn},

		{"sets all", "whatever the failure did", secondTry{failed: sets(zooObject{"status": "canceled", "seat": "free", "active": false}), paid: sets(paid)}, contract.Pass},
		{"sets all later", "by a queue", secondTry{failed: canceled, paid: sets(paid), later: time.Second}, contract.Pass},
		{"logs and sets all", "an entry for each", secondTry{failed: logs("failed", canceled), paid: logs("paid", sets(paid))}, contract.Pass},
		{"refunds", "the seat is sold, and the state says what is owed", secondTry{failed: canceled, paid: func(a *secondTry, row zooObject, d *zooDelivery) {
			if row["payment"] = "paid"; row["status"] == "canceled" {
				row["payment"] = "to be given back"
				return
			}
			confirms(a, row, d)
		}}, contract.Pass},
		{"makes a task", "in a list of its own", secondTry{failed: canceled, paid: func(a *secondTry, row zooObject, d *zooDelivery) {
			if row["status"] == "canceled" {
				a.lists["tasks"] = append(a.lists["tasks"], zooObject{"refund": zooField(d, "id")})
			}
			confirms(a, row, d)
		}}, contract.Pass},
		{"keeps notes", "of what failed first", secondTry{failed: sets(zooObject{"status": "failed", "declines": 1, "last_error": "card_declined", "firstOutcome": "failed", "at": "2026-11-21T10:00:00Z"}), paid: sets(paid)}, contract.Pass},
		{"notes alone", "nothing of the booking is changed", secondTry{failed: sets(zooObject{"declines": 1, "last_error": "card_declined", "firstOutcome": "failed"}), paid: confirms}, contract.Pass},
		{"flags a failure", "it did fail", secondTry{failed: sets(zooObject{"declined": true, "retried": true}), paid: confirms}, contract.Pass},
		{"log alone", "says only what came", secondTry{failed: logs("failed", sets(nil)), paid: logs("paid", confirms)}, contract.Pass},

		{"lost", "dispatch/paid-at-last judges that", secondTry{failed: canceled, paid: func(_ *secondTry, row zooObject, _ *zooDelivery) {
			if row["status"] == "pending" {
				row["status"], row["payment"] = "confirmed", "paid"
			}
		}}, contract.Skip},
	} {
		for _, handles := range [][]string{{"payment_intent.succeeded", "payment_intent.payment_failed"}, {"invoice.paid", "invoice.payment_failed"}} {
			t.Run(handles[0]+"/"+design.name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					a := design.app
					_, byID := results(t, a.subject(t, handles), id)
					require.Equal(t, design.want, byID[id].Verdict, "%s: %+v", design.why, byID[id])
				})
			})
		}
	}
}

// A subscription's own event tells of its recovery, too: the invoice need not.
func TestPaidAfterFailureLeavesSubscriptions(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		const id = "dispatch/paid-after-failure"
		a := secondTry{failed: sets(zooObject{"status": "past_due"}), paid: confirms}
		_, byID := results(t, a.subject(t, []string{"invoice.paid", "invoice.payment_failed", "customer.subscription.updated"}), id)
		require.Equal(t, contract.Skip, byID[id].Verdict, "%+v", byID[id])
	})
}
