package contract_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A table refuses what breaks a rule of its own, as a database does.
type table struct {
	rows    zooObject
	seen    map[string]bool
	take    func(t *table, d *zooDelivery) error
	handles []string
}

var errDuplicate = errors.New("duplicate key value violates unique constraint")

func (t *table) insert(key string, row any) error {
	if t.rows[key] != nil {
		return errDuplicate
	}
	t.rows[key] = row
	return nil
}

func (t *table) handle(d *zooDelivery) error {
	if t.seen[d.event.ID] || !slices.Contains(t.handles, string(d.event.Type)) {
		return nil
	}
	err := t.take(t, d)
	t.seen[d.event.ID] = err == nil
	return err
}

// What nothing is left to do for is answered with 2xx. Who answers an error whenever the
// event comes gets it for three days.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const completed, succeeded = "checkout.session.completed", "checkout.session.async_payment_succeeded"
	const paid, alsoPaid = "invoice.paid", "invoice.payment_succeeded"
	const created, updated = "customer.subscription.created", "customer.subscription.updated"
	insert := func(t *table, d *zooDelivery) error { return t.insert(zooField(d, "id"), zooField(d, "id")) }
	ignore := func(t *table, d *zooDelivery) error {
		if err := insert(t, d); !errors.Is(err, errDuplicate) {
			return err
		}
		return nil
	}
	mirror := func(refusal error) func(*table, *zooDelivery) error {
		return func(t *table, d *zooDelivery) error {
			id, at := zooField(d, "id"), d.event.Created
			old, known := t.rows[id].(zooObject)
			if known && old["at"].(int64) > at {
				return refusal
			}
			t.rows[id] = zooObject{"status": zooField(d, "status"), "at": at}
			return nil
		}
	}
	early := func(t *table, d *zooDelivery) error {
		id := zooField(d, "id")
		if t.rows[id] == nil && string(d.event.Type) != created {
			return &zooError{http.StatusConflict, "no such subscription yet"}
		}
		return mirror(nil)(t, d)
	}
	for name, test := range map[string]struct {
		handles []string
		take    func(*table, *zooDelivery) error
		id      string
		want    contract.Verdict
	}{
		"a row for each session, inserted twice":      {[]string{completed, succeeded}, insert, "idempotency/two-paid-events", contract.Warn},
		"and the second insert does nothing":          {[]string{completed, succeeded}, ignore, "idempotency/two-paid-events", contract.Pass},
		"a row for each invoice, inserted twice":      {[]string{paid, alsoPaid}, insert, "idempotency/invoice-paid-twice", contract.Warn},
		"two events of one type":                      {[]string{paid}, insert, "idempotency/twin-events", contract.Warn},
		"and the second does nothing":                 {[]string{paid}, ignore, "idempotency/twin-events", contract.Pass},
		"an older update is refused":                  {[]string{created, updated}, mirror(&zooError{http.StatusConflict, "stale"}), "ordering/stale-update", contract.Warn},
		"an older update is dropped":                  {[]string{created, updated}, mirror(nil), "ordering/stale-update", contract.Pass},
		"a second creation, which Stripe never sends": {[]string{created}, insert, "idempotency/case-sensitive-ids", contract.Pass},
		"an early update is refused until it fits":    {[]string{created, updated}, early, "ordering/reversed", contract.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := &table{rows: zooObject{}, seen: make(map[string]bool), take: test.take, handles: test.handles}
			subject := zooApp(t, test.handles, 0, app.handle, func() any { return app.rows })
			subject.OncePerObject = true
			_, byID := results(t, subject, "control", test.id)
			got := byID[test.id]
			require.Equal(t, test.want, got.Verdict, "%s: %s", got.Reason, got.Actual)
			if test.want == contract.Warn {
				require.Equal(t, "Refused a genuine event at every attempt", got.Headline)
				require.Contains(t, got.Hint, "Answer 2xx")
			}
		})
	}
}
