package contract_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestDependenciesAreThere holds that a handler with foreign keys is sound: it leaves a
// price without its product, and a subscription without its customer, for Stripe's retry.
func TestDependenciesAreThere(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	parents := map[string]string{"price.created": "product", "customer.subscription.created": "customer", "customer.subscription.deleted": "customer"}
	bubble(t, func(t *testing.T) {
		z := newZoo()
		defer z.Close()
		rows := make(map[string]string)
		z.keys = func(d *zooDelivery) []string { return []string{d.event.ID} }
		z.effects = make(map[string]func(*zooDelivery) error)
		handles := []string{"product.created", "price.created", "customer.subscription.created", "customer.created", "customer.subscription.deleted"}
		for _, eventType := range handles {
			z.effects[eventType] = func(d *zooDelivery) error {
				if parent := zooField(d, parents[eventType]); parents[eventType] != "" && rows[parent] == "" {
					return fmt.Errorf("no row for %q", parent)
				}
				if rows[zooField(d, "id")] != "ended" {
					rows[zooField(d, "id")] = map[bool]string{false: "there", true: "ended"}[eventType == "customer.subscription.deleted"]
				}
				return nil
			}
		}
		z.show = func() any { return maps.Clone(rows) }
		s := zooNamed(t, "sound").subject(z, z.State)
		s.Handles, s.Break, s.Heal = handles, nil, nil
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }})
		require.NoError(t, err)
		require.Empty(t, shortfalls(report, contract.Fail, contract.Warn, contract.Inconclusive))
		require.Subset(t, shortfalls(report, contract.Pass), []string{"control/second-event", "dispatch/handled-type", "dispatch/handled-type-works"})
	})
}
