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
)

// TestOlderSubscription holds that an old subscription which is not paid for takes nothing
// from a new one, however an app chooses the one that counts.
func TestOlderSubscription(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const older = "ordering/older-subscription"
	always := func(seatRow, seatRow, bool) bool { return true }
	newest := func(old, now seatRow, _ bool) bool { return now.told >= old.told }
	grants := func(row seatRow) bool { return row.Status == "active" || row.Status == "trialing" }
	for _, test := range []struct {
		name, why string
		keeper    seatKeeper
		want      contract.Verdict
	}{
		{"a row for each", "the old one has its own", seatKeeper{key: "id", writes: newest}, contract.Pass},
		{"a row for each, later", "the old one has its own", seatKeeper{key: "id", writes: newest, later: time.Second}, contract.Pass},
		{"a row for each, as Stripe has it", "the old one has its own", seatKeeper{key: "id", writes: always, fetch: true}, contract.Pass},
		{"in the customer's document", "the old one has its own entry", seatKeeper{key: "id", writes: newest, shows: func(rows map[string]seatRow) any {
			customers := make(map[string][]seatRow)
			for _, id := range slices.Sorted(maps.Keys(rows)) {
				customers[rows[id].Customer] = append(customers[rows[id].Customer], rows[id])
			}
			return customers
		}}, contract.Pass},
		{"who has access", "by any of them", seatKeeper{key: "id", writes: newest, shows: func(rows map[string]seatRow) any {
			access := make(map[string]bool)
			for _, row := range rows {
				access[row.Customer] = access[row.Customer] || grants(row)
			}
			return access
		}}, contract.Pass},
		{"of the newest subscription", "by the time when it began", seatKeeper{key: "customer", writes: func(old, now seatRow, _ bool) bool {
			return now.began > old.began || now.ID == old.ID && now.told >= old.told
		}}, contract.Pass},
		{"of one that grants", "another's trouble takes nothing", seatKeeper{key: "customer", writes: func(old, now seatRow, _ bool) bool {
			return now.ID == old.ID && now.told >= old.told || now.ID != old.ID && (grants(now) || !grants(old))
		}}, contract.Pass},
		{"of the first", "later ones are none of its business", seatKeeper{key: "customer", writes: func(old, now seatRow, _ bool) bool {
			return now.ID == old.ID && now.told >= old.told
		}}, contract.Pass},

		{"of the newest event", "the old one's is the newest", seatKeeper{key: "customer", writes: newest}, contract.Warn},
		{"of the newest event, later", "the old one's is the newest", seatKeeper{key: "customer", writes: newest, later: time.Second}, contract.Warn},
		{"of the one told of last", "that is the old one", seatKeeper{key: "customer", writes: always}, contract.Warn},
		{"of the one told of last, as Stripe has it", "that is the old one", seatKeeper{key: "customer", writes: always, fetch: true}, contract.Warn},
		{"who has access, by the newest event", "a flag is all that shows it", seatKeeper{key: "customer", writes: newest, shows: func(rows map[string]seatRow) any {
			access := make(map[string]bool)
			for customer, row := range rows {
				access[customer] = grants(row)
			}
			return access
		}}, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.keeper.subject(t), older)
				text, _ := json.Marshal(byID[older])
				require.Equal(t, test.want, byID[older].Verdict, "%s: %s", test.why, text)
			})
		})
	}
}
