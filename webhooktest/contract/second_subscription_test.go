package contract_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A seatRow is what an app keeps of a subscription, or of a customer.
type seatRow struct {
	ID       string `json:"id"`
	Customer string `json:"customer"`
	Status   string `json:"status"`
	told     int64
	began    float64
}

// A seatKeeper keeps rows by a key.
type seatKeeper struct {
	key    string                                                 // the field that a row is found by
	finds  func(k *seatKeeper, now seatRow, creation bool) string // whose row an unknown one takes
	writes func(old, now seatRow, creation bool) bool             // whether the row that is there is written
	refuse bool                                                   // an update of what is unknown
	fetch  bool
	shows  func(rows map[string]seatRow) any
	later  time.Duration

	rows map[string]seatRow
	api  *stripeapi.Server
}

// told returns what an event, or Stripe, says of a subscription.
func (k *seatKeeper) told(d *zooDelivery) seatRow {
	began, _ := d.event.Data.Object["created"].(float64)
	now := seatRow{zooField(d, "id"), zooField(d, "customer"), zooField(d, "status"), d.event.Created, began}
	if object, ok := k.api.Object("subscription", now.ID); ok && k.fetch {
		_ = json.Unmarshal(object, &now)
	}
	return now
}

func (k *seatKeeper) take(d *zooDelivery) error {
	if !strings.HasPrefix(string(d.event.Type), "customer.subscription.") {
		return nil
	}
	now, creation := k.told(d), d.event.Type == "customer.subscription.created"
	key := map[string]string{"id": now.ID, "customer": now.Customer}[k.key]
	old, known := k.rows[key]
	if !known && k.finds != nil {
		delete(k.rows, k.finds(k, now, creation)) // its row is that of the new one now
	}
	switch {
	case !known && k.refuse && !creation:
		return &zooError{404, "no such subscription"}
	case !known || k.writes(old, now, creation):
		k.rows[key] = now
	}
	return nil
}

func (k *seatKeeper) subject(t *testing.T) contract.Subject {
	k.rows, k.api = make(map[string]seatRow), new(stripeapi.Server)
	s := zooApp(t, []string{"customer.subscription.created", "customer.subscription.updated"}, k.later, k.take, func() any {
		if k.shows != nil {
			return k.shows(k.rows)
		}
		return maps.Clone(k.rows)
	})
	s.API = k.api
	return s
}

// activeOf finds the active row of a subscription's customer.
func activeOf(k *seatKeeper, now seatRow, creation bool) string {
	for _, id := range slices.Sorted(maps.Keys(k.rows)) {
		if row := k.rows[id]; row.Customer == now.Customer && row.Status == "active" && !creation {
			return id
		}
	}
	return ""
}

// TestSecondSubscription holds that an update of a second subscription which comes before its
// creation leaves the first alone, and that one row for each customer is sound.
func TestSecondSubscription(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const second = "ordering/second-subscription"
	always := func(seatRow, seatRow, bool) bool { return true }
	newest := func(old, now seatRow, _ bool) bool { return now.told >= old.told }
	tests := []struct {
		name   string
		keeper seatKeeper
		want   contract.Verdict
	}{
		{"the newest of each", seatKeeper{key: "id", writes: newest}, contract.Pass},
		{"the newest of each, later", seatKeeper{key: "id", writes: newest, later: time.Second}, contract.Pass},
		{"a creation changes nothing that is there", seatKeeper{key: "id", writes: func(_, _ seatRow, creation bool) bool { return !creation }}, contract.Pass},
		{"what Stripe has", seatKeeper{key: "id", writes: always, fetch: true}, contract.Pass},
		{"what is unknown is refused", seatKeeper{key: "id", writes: newest, refuse: true}, contract.Pass},
		{"how many", seatKeeper{key: "id", writes: newest, shows: func(rows map[string]seatRow) any { return len(rows) }}, contract.Inconclusive},
		{"in the customer's document", seatKeeper{key: "id", writes: newest, shows: func(rows map[string]seatRow) any {
			customers := make(map[string][]seatRow)
			for _, id := range slices.Sorted(maps.Keys(rows)) {
				customers[rows[id].Customer] = append(customers[rows[id].Customer], rows[id])
			}
			return customers
		}}, contract.Pass},
		{"a row for each customer, of the newest event", seatKeeper{key: "customer", writes: newest}, contract.Pass},
		{"a row for each customer, of the newest subscription", seatKeeper{key: "customer", writes: func(old, now seatRow, _ bool) bool {
			return now.began > old.began || now.ID == old.ID && now.told >= old.told
		}}, contract.Pass},
		{"a row for each customer, of the first subscription", seatKeeper{key: "customer", writes: func(old, now seatRow, _ bool) bool {
			return now.ID == old.ID && now.told >= old.told
		}}, contract.Pass},
		{"a row for each customer, of what was told last", seatKeeper{key: "customer", writes: func(old, now seatRow, _ bool) bool {
			return now.ID != old.ID || now.told >= old.told
		}}, contract.Pass},
		{"a row for each customer, of what Stripe has", seatKeeper{key: "customer", writes: always, fetch: true}, contract.Pass},

		{"the customer's active one will do", seatKeeper{key: "id", writes: newest, finds: activeOf}, contract.Warn},
		{"the customer's active one will do, later", seatKeeper{key: "id", writes: newest, finds: activeOf, later: time.Second}, contract.Warn},
		{"the customer's active one will do, as a number", seatKeeper{key: "id", writes: newest, finds: activeOf, shows: func(rows map[string]seatRow) any {
			return slices.Sorted(maps.Keys(rows))
		}}, contract.Warn},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.keeper.subject(t), second)
				require.Equal(t, test.want, byID[second].Verdict, "%s", byID[second])
			})
		})
	}
}
