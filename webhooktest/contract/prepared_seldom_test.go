package contract_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A preparedShop looks for the order of each session, which a command makes, in a time.
type preparedShop struct {
	contract.Subject
	prepared int
}

func newPreparedShop(t *testing.T, later, takes time.Duration) *preparedShop {
	t.Helper()
	shop, orders := new(preparedShop), make(map[string]string)
	shop.Subject = zooApp(t, []string{"checkout.session.completed", "checkout.session.expired"}, later, func(d *zooDelivery) error {
		id := zooField(d, "id")
		state, known := map[string]string{"checkout.session.completed": "paid", "checkout.session.expired": "expired"}[string(d.event.Type)]
		if orders[id] == "open" && known {
			orders[id] = state
		}
		return nil
	}, func() any { return maps.Clone(orders) })
	z := shop.Handler.(*zooHandler)
	shop.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
		time.Sleep(takes)
		z.mu.Lock()
		defer z.mu.Unlock()
		id, _ := event.Lookup("data.object.id")
		orders[fmt.Sprint(id)] = "open"
		shop.prepared++
		return nil, nil
	}
	return shop
}

// A command that makes an order takes most of the time of a run: no case makes more of them
// than it needs.
func TestPreparesSeldom(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why, id string
		takes   time.Duration
		most    int // without those of the calibration
	}{
		{"events without an effect are about one order", "dispatch/look-alike-types", 100 * time.Millisecond, 8},
		{"many at once once, and one after the other once", "resilience/burst", 600 * time.Millisecond, 24},
		{"as many bursts as there is time for", "idempotency/race-of-copies", 600 * time.Millisecond, 36},
		{"each burst that there may be", "idempotency/race-of-copies", 100 * time.Millisecond, 44},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				shop := newPreparedShop(t, 0, test.takes)
				_, byID := results(t, shop.Subject, test.id)
				require.Equal(t, contract.Pass, byID[test.id].Verdict, "%+v", byID)
				require.LessOrEqual(t, shop.prepared, test.most)
			})
		})
	}
}

// What was prepared is there: it is not waited for as the work of a slow queue is.
func TestPreparedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		began := time.Now()
		_, byID := results(t, newPreparedShop(t, 1500*time.Millisecond, 0).Subject, "control", "idempotency/redelivered", "dispatch/look-alike-types")
		require.Equal(t, contract.Pass, byID["idempotency/redelivered"].Verdict, "%+v", byID)
		require.Less(t, time.Since(began), time.Minute)
	})
}
