package contract_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Prepare may make the app's row for the object of an event, and set nothing in the event.
// What the app does with an object that nobody has prepared is judged all the same.
func TestPreparedByTheEventsOwnID(t *testing.T) {
	t.Parallel()
	const foreign = "dispatch/foreign-object"
	for _, test := range []struct {
		name    string
		unknown func(orders map[string]string, id string) error
		want    contract.Verdict
	}{
		{"ignores it", func(map[string]string, string) error { return nil }, contract.Pass},
		{"crashes", func(map[string]string, string) error {
			return &zooError{http.StatusInternalServerError, "no such order"}
		}, contract.Fail},
		{"takes every payment", func(orders map[string]string, id string) error { orders[id] = "paid"; return nil }, contract.Skip},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				z := newZoo()
				t.Cleanup(z.Close)
				orders := make(map[string]string)
				z.handle = func(d *zooDelivery) error {
					z.mu.Lock()
					defer z.mu.Unlock()
					id := zooField(d, "id")
					if _, known := orders[id]; !known && d.event.Type == "payment_intent.succeeded" {
						return test.unknown(orders, id)
					}
					if d.event.Type == "payment_intent.succeeded" {
						orders[id] = "paid"
					}
					return nil
				}
				z.show = func() any { return maps.Clone(orders) }
				subject := zooNamed(t, "sound").subject(z, z.State)
				subject.Handles = []string{"payment_intent.succeeded"}
				subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
					z.mu.Lock()
					defer z.mu.Unlock()
					id, _ := event.Lookup("data.object.id")
					orders[fmt.Sprint(id)] = "open"
					return nil, nil
				}
				_, byID := results(t, subject, foreign)
				require.Equal(t, test.want, byID[foreign].Verdict, "%+v", byID[foreign])
			})
		})
	}
}
