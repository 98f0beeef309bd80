package contract_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An order of which nothing had to be paid is told as information: only who gives coupons
// or trials away has lost one.
func TestFreeCheckout(t *testing.T) {
	t.Parallel()
	const free, session = "dispatch/free-checkout", "checkout.session.completed"
	for _, test := range []struct {
		name     string
		takes    func(d *zooDelivery) bool
		variants map[string]string
		want     contract.Verdict
	}{
		{"all but unpaid", func(d *zooDelivery) bool { return zooField(d, "payment_status") != "unpaid" }, nil, contract.Pass},
		{"paid alone", func(d *zooDelivery) bool { return zooField(d, "payment_status") == "paid" }, nil, contract.Info},
		{"subscriptions", func(d *zooDelivery) bool { return zooField(d, "mode") == "subscription" }, map[string]string{session: "subscription"}, contract.Pass},
		{"paid subscriptions alone", func(d *zooDelivery) bool {
			return zooField(d, "mode") == "subscription" && zooField(d, "payment_status") == "paid"
		}, map[string]string{session: "subscription"}, contract.Info},
		{"what costs what was ordered", func(d *zooDelivery) bool {
			amount, _ := d.event.Data.Object["amount_total"].(float64)
			return zooField(d, "payment_status") != "unpaid" && amount > 0
		}, nil, contract.Skip},
		{"neither", func(d *zooDelivery) bool { return zooField(d, "mode") == "setup" }, nil, contract.Inconclusive},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				orders := make(map[string]bool)
				subject := zooApp(t, []string{session}, 0, func(d *zooDelivery) error {
					if string(d.event.Type) == session && test.takes(d) {
						orders[zooField(d, "id")] = true
					}
					return nil
				}, func() any { return slices.Sorted(maps.Keys(orders)) })
				subject.Variants = test.variants
				_, byID := results(t, subject, free)
				require.Equal(t, test.want, byID[free].Verdict, "%+v", byID[free])
			})
		})
	}
}
