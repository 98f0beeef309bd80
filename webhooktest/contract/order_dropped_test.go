package contract_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An update that came before the creation may be dropped at once, or overwritten later: the hint
// says what helps.
func TestEarlyEventsAreDroppedOrOverwritten(t *testing.T) {
	t.Parallel()
	const first, created = "ordering/updated-first", "customer.subscription.created"
	for _, test := range []struct {
		why  string
		take func(rows map[string]string, created bool, id, status string)
		hint string
	}{
		{"drops what it does not know", func(rows map[string]string, created bool, id, status string) {
			if _, known := rows[id]; known || created {
				rows[id] = status
			}
		}, "The event that came first got 2xx, and nothing was kept of it"},
		{"the creation overwrites", func(rows map[string]string, _ bool, id, status string) { rows[id] = status }, "Let the branch for the creation add what is missing"},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]string)
				subject := zooApp(t, []string{created, "customer.subscription.updated"}, 0, func(d *zooDelivery) error {
					if zooField(d, "object") == "subscription" {
						test.take(rows, d.event.Type == created, zooField(d, "id"), zooField(d, "status"))
					}
					return nil
				}, func() any { return maps.Clone(rows) })
				_, byID := results(t, subject, first)
				require.Equal(t, contract.Fail, byID[first].Verdict, "%s", byID[first])
				require.Contains(t, byID[first].Hint, test.hint)
			})
		})
	}
}
