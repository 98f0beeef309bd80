package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An alikeKeeper keeps what it is told of by a key.
type alikeKeeper struct {
	handles []string
	key     func(d *zooDelivery) string
	upserts bool // instead of skipping what is known
	totals  bool // shows no rows
	logs    bool // each event, too
	later   time.Duration

	rows  map[string]zooObject
	log   []string
	total int
}

func (k *alikeKeeper) take(d *zooDelivery) error {
	if !slices.Contains(k.handles, string(d.event.Type)) {
		return nil
	}
	if k.logs {
		k.log = append(k.log, d.event.ID)
	}
	key := k.key(d)
	if k.rows[key] != nil && !k.upserts {
		return nil
	}
	k.rows[key] = zooObject{"object": keyOf("id", 12)(d), "status": word(d)}
	k.total++
	return nil
}

func (k *alikeKeeper) show() any {
	if k.totals {
		return zooObject{"total": k.total}
	}
	return zooObject{"rows": k.rows, "log": k.log}
}

// keyOf is a field of the object, cut to a length.
func keyOf(field string, length int) func(*zooDelivery) string {
	return func(d *zooDelivery) string {
		text := zooField(d, field)
		return text[:min(length, len(text))]
	}
}

// TestAlikeObjects holds that objects whose ids are cut off are taken for one another, and that
// nobody is accused who cuts ids only where he shows them.
func TestAlikeObjects(t *testing.T) {
	t.Parallel()
	const id, paid = "idempotency/alike-objects", "payment_intent.succeeded"
	for _, c := range []struct {
		name, why string
		app       alikeKeeper
		want      contract.Verdict
	}{
		{"cut", "the second payment is skipped", alikeKeeper{key: keyOf("id", 24)}, contract.Warn},
		{"cut by one", "a column that is one too narrow", alikeKeeper{key: keyOf("id", 26)}, contract.Warn},
		{"cut and overwritten", "the second payment takes the place of the first", alikeKeeper{key: keyOf("id", 24), upserts: true}, contract.Warn},
		{"cut and logged", "the log has both", alikeKeeper{key: keyOf("id", 24), logs: true}, contract.Warn},
		{"cut and totals", "which lack the second", alikeKeeper{key: keyOf("id", 24), totals: true}, contract.Warn},
		{"cut later", "by a queue", alikeKeeper{key: keyOf("id", 24), later: time.Second}, contract.Warn},
		{"cut charges", "of another kind", alikeKeeper{handles: []string{"charge.succeeded"}, key: keyOf("id", 20)}, contract.Warn},
		{"cut subscriptions", "of another kind", alikeKeeper{handles: []string{"customer.subscription.created"}, key: keyOf("id", 20)}, contract.Warn},
		{"cut customers", "who are not what the event is about", alikeKeeper{handles: []string{"checkout.session.completed"}, key: keyOf("customer", 17)}, contract.Warn},

		{"whole", "and a cut one beside it", alikeKeeper{key: keyOf("id", 255)}, contract.Pass},
		{"whole and overwritten", "an upsert", alikeKeeper{key: keyOf("id", 255), upserts: true}, contract.Pass},
		{"whole later", "by a queue", alikeKeeper{key: keyOf("id", 255), later: time.Second}, contract.Pass},
		{"by customer", "who has one row", alikeKeeper{key: keyOf("customer", 255), upserts: true}, contract.Pass},
		{"totals", "of all", alikeKeeper{key: keyOf("id", 255), totals: true}, contract.Pass},
		{"by session", "with those that come before", alikeKeeper{handles: []string{"checkout.session.completed", "customer.subscription.created", "invoice.paid"}, key: keyOf("id", 255)}, contract.Pass},
		{"without an id", "there is nothing to cut", alikeKeeper{handles: []string{"balance.available"}, key: func(d *zooDelivery) string { return d.event.ID }}, contract.Skip},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := c.app
				app.rows = make(map[string]zooObject)
				if app.handles == nil {
					app.handles = []string{paid}
				}
				_, byID := results(t, zooApp(t, app.handles, app.later, app.take, app.show), id)
				require.Equal(t, c.want, byID[id].Verdict, "%s: %+v", c.why, byID[id])
			})
		})
	}
}
