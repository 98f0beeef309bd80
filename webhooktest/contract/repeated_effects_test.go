package contract_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A copy of an event may leave another row than the first did. It is an effect if it is about
// the same object and has its amount, or says what clean delivery says in these columns; what
// notes that a copy came is none.
func TestRepeatedEffects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		why   string
		take  func(app *copyingApp, invoice zooObject)
		sound bool
	}{
		{"credit", "what is paid already is booked as a credit", func(app *copyingApp, invoice zooObject) {
			app.book("payments", "credit", invoice)
		}, false},
		{"credit in its own table", "credits have a table that clean delivery leaves empty", func(app *copyingApp, invoice zooObject) {
			app.book("credits", "credit", invoice)
		}, false},
		{"credit of the customer", "a balance that clean delivery leaves alone", func(app *copyingApp, invoice zooObject) {
			app.balances[invoice["customer"].(string)] += invoice["amount"].(float64)
		}, false},
		{"next period", "each copy closes the period that the last began", func(app *copyingApp, invoice zooObject) {
			app.renew(invoice)
		}, false},
		{"refusal", "a row says that the invoice was paid already", func(app *copyingApp, invoice zooObject) {
			app.book("payments", "duplicate", invoice)
		}, true},
		{"table of refusals", "a table of its own for copies", func(app *copyingApp, invoice zooObject) {
			app.book("ignored_copies", "second", invoice)
		}, true},
		{"flagged", "a column says that it is a copy", func(app *copyingApp, invoice zooObject) {
			row := maps.Clone(invoice)
			row["kind"], row["is_duplicate"] = "second", true
			app.tables["copies"] = append(app.tables["copies"], row)
		}, true},
		{"log of events", "a row for each delivery, with its event", func(app *copyingApp, invoice zooObject) {
			row := maps.Clone(invoice)
			row["event"], row["kind"] = app.event, "second"
			app.tables["payments"] = append(app.tables["payments"], row)
		}, true},
		{"log of objects", "no amount: it may say that something came", func(app *copyingApp, invoice zooObject) {
			app.tables["payments"] = append(app.tables["payments"], zooObject{"invoice": invoice["invoice"], "kind": "second"})
		}, true},
		{"sentences", "a line for each delivery", func(app *copyingApp, invoice zooObject) {
			app.lines = append(app.lines, "took "+invoice["invoice"].(string)+" once more")
		}, true},
		{"nothing", "copies are dropped", func(*copyingApp, zooObject) {}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := contract.Fail
			if test.sound {
				want = contract.Pass
			}
			_, byID := results(t, copying(t, test.take), "idempotency/redelivered", "idempotency/interleaved")
			for id, result := range byID {
				require.Equal(t, want, result.Verdict, "%s: %s: %v", test.why, id, result)
			}
		})
	}
}

// A copyingApp books paid invoices, and does something else with a copy.
type copyingApp struct {
	tables   map[string][]zooObject
	balances map[string]float64
	lines    []string
	event    string // the one at hand
}

func copying(t *testing.T, again func(*copyingApp, zooObject)) contract.Subject {
	app := &copyingApp{tables: map[string][]zooObject{"payments": {}}, balances: make(map[string]float64)}
	seen := make(map[string]bool)
	take := func(d *zooDelivery) error {
		if d.event.Type != "invoice.payment_succeeded" {
			return nil
		}
		app.event = d.event.ID
		invoice := zooObject{"invoice": zooField(d, "id"), "customer": zooField(d, "customer"), "amount": d.event.Data.Object["amount_paid"]}
		if seen[app.event] {
			again(app, invoice)
			return nil
		}
		seen[app.event] = true
		app.book("payments", "payment", invoice)
		app.book("periods", "old", zooObject{"invoice": invoice["invoice"]})
		app.renew(invoice)
		return nil
	}
	return zooApp(t, []string{"invoice.payment_succeeded"}, 0, take, func() any {
		state := zooObject{"balances": app.balances, "lines": app.lines}
		for name, rows := range app.tables {
			state[name] = rows
		}
		return state
	})
}

func (app *copyingApp) book(table, kind string, row zooObject) {
	row = maps.Clone(row)
	row["kind"] = kind
	app.tables[table] = append(app.tables[table], row)
}

// renew closes the current period of an invoice, and begins another.
func (app *copyingApp) renew(invoice zooObject) {
	for _, period := range app.tables["periods"] {
		if period["invoice"] == invoice["invoice"] {
			period["kind"] = "old"
		}
	}
	app.book("periods", "current", zooObject{"invoice": invoice["invoice"], "plan": "pro"})
}
