package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// paidApp stores a subscription at one type, and at another that an invoice of it is paid:
// not if that comes before the subscription. Without such a type, it stores one paid invoice a
// customer.
func paidApp(t *testing.T, stores, paid string) contract.Subject {
	rows, handles := make(map[string]any), []string{paid}
	if stores != "" {
		handles = []string{stores, paid}
	}
	return zooApp(t, handles, 0, func(d *zooDelivery) error {
		sub, customer := zooField(d, "subscription"), zooField(d, "customer")
		switch eventType := string(d.event.Type); {
		case eventType == stores && rows[zooField(d, "id")] == nil:
			rows[zooField(d, "id")] = "nothing"
		case eventType == paid && stores != "" && rows[sub] != nil:
			rows[sub] = zooField(d, "id")
		case eventType == paid && stores == "" && rows[customer] == nil:
			rows[customer] = zooField(d, "id")
		}
		return nil
	}, func() any { return rows })
}

// Apps older than invoice.paid take invoice.payment_succeeded for the same: every case that is
// about a paid invoice judges either.
func TestPaidInvoicesByEitherType(t *testing.T) {
	t.Parallel()
	const created, updated = "customer.subscription.created", "customer.subscription.updated"
	for _, paid := range []string{"invoice.paid", "invoice.payment_succeeded"} {
		for _, test := range []struct {
			id, stores string
			want       contract.Verdict
		}{
			{"ordering/missing-dependency", created, contract.Fail},
			{"ordering/early-payment", updated, contract.Fail},
			{"idempotency/two-purchases", "", contract.Warn},
			{"resilience/same-customer", created, contract.Pass},
		} {
			t.Run(paid+" "+test.id, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					_, byID := results(t, paidApp(t, test.stores, paid), test.id)
					require.Equal(t, test.want, byID[test.id].Verdict, "%+v", byID[test.id])
				})
			})
		}
	}
}
