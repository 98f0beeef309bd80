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
// tenant, names none of them, wherever it stands in the state, and that a time in a name does
// not make rows of others the object's.
func TestPreparedInATenant(t *testing.T) {
	t.Parallel()
	serial := func(n int) string { return fmt.Sprintf("tx_%d-%d", n, 7919*n) }
	dated := func(n int) string { return fmt.Sprintf("r%d-%d", n, 1_796_065_000_000+int64(n)) }
	for name, test := range map[string]struct {
		key   string
		order func(int) string
	}{
		"path": {"site1/orders/%s", serial}, "prefix": {"site1-%s", serial}, "order alone": {"%s", serial},
		"time": {"%s", dated}, "time in a path": {"site1/orders/%s", dated}, "time after a kind": {"registration:%s", dated},
	} {
		key := test.key
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
					order := test.order(made)
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
