package contract_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestPreparedInATenant holds that what all prepared objects share, such as the id of their
// tenant, names none of them, wherever it stands in the state.
func TestPreparedInATenant(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"path": "site1/orders/%s", "prefix": "site1-%s", "order alone": "%s"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				orders, made := make(map[string]string), 0
				take := func(d *zooDelivery) error {
					metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
					order := fmt.Sprintf(key, metadata["order"])
					if orders[order] != "" && zooField(d, "payment_status") == "paid" {
						orders[order] = "paid"
					}
					return nil
				}
				subject := zooApp(t, []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"}, 0, take, func() any { return maps.Clone(orders) })
				subject.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
					made++
					order := fmt.Sprintf("tx_%d-%d", made, 7919*made)
					orders[fmt.Sprintf(key, order)] = "open"
					return []webhooktest.Edit{
						webhooktest.Add("data.object.metadata.order", order),
						webhooktest.Add("data.object.metadata.site_id", "site1"),
					}, nil
				}
				_, got := results(t, subject, "ordering/late-completed", "resilience/bad-input")
				for id, result := range got {
					require.Equal(t, contract.Pass, result.Verdict, "%s: %s", id, result)
				}
			})
		})
	}
}
