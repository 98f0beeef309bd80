package contract_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A dunnedRow is what an app keeps of a subscription.
type dunnedRow struct {
	Status string
	told   int64
	ended  bool
}

// A dunner keeps the newest state of each subscription, but for the statuses that it leaves
// alone.
type dunner struct {
	handles []string
	leaves  []string // statuses that change nothing
	once    bool     // only the first update of a subscription counts: the mistake
	strict  bool     // an update of the same second does not count: the mistake
	access  bool     // the state shows whether the subscription gives access, of rows alone
	ledger  bool     // the state shows which events were seen
	later   time.Duration

	rows map[string]dunnedRow
	seen []any
}

func (a *dunner) take(d *zooDelivery) error {
	id, row := zooField(d, "id"), dunnedRow{zooField(d, "status"), d.event.Created, d.event.Type == "customer.subscription.deleted"}
	old, known := a.rows[id]
	if slices.Contains(a.handles, string(d.event.Type)) {
		a.seen = append(a.seen, zooObject{"event": d.event.ID, "type": string(d.event.Type)})
	}
	switch {
	case !slices.Contains(a.handles, string(d.event.Type)), slices.Contains(a.leaves, row.Status):
	case known && (a.once && !row.ended || a.strict && row.told == old.told), old.ended, row.told < old.told:
	default:
		a.rows[id] = row
	}
	return nil
}

func (a *dunner) subject(t *testing.T) contract.Subject {
	a.rows = make(map[string]dunnedRow)
	return zooApp(t, a.handles, a.later, a.take, func() any {
		if a.ledger {
			return zooObject{"rows": a.rows, "events": a.seen}
		}
		if !a.access {
			return maps.Clone(a.rows)
		}
		access := make(map[string]bool)
		for id, row := range a.rows {
			access[id] = row.Status == "active"
		}
		return access
	})
}

// TestLeavesPastDue holds that an app may leave a payment alone while Stripe tries it again:
// the loss of an update that changes nothing is not told.
func TestLeavesPastDue(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const (
		changes, second = "idempotency/two-changes", "ordering/same-second"
		created         = "customer.subscription.created"
		updated, ended  = "customer.subscription.updated", "customer.subscription.deleted"
	)
	updates, all := []string{updated, ended}, []string{created, updated, ended}
	leaves := []string{"past_due"}
	for _, test := range []struct {
		name, why       string
		app             dunner
		changes, second contract.Verdict
	}{
		{"left alone", "nothing is lost where nothing changes", dunner{handles: updates, leaves: leaves}, contract.Inconclusive, contract.Inconclusive},
		{"left alone, later", "nor in a queue", dunner{handles: updates, leaves: leaves, later: time.Second}, contract.Inconclusive, contract.Inconclusive},
		{"left alone, with creations", "the creation says the same as the update", dunner{handles: all, leaves: leaves}, contract.Inconclusive, contract.Inconclusive},
		{"left alone, and remembered", "the memory of the event is no effect", dunner{handles: updates, leaves: leaves, ledger: true}, contract.Inconclusive, contract.Inconclusive},
		{"kept, and remembered", "each change counts", dunner{handles: updates, ledger: true}, contract.Pass, contract.Pass},
		{"once, and remembered", "past_due is lost", dunner{handles: updates, once: true, ledger: true}, contract.Fail, contract.Fail},
		{"kept", "each change counts", dunner{handles: updates}, contract.Pass, contract.Pass},
		{"kept, later", "each change counts", dunner{handles: updates, later: time.Second}, contract.Pass, contract.Pass},
		{"once", "past_due is lost", dunner{handles: updates, once: true}, contract.Fail, contract.Fail},
		{"once, later", "past_due is lost", dunner{handles: updates, once: true, later: time.Second}, contract.Fail, contract.Fail},
		{"once, as access", "access stays", dunner{handles: updates, once: true, access: true}, contract.Fail, contract.Fail},
		{"not in one second", "past_due is lost if it comes at once", dunner{handles: updates, strict: true}, contract.Pass, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.app.subject(t), changes, second)
				require.Equal(t, test.changes, byID[changes].Verdict, "%s: %+v", test.why, byID[changes])
				require.Equal(t, test.second, byID[second].Verdict, "%s: %+v", test.why, byID[second])
			})
		})
	}
}
