package contract_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// oneLineApp sells one price: it stores the price of each paid invoice, and when a payment
// failed, and refuses an invoice that has not exactly one line.
func oneLineApp(t *testing.T, handles ...string) contract.Subject {
	rows := make(map[string]any)
	return zooApp(t, handles, 0, func(d *zooDelivery) error {
		if !slices.Contains(handles, string(d.event.Type)) {
			return nil
		}
		lines := zooList(d, "lines")
		if len(lines) != 1 {
			return &zooError{400, "There should be exactly one line item in Stripe invoice"}
		}
		if rows[zooField(d, "id")] == nil || d.event.Type == "invoice.paid" {
			rows[zooField(d, "id")] = []any{d.event.Type, zooField(d, "subscription"), lines[0]["price"]}
		}
		return nil
	}, func() any { return rows })
}

// Most invoices are of a subscription alone, with one line: a handler that demands that is
// judged with such invoices. One made by hand has one line, too, but no subscription.
func TestInvoicesWithOneLine(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const paid, failed = "invoice.paid", "invoice.payment_failed"
	oneLine := map[string]string{paid: "one-line", failed: "one-line"}
	bubble(t, func(t *testing.T) {
		report, _ := results(t, oneLineApp(t, paid), "control/accepted")
		require.Equal(t, "invoice.paid=one-line", report.WantedVariant)
	})
	for _, handles := range [][]string{{paid}, {paid, failed}} {
		bubble(t, func(t *testing.T) {
			subject := oneLineApp(t, handles...)
			subject.Handles = nil
			found, err := contract.Discover(t.Context(), subject)
			require.NoError(t, err)
			for _, eventType := range handles {
				require.Equal(t, contract.HandledType{
					Type: eventType, Variant: "one-line", Shown: "state",
					RefusedPlain: "400 Bad Request: There should be exactly one line item in Stripe invoice",
				}, ofType(found, eventType), "%+v", found)
			}
		})
		bubble(t, func(t *testing.T) {
			subject := oneLineApp(t, handles...)
			subject.Variants = oneLine
			report, byID := results(t, subject)
			for id, result := range byID {
				require.NotContains(t, []contract.Verdict{contract.Fail, contract.Warn}, result.Verdict, "%s: %+v", id, result)
			}
			require.Equal(t, contract.Pass, byID["idempotency/redelivered"].Verdict, "%+v", byID["idempotency/redelivered"])
			require.Empty(t, report.Diagnosis)
		})
	}
}

// ofType returns what was found of a type.
func ofType(found []contract.HandledType, eventType string) (handled contract.HandledType) {
	for _, one := range found {
		if one.Type == eventType {
			handled = one
		}
	}
	return handled
}
