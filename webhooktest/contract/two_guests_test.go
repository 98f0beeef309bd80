package contract_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shop keeps what was bought by some key. Guests have no customer, and all the rest of their
// own.
func TestTwoGuests(t *testing.T) {
	t.Parallel()
	const id, paid = "dispatch/two-guests", "checkout.session.completed"
	customerOr := func(other string) func(*zooDelivery) string {
		return func(d *zooDelivery) string { return cmp.Or(zooField(d, "customer"), zooField(d, other)) }
	}
	for _, c := range []struct {
		name  string
		key   func(*zooDelivery) string // "" is a key, too
		later time.Duration
		last  bool // the state shows only the last purchase
		skips bool // guests are left out
		want  contract.Verdict
	}{
		{name: "by customer", key: customerOr("none"), want: contract.Warn},
		{name: "by customer, later", key: customerOr("none"), later: time.Second, want: contract.Warn},
		{name: "by session", key: func(d *zooDelivery) string { return zooField(d, "id") }, want: contract.Pass},
		{name: "by customer or session", key: customerOr("id"), want: contract.Pass},
		{name: "by session, later", key: func(d *zooDelivery) string { return zooField(d, "id") }, later: time.Second, want: contract.Pass},
		{name: "the last one", key: func(*zooDelivery) string { return "last" }, last: true, want: contract.Skip},
		{name: "customers only", key: customerOr("none"), skips: true, want: contract.Skip},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]zooObject)
				subject := zooApp(t, []string{paid}, c.later, func(d *zooDelivery) error {
					if string(d.event.Type) == paid && (!c.skips || c.key(d) != "") {
						rows[c.key(d)] = zooObject{"session": zooField(d, "id"), "status": "paid"}
					}
					return nil
				}, func() any { return rows })
				_, byID := results(t, subject, id)
				require.Equal(t, c.want, byID[id].Verdict, "%+v", byID[id])
			})
		})
	}
}
