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

// What the app prints for an object with a long id names the order that it made for it: an
// app that compares the two is right, and one whose column is too narrow is not.
func TestLongIDsArePreparedFor(t *testing.T) {
	t.Parallel()
	const id, paid = "dispatch/long-ids", "checkout.session.completed"
	for _, c := range []struct {
		why    string
		column int
		want   contract.Verdict
	}{
		{"an order knows its session", 255, contract.Pass},
		{"whose column is narrow", 100, contract.Warn},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				orders := make(map[string]string)
				subject := zooApp(t, []string{paid}, 0, func(d *zooDelivery) error {
					metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
					order, _ := metadata["order"].(string)
					session, _ := d.event.Data.Object["id"].(string)
					switch known := orders[order]; {
					case known == "":
						return nil
					case len(session) > c.column:
						return &zooError{http.StatusInternalServerError, "value too long"}
					case known != session && known != session+" paid":
						return &zooError{http.StatusInternalServerError, "session mismatch"}
					}
					orders[order] = session + " paid"
					return nil
				}, func() any { return maps.Clone(orders) })
				subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
					session, _ := event.Lookup("data.object.id")
					order := fmt.Sprint("order-", len(orders))
					orders[order], _ = session.(string)
					return []webhooktest.Edit{webhooktest.Add("data.object.metadata.order", order)}, nil
				}
				_, byID := results(t, subject, id)
				require.Equal(t, c.want, byID[id].Verdict, "%+v", byID[id])
			})
		})
	}
}
