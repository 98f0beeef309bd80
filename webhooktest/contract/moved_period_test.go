package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestMovedPeriods holds that who reads the end of a period at its place of before basil is
// told, and nobody who reads it in the items, or has no need of it.
func TestMovedPeriods(t *testing.T) {
	t.Parallel()
	const id, basil, before = "version/moved-period", "2025-03-31.basil", "2023-10-16"
	old := func(d *zooDelivery) any { return d.event.Data.Object["current_period_end"] }
	item := func(d *zooDelivery) any {
		items := d.event.Data.Object["items"].(map[string]any)["data"].([]any)
		return items[0].(map[string]any)["current_period_end"]
	}
	for _, test := range []struct {
		name, why string
		version   string
		end       func(d *zooDelivery) any
		later     time.Duration
		want      contract.Verdict
	}{
		{"old place", "stores null", basil, old, 0, contract.Warn},
		{"old place, later", "by a queue", basil, old, time.Second, contract.Warn},
		{"old place as a number", "stores 0", basil, func(d *zooDelivery) any { return zooCents(d, "current_period_end") }, 0, contract.Warn},
		{"old place of what ends", "stores no other", basil, func(d *zooDelivery) any {
			if d.event.Data.Object["cancel_at_period_end"] != true {
				return nil
			}
			return old(d)
		}, 0, contract.Warn},

		{"items", "where it is", basil, item, 0, contract.Pass},
		{"either", "for both versions", basil, func(d *zooDelivery) any {
			if end := old(d); end != nil {
				return end
			}
			return item(d)
		}, 0, contract.Pass},
		{"items of what ends", "stores no other", basil, func(d *zooDelivery) any {
			if d.event.Data.Object["cancel_at_period_end"] != true {
				return nil
			}
			return item(d)
		}, 0, contract.Pass},
		{"none", "goes by the status", basil, func(*zooDelivery) any { return nil }, 0, contract.Skip},
		{"earlier version", "has it there", before, old, 0, contract.Skip},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]zooObject)
				subject := zooApp(t, []string{"customer.subscription.created", "customer.subscription.updated"}, test.later, func(d *zooDelivery) error {
					if zooField(d, "object") == "subscription" {
						rows[zooField(d, "id")] = zooObject{"status": zooField(d, "status"), "until": test.end(d)}
					}
					return nil
				}, func() any { return rows })
				subject.APIVersion = test.version
				_, byID := results(t, subject, id)
				require.Equal(t, test.want, byID[id].Verdict, "%s: %+v", test.why, byID[id])
			})
		})
	}
}
