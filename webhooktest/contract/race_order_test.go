package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A lessor has one lock for all, and mixes nothing up: what it keeps of two updates that come
// at once is the work of their order.
type lessor struct {
	newest bool // what is older is skipped
	rows   map[string]zooObject
	since  map[string]int64
}

func (a *lessor) take(d *zooDelivery) error {
	id := zooField(d, "id")
	if a.newest && d.event.Created < a.since[id] {
		return nil
	}
	if a.rows[id] == nil {
		a.rows[id] = zooObject{"subscription": id, "paid_until": 0}
	}
	a.since[id] = d.event.Created
	a.rows[id]["status"] = d.event.Data.Object["status"]
	if a.rows[id]["status"] == "active" && d.event.Type != "customer.subscription.created" {
		a.rows[id]["paid_until"] = d.event.Data.Object["current_period_end"]
	}
	return nil
}

func (a *lessor) show() any {
	rows := []any{}
	for _, row := range a.rows {
		rows = append(rows, row)
	}
	return rows
}

// What one order of two updates leaves without any race is none: it is judged as order is.
func TestOrderIsNoRace(t *testing.T) {
	t.Parallel()
	const race, order = "idempotency/race-of-updates", "ordering/stale-update"
	for _, test := range []struct {
		name    string
		newest  bool
		verdict contract.Verdict
	}{
		{"a skipped update leaves a time unset", true, contract.Pass},
		{"an older update overwrites", false, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := &lessor{newest: test.newest, rows: make(map[string]zooObject), since: make(map[string]int64)}
				_, all := results(t, zooApp(t, []string{"customer.subscription.created", "customer.subscription.updated"}, 0, app.take, app.show), race, order)
				require.Equal(t, test.verdict, all[order].Verdict, "%+v", all[order])
				require.Equal(t, test.verdict, all[race].Verdict, "%+v", all[race])
				if test.verdict == contract.Fail {
					require.Equal(t, all[order].Cause, all[race].Cause)
					require.Contains(t, all[race].Headline, "in the reverse order")
					require.Contains(t, all[race].Hint, "See "+order)
					require.NotContains(t, all[race].Actual, "…")
				}
			})
		})
	}
}
