package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A dump of all tables has the memory of events, too, which grows with each. A second purchase
// or a renewal that is lost leaves nothing else.
func TestLedgerIsNoEffect(t *testing.T) {
	t.Parallel()
	const paid = "invoice.paid"
	byInvoice := func(d *zooDelivery) string { return zooField(d, "id") }
	bySubscription := func(d *zooDelivery) string { return zooField(d, "subscription") }
	byCustomer := func(d *zooDelivery) string { return zooField(d, "customer") }
	for name, test := range map[string]struct {
		key     func(*zooDelivery) string
		renewal contract.Verdict
	}{
		"a row for each invoice":      {byInvoice, contract.Pass},
		"a row for each subscription": {bySubscription, contract.Warn},
		"a row for each customer":     {byCustomer, contract.Warn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, ledger, seen := zooObject{}, []any{}, make(map[string]bool)
			subject := zooApp(t, []string{paid}, 0, func(d *zooDelivery) error {
				if seen[d.event.ID] {
					return nil
				}
				seen[d.event.ID] = true
				ledger = append(ledger, zooObject{"event": d.event.ID, "type": string(d.event.Type), "at": time.Now().UTC().Format(time.RFC3339)})
				if key := test.key(d); string(d.event.Type) == paid && rows[key] == nil {
					rows[key] = zooObject{"invoice": zooField(d, "id"), "cents": told(d)}
				}
				return nil
			}, func() any { return zooObject{"events": ledger, "invoices": rows} })
			_, byID := results(t, subject, "control", "idempotency/renewal", "idempotency/redelivered")
			got := byID["idempotency/renewal"]
			require.Equal(t, test.renewal, got.Verdict, "%s: %s", got.Reason, got.Actual)
			require.Equal(t, contract.Pass, byID["idempotency/redelivered"].Verdict)
		})
	}
}
