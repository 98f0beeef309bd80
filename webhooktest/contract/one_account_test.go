package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// All events of the account that the user names are about one row: what the first of them
// changed is its effect.
func TestOneAccount(t *testing.T) {
	t.Parallel()
	const updated, left, payout = "account.updated", "account.application.deauthorized", "payout.created"
	for _, test := range []struct {
		name, why string
		handles   []string
		account   string
		known     bool // what the event says
		drops     bool
		id        string
		want      contract.Verdict
	}{
		{"fresh", "the first event sets it", []string{updated}, "acct_1OneAccountOneAcc", false, false, "control/effect", contract.Pass},
		{"no longer fresh", "another state of the account shows", []string{updated}, "acct_1OneAccountOneAcc", true, false, "control/effect", contract.Pass},
		{"not told of first", "other types come first", []string{payout, updated}, "acct_1OneAccountOneAcc", true, false, "dispatch/handled-type-works", contract.Pass},
		{"dropped", "no state of the account has an effect", []string{updated}, "acct_1OneAccountOneAcc", false, true, "control/effect", contract.Fail},
		{"an account that left", "its payouts are ignored", []string{payout, left}, "acct_1OneAccountOneAcc", false, false, "control/second-event", contract.Skip},
		{"each of its own", "an event of another account shows", []string{updated}, "", false, false, "control/effect", contract.Pass},
	} {
		t.Run(test.name+": "+test.why, func(t *testing.T) {
			t.Parallel()
			payouts, enabled, active := map[string]bool{}, map[string]bool{}, true
			enabled[test.account] = test.known
			take := func(d *zooDelivery) error {
				switch account := d.event.Account; {
				case test.drops || !active:
				case d.event.Type == left:
					active = false
				case d.event.Type == payout:
					payouts[zooField(d, "id")] = true
				case d.event.Type == updated:
					enabled[account] = d.event.Data.Object["payouts_enabled"] == true
				}
				return nil
			}
			subject := zooApp(t, test.handles, 0, take, func() any { return []any{payouts, enabled, active} })
			subject.Connect, subject.Account = true, test.account
			_, byID := results(t, subject, test.id)
			require.Equal(t, test.want, byID[test.id].Verdict, "%+v", byID[test.id])
		})
	}
}
