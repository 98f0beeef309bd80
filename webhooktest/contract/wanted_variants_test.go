package contract_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestWantedVariants holds that each type is named of which the handler acts on another shape,
// and not the first alone.
func TestWantedVariants(t *testing.T) {
	t.Parallel()
	const paid, session, works = "invoice.paid", "checkout.session.completed", "dispatch/handled-type-works"
	for _, test := range []struct {
		name, why string
		acts      map[string]bool // on the plain event, by type
		want      []string
	}{
		{"both", "neither plain event does anything", nil, []string{paid + "=one-line", session + "=subscription"}},
		{"one", "the other's plain event will do", map[string]bool{paid: true}, nil},
		{"none", "both plain events will do", map[string]bool{paid: true, session: true}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(zooObject)
				s := zooApp(t, []string{"payment_intent.succeeded", paid, session}, 0, func(d *zooDelivery) error {
					usual := zooField(d, "mode") == "subscription" || len(zooList(d, "lines")) == 1 || d.event.Type == "payment_intent.succeeded"
					if usual || test.acts[string(d.event.Type)] {
						rows[zooField(d, "id")] = d.event.Type
					}
					return nil
				}, func() any { return maps.Clone(rows) })
				_, byID := results(t, s, works)
				require.ElementsMatch(t, test.want, byID[works].WantedVariants, "%s: %+v", test.why, byID[works])
				if test.name == "one" {
					require.Equal(t, session+"=subscription", byID[works].WantedVariant)
				}
				require.NotEqual(t, contract.Fail, byID[works].Verdict)
			})
		})
	}
}
