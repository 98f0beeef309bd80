package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A bookkeeper takes each refund once, and shows tables. It may pay at Stripe.
type bookkeeper struct {
	api    *stripeapi.Server
	known  map[string]float64 // sums so far, by charge
	paid   map[string]string  // the last top-up, by charge
	tables map[string][]any
	maps   map[string]map[string]any
}

// book adds a row to a table.
func (k *bookkeeper) book(table string, row zooObject) {
	k.tables[table] = append(k.tables[table], row)
}

// put sets an entry of a map.
func (k *bookkeeper) put(table, key string, row any) {
	if k.maps[table] == nil {
		k.maps[table] = make(map[string]any)
	}
	k.maps[table][key] = row
}

// grown returns by how much the sum so far of a charge has grown.
func (k *bookkeeper) grown(d *zooDelivery) float64 {
	id, now := zooField(d, "id"), zooRefunded(d.event.Data.Object)
	before := k.known[id]
	k.known[id] = max(now, before)
	return now - before
}

// call writes to Stripe, and returns the id of the object.
func (k *bookkeeper) call(d *zooDelivery, path string, form url.Values) string {
	var object struct{ ID string }
	if err := json.Unmarshal(askStripe(d.r.Context(), k.api, http.MethodPost, path, form.Encode()).Body.Bytes(), &object); err != nil {
		return err.Error()
	}
	return object.ID
}

// topUp pays cents in.
func (k *bookkeeper) topUp(d *zooDelivery, cents float64) string {
	return k.call(d, "/v1/topups", url.Values{"currency": {"usd"}, "amount": {fmt.Sprint(cents)}})
}

func (k *bookkeeper) show() any {
	state := make(zooObject)
	for name, rows := range k.tables {
		state[name] = rows
	}
	for name, rows := range k.maps {
		state[name] = maps.Clone(rows)
	}
	return state
}

// bookings are ways to book what charge.refunded tells, which is the sum so far.
var bookings = []struct {
	name, why string
	want      contract.Verdict
	take      func(k *bookkeeper, d *zooDelivery, charge string, sum float64)
}{
	{"ledger", "takes the sum off at each event", contract.Fail, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.book("ledger", zooObject{"event": d.event.ID, "charge": charge, "amount": -sum})
	}},
	{"dollars", "the same in dollars, as text", contract.Fail, func(k *bookkeeper, _ *zooDelivery, charge string, sum float64) {
		k.book("ledger", zooObject{"charge": charge, "amount": fmt.Sprintf("-%.2f", sum/100)})
	}},
	{"two sides", "a debit and a credit", contract.Fail, func(k *bookkeeper, d *zooDelivery, _ string, sum float64) {
		k.book("ledger", zooObject{"event": d.event.ID, "account": "refunds", "amount": sum})
		k.book("ledger", zooObject{"event": d.event.ID, "account": "cash", "amount": -sum})
	}},
	{"by event", "entries under the ids of events", contract.Fail, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.put("ledger", d.event.ID, zooObject{"charge": charge, "amount": -sum})
	}},
	{"numbers by event", "nothing but the amounts", contract.Fail, func(k *bookkeeper, d *zooDelivery, _ string, sum float64) {
		k.put("ledger", d.event.ID, -sum)
	}},
	{"row of the charge", "adds the sum so far to what it has of the charge", contract.Fail, func(k *bookkeeper, _ *zooDelivery, charge string, sum float64) {
		k.known[charge] += sum
		k.tables["charges"] = slices.DeleteFunc(k.tables["charges"], func(row any) bool { return row.(zooObject)["id"] == charge })
		k.book("charges", zooObject{"id": charge, "given": k.known[charge]})
	}},
	{"payload beside", "and keeps what the event told", contract.Fail, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.book("ledger", zooObject{"charge": charge, "amount": -sum})
		k.book("events", zooObject{"id": d.event.ID, "type": d.event.Type, "data": d.event.Data.Object, "was": d.event.Data.PreviousAttributes})
	}},
	{"ledger of what was given", "the same without a sign", contract.Fail, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.book("refund_ledger", zooObject{"event": d.event.ID, "charge": charge, "amount": sum})
	}},
	{"top-ups", "pays the sum in at each event", contract.Fail, func(k *bookkeeper, d *zooDelivery, _ string, sum float64) {
		k.topUp(d, sum)
	}},

	{"ledger of differences", "what the sum is more than it was", contract.Pass, func(k *bookkeeper, d *zooDelivery, charge string, _ float64) {
		k.book("ledger", zooObject{"event": d.event.ID, "charge": charge, "amount": -k.grown(d)})
	}},
	{"ledger of what Stripe says was new", "an event alone does not tell the sum by that", contract.Skip, func(k *bookkeeper, d *zooDelivery, charge string, _ float64) {
		k.book("ledger", zooObject{"event": d.event.ID, "charge": charge, "amount": -gaveBack(d)})
	}},
	{"top-ups of differences", "the same at Stripe", contract.Pass, func(k *bookkeeper, d *zooDelivery, _ string, _ float64) {
		k.topUp(d, k.grown(d))
	}},
	{"upsert", "the row of a charge holds the sum so far", contract.Pass, func(k *bookkeeper, _ *zooDelivery, charge string, sum float64) {
		k.tables["charges"] = slices.DeleteFunc(k.tables["charges"], func(row any) bool { return row.(zooObject)["id"] == charge })
		k.book("charges", zooObject{"id": charge, "given": sum})
	}},
	{"log beside a ledger", "of which only one counts", contract.Pass, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.book("ledger", zooObject{"charge": charge, "amount": -k.grown(d)})
		k.book("events", zooObject{"id": d.event.ID, "type": d.event.Type, "amount": sum})
	}},

	{"taken back first", "books the other way what it booked before", contract.Pass, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		before := k.known[charge]
		if k.grown(d); before > 0 {
			k.book("ledger", zooObject{"charge": charge, "amount": before})
		}
		k.book("ledger", zooObject{"charge": charge, "amount": -sum})
	}},
	{"taken back elsewhere", "in a table of its own", contract.Inconclusive, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		before := k.known[charge]
		if k.grown(d); before > 0 {
			k.book("corrections", zooObject{"charge": charge, "amount": before})
		}
		k.book("ledger", zooObject{"charge": charge, "amount": -sum})
	}},
	{"top-ups canceled", "marks the one before as void", contract.Inconclusive, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		if before := k.paid[charge]; before != "" {
			k.call(d, "/v1/topups/"+before, url.Values{"metadata[void]": {"true"}})
		}
		k.paid[charge] = k.topUp(d, sum)
	}},
	{"event log", "shows what came: rows of one kind may be added up, or not", contract.Inconclusive, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.book("events", zooObject{"id": d.event.ID, "type": d.event.Type, "charge": charge, "amount": sum})
	}},
	{"rows of refunds", "of which each has what was given back so far", contract.Warn, func(k *bookkeeper, _ *zooDelivery, charge string, sum float64) {
		k.book("refunds", zooObject{"charge": charge, "amount": sum})
	}},
	{"rows of what came", "in a table about refunds that is a log by its name", contract.Inconclusive, func(k *bookkeeper, _ *zooDelivery, charge string, sum float64) {
		k.book("refund_events", zooObject{"charge": charge, "amount": sum})
	}},
	{"rows of differences", "what the sum is more than it was", contract.Pass, func(k *bookkeeper, d *zooDelivery, charge string, _ float64) {
		k.book("refunds", zooObject{"charge": charge, "amount": k.grown(d)})
	}},
	{"log by event", "under the ids of events", contract.Inconclusive, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.put("events", d.event.ID, zooObject{"charge": charge, "amount": sum})
	}},
	{"log in Stripe's words", "a sum so far by name", contract.Skip, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.book("events", zooObject{"id": d.event.ID, "charge": charge, "amount_refunded": sum})
	}},
	{"metadata", "tells Stripe the sum, which moves nothing", contract.Skip, func(k *bookkeeper, d *zooDelivery, charge string, sum float64) {
		k.call(d, "/v1/customers", url.Values{"metadata[amount]": {fmt.Sprint(sum)}, "name": {charge}})
	}},
}

// What is booked of two refunds is what was given back, however it is booked. Where rows may
// as well be a log, nobody is accused.
func TestBookedIsWhatWasRefunded(t *testing.T) {
	t.Parallel()
	const id = "idempotency/refund-total"
	for _, test := range bookings {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				k := &bookkeeper{new(stripeapi.Server), make(map[string]float64), make(map[string]string), make(map[string][]any), make(map[string]map[string]any)}
				seen := make(map[string]bool)
				subject := zooApp(t, []string{chargeRefunded}, 0, func(d *zooDelivery) error {
					if string(d.event.Type) == chargeRefunded && !seen[d.event.ID] {
						seen[d.event.ID] = true
						test.take(k, d, zooField(d, "id"), zooRefunded(d.event.Data.Object))
					}
					return nil
				}, k.show)
				subject.API = k.api
				_, byID := results(t, subject, id)
				require.Equal(t, test.want, byID[id].Verdict, "%s: %+v", test.why, byID[id])
			})
		})
	}
}
