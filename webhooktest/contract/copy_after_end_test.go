package contract_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A leaver keeps how subscriptions stand that begin and end.
type leaver struct {
	handles []string
	ledger  bool // an event counts once
	keeps   bool // a creation leaves the row that is there
	removes bool // the end removes the row
	strict  bool // the end of what is unknown is refused
	fetches bool // the API says how a subscription stands now
	logs    bool // the state shows each delivery
	totals  bool // the state shows how many are active, and nothing else
	later   time.Duration

	rows map[string]string
	seen map[string]bool
	ends map[string]bool // what the API knows
	log  []any
}

func (a *leaver) take(d *zooDelivery) error {
	id := zooField(d, "id")
	if !slices.Contains(a.handles, string(d.event.Type)) || a.ledger && a.seen[d.event.ID] {
		return nil
	}
	if a.logs {
		a.log = append(a.log, zooObject{"event": d.event.ID, "type": string(d.event.Type)})
	}
	if err := a.changes(d, id); err != nil {
		return err
	}
	a.seen[d.event.ID] = true
	return nil
}

func (a *leaver) changes(d *zooDelivery, id string) error {
	if d.event.Type == "checkout.session.completed" {
		id = zooField(d, "subscription")
	}
	ends := d.event.Type == "customer.subscription.deleted"
	a.ends[id] = a.ends[id] || ends
	_, known := a.rows[id]
	switch {
	case id == "":
	case ends && !known && a.strict:
		return &zooError{http.StatusNotFound, "no such subscription"}
	case (ends || a.fetches && a.ends[id]) && a.removes:
		delete(a.rows, id)
	case ends || a.fetches && a.ends[id]:
		a.rows[id] = "canceled"
	case !known || !a.keeps:
		a.rows[id] = "active"
	}
	return nil
}

func (a *leaver) show() any {
	active := 0
	for _, status := range a.rows {
		if status == "active" {
			active++
		}
	}
	switch {
	case a.totals:
		return zooObject{"active": active}
	case a.logs:
		return zooObject{"rows": maps.Clone(a.rows), "log": a.log}
	}
	return maps.Clone(a.rows)
}

// TestCopyAfterEnd holds that a copy of the creation, which Stripe may deliver when the
// object has ended, is no news.
func TestCopyAfterEnd(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const copied = "ordering/copy-after-end"
	begins, ends := []string{"customer.subscription.created", "customer.subscription.deleted"}, []string{"customer.subscription.deleted"}
	sells := []string{"checkout.session.completed", "customer.subscription.deleted"}
	for _, test := range []struct {
		name, why string
		app       leaver
		want      contract.Verdict
	}{
		{"ledger", "an event counts once", leaver{handles: begins, ledger: true}, contract.Pass},
		{"ledger, removed", "nothing is left, as after the end", leaver{handles: begins, ledger: true, removes: true}, contract.Pass},
		{"ledger, later", "an event counts once", leaver{handles: begins, ledger: true, later: time.Second}, contract.Pass},
		{"ledger, of sessions", "a session counts once", leaver{handles: sells, ledger: true}, contract.Pass},
		{"kept", "the row of what ended stays", leaver{handles: begins, keeps: true}, contract.Pass},
		{"kept, logged", "the log has the copy, too", leaver{handles: begins, keeps: true, logs: true}, contract.Pass},
		{"fetched", "the API says that it ended", leaver{handles: begins, fetches: true}, contract.Pass},
		{"fetched, removed", "nothing is left, as after the end", leaver{handles: begins, fetches: true, removes: true}, contract.Pass},
		{"total of a ledger", "an event counts once", leaver{handles: begins, ledger: true, totals: true}, contract.Inconclusive},
		{"no creation", "what does not begin does not begin again", leaver{handles: ends}, contract.Pass},

		{"written anew", "active again", leaver{handles: begins, strict: true}, contract.Warn},
		{"written anew, later", "active again", leaver{handles: begins, later: time.Second}, contract.Warn},
		{"removed, and made anew", "there again", leaver{handles: begins, removes: true, strict: true}, contract.Warn},
		{"removed, and made anew by insert", "there again", leaver{handles: begins, removes: true, keeps: true, strict: true}, contract.Warn},
		{"written anew by a session", "active again", leaver{handles: sells, strict: true}, contract.Warn},
		{"written anew, logged", "active again", leaver{handles: begins, logs: true}, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := test.app
				app.rows, app.seen, app.ends = make(map[string]string), make(map[string]bool), make(map[string]bool)
				s := zooApp(t, app.handles, app.later, app.take, app.show)
				if slices.Contains(app.handles, sells[0]) {
					s.Variants = map[string]string{sells[0]: "subscription"}
				}
				_, byID := results(t, s, copied)
				require.Equal(t, test.want, byID[copied].Verdict, "%s: %+v", test.why, byID[copied])
			})
		})
	}
}
