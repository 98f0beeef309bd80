package contract_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A periodKeeper keeps until when each subscription is paid for.
type periodKeeper struct {
	handles []string
	ignores func(k *periodKeeper, d *zooDelivery) bool
	write   func(end int64) any // how an end is stored
	later   time.Duration       // after the answer
	fetches bool                // the subscription, to know its end
	closes  bool                // takes the invoice's own period_end
	mirrors bool                // keeps a row for each invoice, with its period_end
	version string

	rows   map[string]any
	status map[string]string
	api    *stripeapi.Server
}

// endOf returns the subscription and the end of the period that an event tells.
func (k *periodKeeper) endOf(d *zooDelivery) (id string, end int64) {
	object := d.event.Data.Object
	if zooField(d, "object") == "invoice" {
		line := object["lines"].(map[string]any)["data"].([]any)[0].(map[string]any)
		id, end = line["subscription"].(string), int64(line["period"].(map[string]any)["end"].(float64))
		if k.closes {
			end = int64(object["period_end"].(float64))
		}
		if k.mirrors {
			id = zooField(d, "id")
		}
	} else {
		id = zooField(d, "id")
		if _, told := object["current_period_end"]; !told {
			object = object["items"].(map[string]any)["data"].([]any)[0].(map[string]any)
		}
		end = int64(object["current_period_end"].(float64))
	}
	if k.fetches {
		if kept, ok := k.api.Object("subscription", id); ok {
			var now struct {
				End int64 `json:"current_period_end"`
			}
			_ = json.Unmarshal(kept, &now)
			end = now.End
		}
	}
	return id, end
}

func (k *periodKeeper) take(d *zooDelivery) error {
	if !slices.Contains(k.handles, string(d.event.Type)) || k.ignores != nil && k.ignores(k, d) {
		return nil
	}
	id, end := k.endOf(d)
	k.rows[id] = k.write(end)
	k.status[id] = zooField(d, "status")
	return nil
}

func (k *periodKeeper) subject(t *testing.T) contract.Subject {
	k.rows, k.status, k.api = make(map[string]any), make(map[string]string), new(stripeapi.Server)
	s := zooApp(t, k.handles, k.later, k.take, func() any {
		return map[string]any{"paid_until": maps.Clone(k.rows), "status": maps.Clone(k.status)}
	})
	s.API, s.APIVersion = k.api, k.version
	return s
}

// What a periodKeeper ignores.
func periodsKept(k *periodKeeper, d *zooDelivery) bool {
	id, _ := k.endOf(d)
	return k.rows[id] != nil
}

func periodsOfSameStatus(k *periodKeeper, d *zooDelivery) bool {
	return k.status[zooField(d, "id")] == zooField(d, "status")
}

// periodsOfSession takes a subscription that was bought for active.
func periodsOfSession(k *periodKeeper, d *zooDelivery) bool {
	if id := zooField(d, "subscription"); id != "" {
		k.status[id] = "active"
		return true
	}
	return zooField(d, "object") != "subscription" || periodsOfSameStatus(k, d)
}

func periodsOf(eventType string) func(*periodKeeper, *zooDelivery) bool {
	return func(_ *periodKeeper, d *zooDelivery) bool { return string(d.event.Type) != eventType }
}

// Ways to write a time.
func inSeconds(end int64) any { return end }
func inJSON(end int64) any    { return time.Unix(end, 0).UTC().Format(time.RFC3339) }
func asDay(end int64) any     { return time.Unix(end, 0).UTC().Format(time.DateOnly) }
func inRow(end int64) any     { return map[string]any{"access": true, "until": (end + 3*24*60*60) * 1000} }
func asWord(int64) any        { return "paid" }
func fromNow(int64) any       { return time.Now().AddDate(0, 1, 0).Unix() }

// A renewal moves the end of what is paid for, whichever event tells of it and however the
// end is written. Where no end is shown, nothing is said.
func TestRenewedPeriod(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const created, updated, paid, succeeded = "customer.subscription.created", "customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded"
	const bought = "checkout.session.completed"
	tests := []struct {
		name   string
		keeper periodKeeper
		want   contract.Verdict
	}{
		{"updates", periodKeeper{handles: []string{created, updated}, write: inSeconds}, contract.Pass},
		{"updates alone", periodKeeper{handles: []string{updated}, write: inJSON}, contract.Pass},
		{"updates of active subscriptions", periodKeeper{handles: []string{updated}, write: inSeconds, ignores: func(_ *periodKeeper, d *zooDelivery) bool {
			return zooField(d, "status") != "active"
		}}, contract.Pass},
		{"invoices", periodKeeper{handles: []string{created, paid}, write: asDay}, contract.Pass},
		{"invoices alone, of two types", periodKeeper{handles: []string{paid, succeeded}, write: inRow}, contract.Pass},
		{"updates of another status, and invoices", periodKeeper{handles: []string{created, updated, paid}, write: inJSON, ignores: func(k *periodKeeper, d *zooDelivery) bool {
			return string(d.event.Type) == updated && periodsOfSameStatus(k, d)
		}}, contract.Pass},
		{"asks Stripe", periodKeeper{handles: []string{created, paid}, write: inSeconds, fetches: true}, contract.Pass},
		{"seconds later", periodKeeper{handles: []string{created, updated}, write: inSeconds, later: 3 * time.Second}, contract.Pass},
		{"in the items", periodKeeper{handles: []string{created, updated}, write: inSeconds, version: "clover"}, contract.Pass},
		{"no end", periodKeeper{handles: []string{created, updated}, write: asWord}, contract.Skip},
		{"an end of its own", periodKeeper{handles: []string{created, updated}, write: fromNow}, contract.Skip},
		{"told of no renewal", periodKeeper{handles: []string{created}, write: inSeconds}, contract.Skip},

		{"takes the invoice's own period_end", periodKeeper{handles: []string{paid}, write: inSeconds, closes: true}, contract.Warn},
		{"takes it after that of the subscription", periodKeeper{handles: []string{created, paid}, write: inJSON, closes: true}, contract.Warn},
		{"mirrors invoices, with their period_end", periodKeeper{handles: []string{paid}, write: inSeconds, closes: true, mirrors: true}, contract.Skip},
		{"mirrors invoices beside subscriptions", periodKeeper{handles: []string{created, updated, paid}, write: inSeconds, closes: true, mirrors: true}, contract.Pass},
		{"keeps the first", periodKeeper{handles: []string{created, updated}, write: inSeconds, ignores: periodsKept}, contract.Warn},
		{"keeps the first, as a day", periodKeeper{handles: []string{created, updated}, write: asDay, ignores: periodsKept}, contract.Warn},
		{"keeps the first of invoices", periodKeeper{handles: []string{paid}, write: inRow, ignores: periodsKept}, contract.Warn},
		{"keeps what the creation told", periodKeeper{handles: []string{created, updated, paid}, write: inJSON, ignores: periodsOf(created)}, contract.Warn},
		{"keeps it while the status is the same", periodKeeper{handles: []string{updated}, write: inJSON, ignores: periodsOfSameStatus}, contract.Warn},
		{"keeps it while the status is what the session said", periodKeeper{handles: []string{bought, updated}, write: inJSON, ignores: periodsOfSession}, contract.Warn},
		{"keeps it, seconds later", periodKeeper{handles: []string{created, updated}, write: inSeconds, later: 3 * time.Second, ignores: periodsKept}, contract.Warn},
		{"keeps that in the items", periodKeeper{handles: []string{created, updated}, write: inJSON, version: "clover", ignores: periodsKept}, contract.Warn},
	}
	for _, test := range realpart.Sample(tests, 3) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				time.Sleep(123 * time.Millisecond) // Stripe's times are whole seconds, the clock's are not
				s := test.keeper.subject(t)
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{"dispatch/renewed-period"}, Seed: 7, MaxTime: time.Hour})
				require.NoError(t, err)
				require.Equal(t, test.want, report.Cases[0].Verdict, "%s", report.Cases[0])
			})
		})
	}
}
