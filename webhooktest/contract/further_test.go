package contract_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A manyKinds keeps rows of several resources, each as the newest event has it.
type manyKinds struct {
	handles []string
	later   time.Duration
	hides   []string          // resources that the state does not show
	shows   map[string]string // a field, by resource, if not all
	wrong   string            // the resource of the mistake
	mistake func(row manyRow, known bool, now int64, verb string) (writes bool, err error)

	rows map[string]manyRow
}

type manyRow struct {
	Object map[string]any
	Ended  bool
	told   int64
	verb   string
}

func (k *manyKinds) take(d *zooDelivery) error {
	eventType, id := string(d.event.Type), zooField(d, "id")
	at := strings.LastIndexByte(eventType, '.')
	resource, verb := eventType[:at], eventType[at+1:]
	if !slices.Contains(k.handles, eventType) || slices.Contains(k.hides, resource) {
		return nil
	}
	row, known := k.rows[id]
	writes, err := !known || d.event.Created >= row.told && verb != "created" && !row.Ended, error(nil)
	if resource == k.wrong {
		writes, err = k.mistake(row, known, d.event.Created, verb)
	}
	object := d.event.Data.Object
	if field := k.shows[resource]; field != "" {
		object = map[string]any{field: object[field]}
	}
	if writes {
		k.rows[id] = manyRow{object, verb == "deleted", d.event.Created, verb}
	}
	return err
}

func (k *manyKinds) subject(t *testing.T) contract.Subject {
	k.rows = make(map[string]manyRow)
	return zooApp(t, k.handles, k.later, k.take, func() any { return maps.Clone(k.rows) })
}

// created and updated are the types of some resources.
func createdAndUpdated(resources ...string) (types []string) {
	for _, resource := range resources {
		types = append(types, resource+".created", resource+".updated")
	}
	return types
}

// TestEachResource holds that the updates of each handled resource are judged, within bounds.
func TestEachResource(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const (
		stale, first, changes = "ordering/stale-update", "ordering/updated-first", "idempotency/two-changes"
		second, early, ended  = "ordering/same-second", "ordering/early-update", "ordering/after-deleted"
	)
	two := createdAndUpdated("customer.subscription", "invoice")
	ends := []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "product.created", "product.updated", "product.deleted"}
	six := createdAndUpdated("customer.subscription", "invoice", "product", "price", "coupon", "plan")
	asItComes := func(manyRow, bool, int64, string) (bool, error) { return true, nil }
	for _, test := range []struct {
		name, why string
		app       manyKinds
		wrong     string // the case that falls short
		noted     string // in a note, "" for none
	}{
		{"sound", "both kinds are right", manyKinds{handles: two}, "", ""},
		{"sound-later", "both kinds are right, after the answer", manyKinds{handles: two, later: 50 * time.Millisecond}, "", ""},
		{"second-stale", "the second kind is written as it comes", manyKinds{handles: two, wrong: "invoice", mistake: asItComes}, stale, ""},
		{"second-stale-later", "the second kind is written as it comes, after the answer", manyKinds{handles: two, later: 50 * time.Millisecond, wrong: "invoice", mistake: asItComes}, stale, ""},
		{"second-creation", "a late creation overwrites", manyKinds{handles: two, wrong: "invoice", mistake: func(row manyRow, known bool, now int64, verb string) (bool, error) {
			return !known || verb == "created" || now >= row.told, nil
		}}, first, ""},
		{"second-once", "each kind of event counts once", manyKinds{handles: two, wrong: "invoice", mistake: func(row manyRow, known bool, now int64, verb string) (bool, error) {
			return !known || verb == "updated" && row.verb == "created", nil
		}}, changes, ""},
		{"second-newer", "what is as old as the row is skipped", manyKinds{handles: two, wrong: "invoice", mistake: func(row manyRow, known bool, now int64, verb string) (bool, error) {
			return !known || now > row.told, nil
		}}, second, ""},
		{"second-early", "an update of what is unknown is refused", manyKinds{handles: two, wrong: "invoice", mistake: func(row manyRow, known bool, now int64, verb string) (bool, error) {
			if !known && verb == "updated" {
				return false, &zooError{404, "no such invoice"}
			}
			return !known || now >= row.told && verb != "created", nil
		}}, early, ""},
		{"second-ended", "an update brings back what was deleted", manyKinds{handles: ends, wrong: "product", mistake: func(row manyRow, known bool, now int64, verb string) (bool, error) {
			return !known || verb == "deleted" || now >= row.told || row.Ended, nil
		}}, ended, ""},
		{"fourth", "one of many kinds", manyKinds{handles: six, wrong: "price", mistake: asItComes}, stale, "judged for customer.subscription, invoice, product, price, and not for coupon, plan: at most 4 are, those named first"},
		{"fifth", "one of many kinds, beside some that the state does not show", manyKinds{handles: six, hides: []string{"invoice", "product"}, wrong: "coupon", mistake: asItComes}, stale, ""},
		{"fields", "the state shows nothing that changes of the second", manyKinds{handles: two, shows: map[string]string{"invoice": "id"}}, "", ""},
		{"slow", "there is no time for a second", manyKinds{handles: two, later: 3 * time.Second}, "", "judged for customer.subscription, and not for invoice: a longer maximum time for the run allows more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				report, _ := results(t, test.app.subject(t), stale, first, changes, second, early, ended)
				short := shortfalls(report, contract.Fail, contract.Warn)
				if test.wrong == "" {
					require.Empty(t, short, "%s: %s", test.why, report.Cases)
				} else {
					require.Contains(t, short, test.wrong, "%s: %s", test.why, report.Cases)
				}
				require.Empty(t, shortfalls(report, contract.Inconclusive), "%s: %s", test.why, report.Cases)
				if notes := strings.Join(report.Notes, "\n"); test.noted == "" {
					require.NotContains(t, notes, "judged for", test.why)
				} else {
					require.Contains(t, notes, test.noted, test.why)
				}
			})
		})
	}
}
