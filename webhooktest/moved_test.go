package webhooktest_test

import (
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Documentation and examples are of one API version: who sets a field by the path of
// another is told.
func TestPathsOfOtherVersions(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const subscription = "customer.subscription.updated"
	for name, test := range map[string]struct{ version, eventType, path, want string }{
		"moved":                            {"clover", subscription, "data.object.current_period_end", `no such path "data.object.current_period_end": it is data.object.items.data.0.current_period_end at 2025-03-31.basil and later`},
		"moved at the version itself":      {"2025-03-31.basil", subscription, "data.object.current_period_end", "it is data.object.items.data.0.current_period_end at 2025-03-31.basil and later"},
		"moved into an object":             {"basil", "invoice.paid", "data.object.subscription", "it is data.object.parent.subscription_details.subscription at 2025-03-31.basil and later"},
		"moved inside of a list":           {"basil", "invoice.paid", "data.object.lines.data.0.price.id", "it is data.object.lines.data.0.pricing.price_details.price at 2025-03-31.basil and later"},
		"gone":                             {"latest", "invoice.paid", "data.object.paid", "2025-03-31.basil and later do not have it"},
		"of a later version":               {"", "invoice.paid", "data.object.parent.subscription_details.subscription", "2025-03-31.basil and later have it"},
		"gone and back":                    {"2025-03-31.basil", subscription, "data.object.billing_thresholds", "2025-03-31.basil and later do not have it"},
		"of a resource of a later version": {"basil", "invoice.overpaid", "data.object.subscription", "it is data.object.parent.subscription_details.subscription at 2025-03-31.basil and later"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := webhooktest.Source{APIVersion: test.version}
			_, err := source.Event(test.eventType, webhooktest.Set(test.path, 1))
			require.ErrorIs(t, err, webhooktest.ErrNoPath)
			require.ErrorContains(t, err, test.want)
			event, err := source.Event(test.eventType)
			require.NoError(t, err)
			_, err = event.Edit(webhooktest.Set(test.path, 1))
			require.ErrorContains(t, err, test.want)
			_, err = source.Flow(test.eventType, webhooktest.Set(test.path, 1))
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := new(webhooktest.Source).Event("invoice.paid", webhooktest.Set("data.object.amount_dew", 1))
	require.ErrorContains(t, err, "did you mean data.object.amount_due")
	require.NotContains(t, err.Error(), "and later", "no version has it")
}
