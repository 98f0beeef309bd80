package contract_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A subscriptionMirror keeps a row for each subscription, as its events or Stripe tell of it.
type subscriptionMirror struct {
	known   func(m *subscriptionMirror, d *zooDelivery, status string) // tells of one that has a row
	unknown func(m *subscriptionMirror, d *zooDelivery, status string) // and of one that has none
	fetches bool
	hides   []string      // what it does not show
	later   time.Duration // after the answer

	rows   map[string]string // status by id
	first  map[string]string // that each had at first
	others []string          // that were not known
	log    []string          // of what was told
	events []string          // that were dealt with
	api    *stripeapi.Server
}

// take deals with an event, once.
func (m *subscriptionMirror) take(d *zooDelivery) {
	switch d.event.Type {
	case "customer.subscription.created", "customer.subscription.updated":
	case "payment_intent.succeeded": // the control
		m.rows[zooField(d, "id")] = "paid"
		return
	default:
		return
	}
	id, status := zooField(d, "id"), zooField(d, "status")
	if object, ok := m.api.Object("subscription", id); m.fetches && ok {
		var now struct{ Status string }
		_ = json.Unmarshal(object, &now)
		status = now.Status
	}
	m.events = append(m.events, d.event.ID)
	does := m.unknown
	if _, known := m.rows[id]; known {
		does = m.known
	} else if d.event.Type == "customer.subscription.created" {
		does = (*subscriptionMirror).insert
	}
	does(m, d, status)
}

func (m *subscriptionMirror) insert(d *zooDelivery, status string) {
	m.rows[zooField(d, "id")], m.first[zooField(d, "id")] = status, status
	m.note(d, status)
}

func (m *subscriptionMirror) update(d *zooDelivery, status string) {
	m.rows[zooField(d, "id")] = status
	m.note(d, status)
}

func (m *subscriptionMirror) note(d *zooDelivery, status string) {
	m.log = append(m.log, zooField(d, "id")+" "+status)
}

func (m *subscriptionMirror) ignore(*zooDelivery, string) {}

// updateActive leaves what is not active as it was, on purpose.
func (m *subscriptionMirror) updateActive(d *zooDelivery, status string) {
	if status == "active" {
		m.update(d, status)
	}
}

func (m *subscriptionMirror) setAside(d *zooDelivery, status string) {
	m.others = append(m.others, zooField(d, "id")+" "+status)
}

// show is the state but for what it hides.
func (m *subscriptionMirror) show() any {
	state := map[string]any{
		"rows": maps.Clone(m.rows), "ids": slices.Sorted(maps.Keys(m.rows)), "first": maps.Clone(m.first),
		"others": slices.Clone(m.others), "log": slices.Clone(m.log), "events": slices.Clone(m.events),
	}
	for _, name := range m.hides {
		delete(state, name)
	}
	return state
}

// subject is what the suite is run with.
func (m *subscriptionMirror) subject(t *testing.T) contract.Subject {
	m.rows, m.first, m.api = make(map[string]string), make(map[string]string), new(stripeapi.Server)
	z := newZoo()
	t.Cleanup(z.Close)
	seen := make(map[string]bool)
	z.handle = func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		if seen[d.event.ID] {
			return nil
		}
		seen[d.event.ID] = true
		if m.later == 0 {
			m.take(d)
			return nil
		}
		m.later -= time.Nanosecond // of two at once, the second is done first
		wait := m.later
		z.working.Go(func() {
			time.Sleep(wait)
			z.mu.Lock()
			defer z.mu.Unlock()
			m.take(d)
		})
		return nil
	}
	z.show = m.show
	s := zooNamed(t, "sound").subject(z, z.State)
	s.API = m.api
	s.Handles = []string{"payment_intent.succeeded", "customer.subscription.created", "customer.subscription.updated"}
	return s
}

// TestFirstChange holds that only a handler is accused which would have stored the change, had
// it not known the object. Where the state does not show what changed, nothing can be said.
func TestFirstChange(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const first = "idempotency/first-change"
	insert, update := (*subscriptionMirror).insert, (*subscriptionMirror).update
	ignore, setAside, active := (*subscriptionMirror).ignore, (*subscriptionMirror).setAside, (*subscriptionMirror).updateActive
	numbers := []string{"rows", "first", "log", "others"} // what tells of more than ids
	tests := []struct {
		name   string
		mirror subscriptionMirror
		want   contract.Verdict
	}{
		{"updates what it has", subscriptionMirror{known: update, unknown: insert}, contract.Pass},
		{"leaves alone what it does not know", subscriptionMirror{known: update, unknown: ignore}, contract.Pass},
		{"asks Stripe", subscriptionMirror{known: update, unknown: insert, fetches: true}, contract.Pass},
		{"works a second later", subscriptionMirror{known: update, unknown: insert, later: time.Second}, contract.Pass},
		{"shows a log of what it was told", subscriptionMirror{known: update, unknown: insert, hides: []string{"rows", "first"}}, contract.Pass},
		{"shows ids alone", subscriptionMirror{known: update, unknown: insert, hides: numbers}, contract.Inconclusive},
		{"shows what it does not know, where it puts nothing else", subscriptionMirror{known: ignore, unknown: setAside, hides: []string{"rows", "first", "log"}}, contract.Inconclusive},
		{"acts on active ones alone", subscriptionMirror{known: active, unknown: active, hides: []string{"events", "log"}}, contract.Inconclusive},
		{"does not act on updates", subscriptionMirror{known: ignore, unknown: ignore}, contract.Inconclusive},

		{"leaves a row alone that is there", subscriptionMirror{known: ignore, unknown: insert}, contract.Warn},
		{"leaves it alone, a second later", subscriptionMirror{known: ignore, unknown: insert, later: time.Second}, contract.Warn},
		{"asks Stripe, and leaves it alone", subscriptionMirror{known: ignore, unknown: insert, fetches: true}, contract.Warn},
		{"leaves it alone, and shows no log", subscriptionMirror{known: ignore, unknown: insert, hides: []string{"log", "events"}}, contract.Warn},
	}
	for _, test := range realpart.Sample(tests, 3) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := test.mirror.subject(t)
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{first}, Seed: 7, MaxTime: time.Hour})
				require.NoError(t, err)
				require.Equal(t, test.want, report.Cases[0].Verdict, "%s", report.Cases[0])
			})
		})
	}
}
