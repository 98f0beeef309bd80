package contract_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// News of an account is how a platform may learn of it: what happens to an unknown account's
// events is judged by events about something that an account has.
func TestUnknownAccounts(t *testing.T) {
	t.Parallel()
	const account = "acct_1ZooSeller00001"
	for _, c := range []struct {
		name, reason  string
		handles       []string
		passes, skips []string
	}{
		{"account first", "the next type is judged", []string{"account.updated", "payout.paid"}, []string{"connect/tenant", "connect/unknown-account"}, nil},
		{"accounts only", "nothing is there to judge", []string{"account.updated"}, nil, []string{"connect/tenant", "connect/unknown-account"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				type seller struct{ Seen, Payouts int64 }
				sellers := map[string]seller{account: {}}
				handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					var event struct {
						Type, Account string
						Created       int64
						Data          struct{ Object struct{ ID string } }
					}
					if json.NewDecoder(r.Body).Decode(&event) != nil {
						return
					}
					switch s, known := sellers[event.Account]; {
					case event.Type == "account.updated":
						s = sellers[event.Data.Object.ID]
						s.Seen = max(s.Seen, event.Created)
						sellers[event.Data.Object.ID] = s
					case event.Type == "payout.paid" && known:
						s.Payouts++
						sellers[event.Account] = s
					}
				})
				report, err := contract.Check(t.Context(), contract.Suite{
					Only: []string{"control/accepted", "connect/tenant", "connect/unknown-account"},
					New: func() contract.Subject {
						return contract.Subject{
							Handler: handler, Handles: c.handles, Connect: true, Account: account,
							State: func(context.Context) (any, error) { return maps.Clone(sellers), nil },
						}
					},
				})
				require.NoError(t, err)
				require.Empty(t, shortfalls(report, contract.Fail), c.reason)
				require.Subset(t, shortfalls(report, contract.Pass), c.passes, c.reason)
				require.Subset(t, shortfalls(report, contract.Skip), c.skips, c.reason)
			})
		})
	}
}
