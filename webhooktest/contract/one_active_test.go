package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A planRow is the one row of a customer.
type planRow struct {
	Subscription string
	Active       bool
	told         int64
}

// A planKeeper keeps a row for each customer.
type planKeeper struct {
	drops   bool // a second subscription while the first is there
	anyEnd  bool // the end of any subscription ends the row's
	hidesID bool
	amount  bool // shows what is paid for as an amount
	later   time.Duration

	rows  map[string]planRow
	ended map[string]bool
}

func (k *planKeeper) take(d *zooDelivery) error {
	customer, id := zooField(d, "customer"), zooField(d, "id")
	row, other := k.rows[customer], k.rows[customer].Subscription != id
	switch {
	case zooField(d, "object") != "subscription" || k.ended[id]:
	case d.event.Type == "customer.subscription.deleted":
		k.ended[id] = true
		if !other || k.anyEnd {
			k.rows[customer] = planRow{}
		}
	case other && row.Active && k.drops, d.event.Created < row.told:
	default:
		k.rows[customer] = planRow{id, true, d.event.Created}
	}
	return nil
}

func (k *planKeeper) subject(t *testing.T) contract.Subject {
	k.rows, k.ended = make(map[string]planRow), make(map[string]bool)
	handles := []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}
	return zooApp(t, handles, k.later, k.take, func() any {
		shown := make(map[string]any)
		for customer, row := range k.rows {
			switch shown[customer] = row; {
			case k.amount:
				shown[customer] = map[string]int{"plan": map[bool]int{true: 4900}[row.Active]}
			case k.hidesID:
				shown[customer] = map[string]bool{"active": row.Active}
			}
		}
		return shown
	})
}

// TestSecondIsDropped holds that the end of a subscription is not blamed where the other one
// was never taken in.
func TestSecondIsDropped(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const two = "ordering/two-subscriptions"
	for _, test := range []struct {
		name, why string
		keeper    planKeeper
		want      contract.Verdict
	}{
		{"newest", "the row is the second's when the first ends", planKeeper{}, contract.Pass},
		{"dropped", "the second is lost before the first ends", planKeeper{drops: true}, contract.Inconclusive},
		{"dropped, later", "the second is lost before the first ends", planKeeper{drops: true, later: time.Second}, contract.Inconclusive},
		{"any end", "the end of the first takes the second's row", planKeeper{anyEnd: true}, contract.Warn},
		{"any end, later", "the end of the first takes the second's row", planKeeper{anyEnd: true, later: time.Second}, contract.Warn},
		{"newest, as an amount", "what the second pays for stays", planKeeper{amount: true}, contract.Pass},
		{"any end, as an amount", "what the second pays for is nothing", planKeeper{anyEnd: true, amount: true}, contract.Warn},
		{"any end, without ids", "nothing says that the second was dropped", planKeeper{anyEnd: true, hidesID: true}, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.keeper.subject(t), two)
				require.Equal(t, test.want, byID[two].Verdict, "%s: %+v", test.why, byID[two])
			})
		})
	}
}
