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

// A stepsApp keeps objects that end after some steps.
type stepsApp struct {
	handles []string // the steps in their order, the end last
	stores  func(a *stepsApp, d *zooDelivery, ends bool) error
	later   time.Duration // after the answer

	rows  map[string]zooObject
	since map[string]int64
	log   []string
	count map[string]int
	api   *stripeapi.Server
}

// word is what an app calls a step.
func word(d *zooDelivery) string {
	parts := strings.Split(string(d.event.Type), ".")
	return parts[len(parts)-1]
}

func (a *stepsApp) write(d *zooDelivery, _ bool) error {
	a.rows[zooField(d, "id")] = zooObject{"id": zooField(d, "id"), "status": word(d)}
	return nil
}

// writeNewest writes unless something newer is there.
func (a *stepsApp) writeNewest(d *zooDelivery, ends bool) error {
	id := zooField(d, "id")
	if d.event.Created < a.since[id] {
		return nil
	}
	a.since[id] = d.event.Created
	return a.write(d, ends)
}

// insert lets the first step insert, and the end update or insert.
func (a *stepsApp) insert(d *zooDelivery, ends bool) error {
	if a.rows[zooField(d, "id")] == nil || ends {
		return a.write(d, ends)
	}
	return nil
}

// updateOnly lets only a step insert: an end that comes first is refused, or lost.
func updateOnly(unknown error) func(*stepsApp, *zooDelivery, bool) error {
	return func(a *stepsApp, d *zooDelivery, ends bool) error {
		if ends && a.rows[zooField(d, "id")] == nil {
			return unknown
		}
		return a.insert(d, ends)
	}
}

// fetch stores what Stripe has now.
func (a *stepsApp) fetch(d *zooDelivery, _ bool) error {
	object, ok := a.api.Object(zooField(d, "object"), zooField(d, "id"))
	if !ok {
		return &zooError{404, "no such object"}
	}
	var now zooObject
	err := json.Unmarshal(object, &now)
	a.rows[zooField(d, "id")] = zooObject{"status": now["status"]}
	return err
}

// timeline notes when each step was taken.
func (a *stepsApp) timeline(d *zooDelivery, _ bool) error {
	row := a.rows[zooField(d, "id")]
	if row == nil {
		row = zooObject{}
		a.rows[zooField(d, "id")] = row
	}
	row[word(d)+"_at"] = d.event.Created
	row["last_event"] = d.event.Type
	return nil
}

func (a *stepsApp) logs(d *zooDelivery, _ bool) error {
	a.log = append(a.log, zooField(d, "id")+" "+word(d))
	return nil
}

func (a *stepsApp) counts(d *zooDelivery, _ bool) error {
	a.count[word(d)]++
	return nil
}

// customers has one row for each customer, which says how the newest object stands.
func (a *stepsApp) customers(d *zooDelivery, ends bool) error {
	id := zooField(d, "customer")
	if d.event.Created >= a.since[id] {
		a.since[id] = d.event.Created
		a.rows[id] = zooObject{"customer": id, "latest": zooField(d, "id"), "done": ends}
	}
	return nil
}

func (a *stepsApp) subject(t *testing.T) contract.Subject {
	a.rows, a.since, a.count, a.api = make(map[string]zooObject), make(map[string]int64), make(map[string]int), new(stripeapi.Server)
	seen := make(map[string]bool)
	s := zooApp(t, a.handles, a.later, func(d *zooDelivery) error {
		if seen[d.event.ID] || !slices.Contains(a.handles, string(d.event.Type)) {
			return nil
		}
		err := a.stores(a, d, string(d.event.Type) == a.handles[len(a.handles)-1])
		seen[d.event.ID] = err == nil
		return err
	}, func() any {
		rows := make(map[string]any)
		for id, row := range a.rows {
			rows[id] = maps.Clone(row)
		}
		return map[string]any{"rows": rows, "log": slices.Clone(a.log), "count": maps.Clone(a.count)}
	})
	s.API = a.api
	return s
}

// TestLateSteps holds that a step which comes after the end of its object is no news, and that
// no design is accused for which it is none.
func TestLateSteps(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const must, should = "ordering/late-processing", "ordering/late-step"
	kinds := []struct {
		id      string
		handles []string
	}{
		{must, []string{"payment_intent.processing", "payment_intent.succeeded"}},
		{must, []string{"charge.pending", "charge.succeeded"}},
		{should, []string{"payment_intent.created", "payment_intent.requires_action", "payment_intent.succeeded"}},
		{should, []string{"charge.succeeded", "charge.refunded"}},
		{should, []string{"invoice.created", "invoice.finalized", "invoice.paid"}},
		{should, []string{"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"}},
		{should, []string{"payout.created", "payout.paid"}},
		{should, []string{"payment_method.attached", "payment_method.detached"}}, // whose customer is null at last
		{should, []string{"subscription_schedule.updated", "subscription_schedule.aborted"}},
	}
	designs := []struct {
		name   string
		stores func(a *stepsApp, d *zooDelivery, ends bool) error
		later  time.Duration
		sound  bool
	}{
		{"the newest event", (*stepsApp).writeNewest, 0, true},
		{"the newest event, later", (*stepsApp).writeNewest, time.Second, true},
		{"steps insert, the end updates or inserts", (*stepsApp).insert, 0, true},
		{"the end waits for a step", updateOnly(&zooError{404, "no such object"}), 0, true},
		{"what Stripe has now", (*stepsApp).fetch, 0, true},
		{"a time for each step", (*stepsApp).timeline, 0, true},
		{"a log", (*stepsApp).logs, 0, true},
		{"totals", (*stepsApp).counts, 0, true},
		{"a row for each customer", (*stepsApp).customers, 0, true},

		{"the last to arrive", (*stepsApp).write, 0, false},
		{"the last to arrive, later", (*stepsApp).write, time.Second, false},
		{"an early end is lost", updateOnly(nil), 0, false},
	}
	for _, kind := range kinds {
		for _, design := range designs {
			t.Run(kind.handles[0]+"/"+design.name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					app := stepsApp{handles: kind.handles, stores: design.stores, later: design.later}
					report, byID := results(t, app.subject(t), must, should)
					short := shortfalls(report, contract.Fail, contract.Warn)
					if design.sound {
						require.Empty(t, short, "%s", byID[kind.id])
						return
					}
					require.Equal(t, []string{kind.id}, short, "%s", byID[kind.id])
				})
			})
		}
	}
}
