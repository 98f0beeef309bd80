package load_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

type row = map[string]any

// A book is what a handler stores of payments: keep is told of each delivery that verifies.
type book struct {
	*shop
	tables map[string][]row
	sums   map[string]float64
	keep   func(b *book, p payment)
}

// A payment is what a delivery says, and whether its event came before.
type payment struct {
	event, id string
	amount    float64
	again     bool
}

// ServeHTTP implements http.Handler.
func (b *book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unread", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.sums["refused"]++
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	amount, _ := event.Data.Object["amount"].(float64)
	b.keep(b, payment{event.ID, event.GetObjectValue("id"), amount, b.seen[event.ID]})
	b.seen[event.ID] = true
}

// show is the state.
func (b *book) show(*shop) any { return map[string]any{"tables": b.tables, "sums": b.sums} }

func (b *book) add(table string, r row) { b.tables[table] = append(b.tables[table], r) }

// once adds a row for each event.
func (b *book) once(p payment, table string, r row) {
	if !p.again {
		b.add(table, r)
	}
}

// what a verdict is on a handler that gets duplicates.
const (
	sound   = "sound"
	doubled = "doubled"
	unclear = "unclear"
)

// What handlers store with each delivery, and once for each event.
var books = map[string]struct {
	reason string
	keep   func(b *book, p payment)
	want   string
}{
	"a count of deliveries": {"grows by one, and the order does not come again", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": p.amount})
		b.sums["deliveries"]++
	}, sound},
	"a count of deliveries beside the revenue": {"the revenue does not move again", func(b *book, p payment) {
		b.sums["deliveries"]++
		if !p.again {
			b.sums["revenue"] += p.amount
		}
	}, sound},
	"a count in the row": {"an upsert that counts", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": p.amount, "deliveries": 0})
		for _, r := range b.tables["orders"] {
			if r["payment"] == p.id {
				r["deliveries"] = r["deliveries"].(int) + 1
			}
		}
	}, sound},
	"a log": {"its rows name the event, as a log's do", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": p.amount})
		b.add("log", row{"event": p.event, "outcome": map[bool]string{true: "ignored", false: "stored"}[p.again]})
	}, sound},
	"a log with all that came": {"the order has the amount, too", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": p.amount})
		b.add("log", row{"event": p.event, "status": 200, "payload": row{"id": p.id, "amount": p.amount}})
	}, sound},
	"a log with statuses": {"200 is no amount of the event's", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id})
		b.add("log", row{"status": 200, "bytes": 77})
	}, sound},
	"a log with two lines for what is new": {"and one for what is not", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": p.amount})
		b.add("log", row{"event": p.event, "line": "received"})
		b.once(p, "log", row{"event": p.event, "line": "stored"})
	}, sound},
	"a log beside the revenue": {"it names the payment, which nothing else does", func(b *book, p payment) {
		b.add("log", row{"line": "got " + p.id})
		if !p.again {
			b.sums["revenue"] += p.amount
		}
	}, sound},
	"totals": {"all doubled", func(b *book, p payment) {
		b.sums["count"]++
		b.sums["revenue"] += p.amount
	}, doubled},
	"totals beside orders": {"the orders are upserted, the totals are not", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": p.amount})
		b.sums["count"]++
		b.sums["revenue"] += p.amount
	}, doubled},
	"totals beside events": {"the event is marked as seen, and counted all the same", func(b *book, p payment) {
		b.once(p, "events", row{"event": p.event})
		b.sums["revenue"] += p.amount / 100
	}, doubled},
	"a sum in the row": {"an upsert that adds", func(b *book, p payment) {
		b.once(p, "orders", row{"payment": p.id, "amount": 0.0})
		for _, r := range b.tables["orders"] {
			if r["payment"] == p.id {
				r["amount"] = r["amount"].(float64) + p.amount
			}
		}
	}, doubled},
	"rows": {"an insert for each delivery", func(b *book, p payment) {
		b.add("orders", row{"event": p.event, "payment": p.id, "amount": p.amount})
	}, doubled},
	"rows beside customers": {"the customer is upserted, the order is not", func(b *book, p payment) {
		b.once(p, "customers", row{"name": "of " + p.event})
		b.add("orders", row{"payment": p.id, "amount": p.amount})
	}, doubled},
	"rows in units": {"the amount in dollars", func(b *book, p payment) {
		b.once(p, "events", row{"event": p.event})
		b.add("orders", row{"paid": p.amount / 100})
	}, doubled},
	"rows or a log": {"an order may name its event, a log may have the amount", func(b *book, p payment) {
		b.once(p, "events", row{"event": p.event})
		b.add("entries", row{"event": p.event, "amount": p.amount})
	}, unclear},
	"rows or a log, without amounts": {"the payment is named there only", func(b *book, p payment) {
		b.once(p, "events", row{"event": p.event})
		b.add("entries", row{"payment": p.id, "status": "paid"})
	}, unclear},
}

func TestDuplicatesAreJudged(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, name := range realpart.Sample(slices.Sorted(maps.Keys(books)), 3) {
		test := books[name]
		for _, forge := range []float64{0, 0.1} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := &book{shop: newShop(), tables: make(map[string][]row), sums: make(map[string]float64), keep: test.keep}
					l := payments(b, 300)
					l.Chaos.Duplicate, l.Forge, l.State = 0.1, forge, b.shop.show(b.show)
					report := run(t, l)
					v := report.Verdict
					require.Positive(t, report.Duplicates)
					require.Zero(t, v.Lost.Count+v.Wrong.Count+v.Forged.Count, "%s: %s %v %v", test.reason, v, v.Counters, v.Notes)
					want := load.Verdict{}
					if test.want == doubled {
						want.Doubled.Count = report.Duplicates
					}
					require.Equal(t, want.Doubled.Count, v.Doubled.Count, "%s: %s %v %v", test.reason, v, v.Counters, v.Notes)
					require.Equal(t, test.want == unclear, v.Inconclusive != "", "%s: %s", test.reason, v)
				})
			})
		}
	}
}

// What is said of it, too.
func TestDuplicatesAreExplained(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a count of deliveries":                "taken for a count of deliveries, since a duplicate changes it too: sums.deliveries",
		"totals beside orders":                 "a duplicate of payment_intent.succeeded has the same effect again: sums.count, sums.revenue",
		"a log with two lines for what is new": "not judged, since each duplicate leaves something else there: tables.log[]",
		"rows or a log":                        "each duplicate adds a row there too: tables.entries[]. If that logs deliveries, leave it out of the state; if not, each duplicate counts",
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &book{shop: newShop(), tables: make(map[string][]row), sums: make(map[string]float64), keep: books[name].keep}
			l := payments(b, 50)
			l.Chaos.Duplicate, l.State = 0.1, b.shop.show(b.show)
			v := run(t, l).Verdict
			require.Contains(t, append(v.Notes, v.Inconclusive), want, name)
		})
	}
}

// What others sent is judged without learning: a list with some events twice is a log if
// another, which names more, has each once.
func TestVerifyWithDuplicates(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for name, test := range map[string]struct {
		reason    string
		duplicate float64
		keep      func(b *book, p payment)
		want      string
	}{
		"a log": {"the orders name more", 0.1, func(b *book, p payment) {
			b.once(p, "orders", row{"event": p.event, "payment": p.id})
			b.add("log", row{"event": p.event})
		}, sound},
		"rows": {"there is no other list", 0.1, func(b *book, p payment) { b.add("orders", row{"payment": p.id}) }, doubled},
		"rows or a log": {"the payment is named there only", 0.1, func(b *book, p payment) {
			b.once(p, "events", row{"event": p.event})
			b.add("entries", row{"payment": p.id})
		}, unclear},
		"rows, without duplicates": {"no log would have two", 0, func(b *book, p payment) {
			b.add("events", row{"event": p.event})
			b.add("orders", row{"payment": p.id})
			if len(b.tables["events"]) == 10 {
				b.add("orders", row{"payment": p.id})
			}
		}, doubled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := &book{shop: newShop(), tables: make(map[string][]row), sums: make(map[string]float64), keep: test.keep}
				l := payments(b, 200)
				l.Chaos.Duplicate = test.duplicate
				report := run(t, l)
				v, err := load.Verify(t.Context(), []*load.Sent{report.Sent()}, b.shop.show(b.show), time.Second, nil)
				require.NoError(t, err)
				want := 0
				if test.want == doubled {
					want = max(1, report.Duplicates)
				}
				require.Equal(t, want, v.Doubled.Count, "%s: %s %v", test.reason, v, v.Notes)
				require.Equal(t, test.want == unclear, v.Inconclusive != "", "%s: %s", test.reason, v)
				require.Equal(t, 200, v.Delivered)
			})
		})
	}
}
