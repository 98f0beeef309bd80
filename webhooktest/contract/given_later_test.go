package contract_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A state that lists only who has access shows nothing of a session, whose subscription gives
// it. A handler that does nothing at all is told, whatever it would show.
func TestOnlyWhoHasAccessIsShown(t *testing.T) {
	t.Parallel()
	const session, updated, effect, works = "checkout.session.completed", "customer.subscription.updated", "control/effect", "dispatch/handled-type-works"
	for _, test := range []struct {
		name string
		does bool
		want contract.Verdict
	}{
		{"the subscription gives access", true, contract.Inconclusive},
		{"nothing does", false, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pro := []string{}
			take := func(d *zooDelivery) error {
				who, status := zooField(d, "customer"), zooField(d, "status")
				if string(d.event.Type) != updated || !test.does {
					return nil
				}
				pro = slices.DeleteFunc(slices.Clone(pro), func(one string) bool { return one == who })
				if status == "active" {
					pro = append(pro, who)
				}
				return nil
			}
			subject := zooApp(t, []string{session, updated}, 0, take, func() any { return map[string]any{"pro": pro} })
			subject.Variants = map[string]string{session: "subscription"}
			_, byID := results(t, subject, effect, works)
			require.Equal(t, test.want, byID[effect].Verdict, "%+v", byID[effect])
			require.NotEqual(t, contract.Warn, byID[works].Verdict, "%+v", byID[works])
		})
	}
}
