package contract_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Where all sessions are one reader's, what the reader's row gathers from one delivery to
// the next is no finding. What has a row of its own is judged as always.
func TestOneReaderForAll(t *testing.T) {
	t.Parallel()
	const session, updated, deleted, paid = "checkout.session.completed", "customer.subscription.updated", "customer.subscription.deleted", "invoice.paid"
	for _, test := range []struct {
		name, id string
		gathers  bool // in the reader's row, else each subscription has one
		revives  bool
		want     contract.Verdict
	}{
		{"a total", "ordering/after-canceled", true, false, contract.Skip},
		{"rows of their own", "ordering/after-canceled", false, false, contract.Pass},
		{"rows that a late update revives", "ordering/after-deleted", false, true, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				readers, totals, statuses := make(map[string]string), make(map[string]float64), make(map[string]string)
				subject := zooApp(t, []string{session, updated, deleted, paid}, 0, func(d *zooDelivery) error {
					id := zooField(d, "id")
					switch string(d.event.Type) {
					case session:
						readers[zooField(d, "customer")] = zooField(d, "client_reference_id")
					case paid:
						if amount, _ := d.event.Data.Object["amount_paid"].(float64); test.gathers {
							totals[readers[zooField(d, "customer")]] += amount
						}
					case updated, deleted:
						if statuses[id] != "canceled" || test.revives {
							statuses[id] = zooField(d, "status")
						}
					}
					return nil
				}, func() any { return map[string]any{"totals": maps.Clone(totals), "statuses": maps.Clone(statuses)} })
				subject.Variants = map[string]string{session: "subscription"}
				subject.Edit = func(eventType string) []webhooktest.Edit {
					if eventType != session {
						return nil
					}
					return []webhooktest.Edit{webhooktest.Set("data.object.client_reference_id", "reader-1")}
				}
				_, byID := results(t, subject, test.id)
				require.Equal(t, test.want, byID[test.id].Verdict, "%+v", byID[test.id])
			})
		})
	}
}
