package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A database without booleans says yes or no as 1 or 0: that is judged as true and false are.
func TestNumbersThatSayYesOrNo(t *testing.T) {
	t.Parallel()
	const late, ends = "ordering/stale-update", "dispatch/cancel-at-period-end"
	yes := func(b bool) any { return b }
	number := func(b bool) any {
		if b {
			return 1
		}
		return 0
	}
	for _, test := range []struct {
		name            string
		says            func(bool) any
		inOrder, atOnce bool // keeps what is newer, ends with the announcement
		late, ends      contract.Verdict
	}{
		{"sound, with booleans", yes, true, false, contract.Pass, contract.Pass},
		{"sound, with numbers", number, true, false, contract.Pass, contract.Pass},
		{"the last update wins, with booleans", yes, false, false, contract.Fail, contract.Pass},
		{"the last update wins, with numbers", number, false, false, contract.Fail, contract.Pass},
		{"ends at once, with booleans", yes, true, true, contract.Pass, contract.Warn},
		{"ends at once, with numbers", number, true, true, contract.Pass, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				type customer struct {
					active, ended bool
					seen          int64
				}
				customers := make(map[string]*customer)
				subject := zooApp(t, []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}, 0, func(d *zooDelivery) error {
					id := zooField(d, "customer")
					if customers[id] == nil {
						customers[id] = &customer{}
					}
					c := customers[id]
					switch {
					case c.ended || test.inOrder && d.event.Created < c.seen:
					case d.event.Type == "customer.subscription.deleted":
						c.active, c.ended = false, true
					default:
						c.seen = d.event.Created
						c.active = zooField(d, "status") == "active" && !(test.atOnce && d.event.Data.Object["cancel_at_period_end"] == true)
					}
					return nil
				}, func() any {
					rows := []zooObject{}
					for id, c := range customers {
						rows = append(rows, zooObject{"customer": id, "active": test.says(c.active)})
					}
					return rows
				})
				_, byID := results(t, subject, late, ends)
				require.Equal(t, test.late, byID[late].Verdict, "%s", byID[late])
				require.Equal(t, test.ends, byID[ends].Verdict, "%s", byID[ends])
			})
		})
	}
}

// A small number whose name does not say that it says yes or no is not compared: the reason
// names it, and does not say that nothing differs.
func TestNumbersThatMayCountAreNamed(t *testing.T) {
	t.Parallel()
	const ends = "dispatch/cancel-at-period-end"
	for name, want := range map[string]string{
		"works":  ", but for small numbers, which may be counts (works; true and false are compared)",
		"active": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				works := make(map[string]int)
				subject := zooApp(t, []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}, 0, func(d *zooDelivery) error {
					works[zooField(d, "customer")] = map[bool]int{true: 1}[d.event.Type != "customer.subscription.deleted"]
					return nil
				}, func() any {
					rows := []zooObject{}
					for id, n := range works {
						rows = append(rows, zooObject{"customer": id, name: n})
					}
					return rows
				})
				_, byID := results(t, subject, ends)
				require.Contains(t, byID[ends].Reason, want)
				require.Equal(t, want == "", byID[ends].Verdict == contract.Pass, "%s", byID[ends])
			})
		})
	}
}
