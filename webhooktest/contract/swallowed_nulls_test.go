package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What is null in ordinary life has the effect that a plain event has: an app that swallows
// the error about it loses the event.
func TestNullsAreNotSwallowed(t *testing.T) {
	t.Parallel()
	const works = "dispatch/shapes-work"
	for _, test := range []struct {
		eventType string
		path      []string // of the field that the app does not do without
		want      contract.Verdict
	}{
		{"charge.failed", []string{"billing_details", "name"}, contract.Warn},
		{"charge.succeeded", []string{"billing_details", "phone"}, contract.Warn},
		{"charge.refunded", []string{"description"}, contract.Warn},
		{"customer.updated", []string{"phone"}, contract.Warn},
		{"payment_method.attached", []string{"billing_details", "name"}, contract.Warn},
		{"setup_intent.succeeded", []string{"description"}, contract.Warn},
		{"product.created", []string{"description"}, contract.Warn},
		{"transfer.created", []string{"description"}, contract.Warn},
		{"quote.accepted", []string{"description"}, contract.Warn},
		{"charge.succeeded", []string{"billing_details", "email"}, contract.Pass}, // by which an app may know its user
		{"charge.succeeded", []string{"customer"}, contract.Pass},
	} {
		t.Run(test.eventType, func(t *testing.T) {
			t.Parallel()
			rows := map[string]any{}
			take := func(d *zooDelivery) error {
				var value any = d.event.Data.Object
				for _, key := range test.path {
					value = value.(map[string]any)[key]
				}
				if value != nil && string(d.event.Type) == test.eventType {
					rows[zooField(d, "id")] = map[string]any{"of": value}
				}
				return nil
			}
			subject := zooApp(t, []string{test.eventType}, 0, take, func() any { return rows })
			_, byID := results(t, subject, "control/effect", works)
			require.Equal(t, test.want, byID[works].Verdict, "%v: %+v", test.path, byID[works])
		})
	}
}
