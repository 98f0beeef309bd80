package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A termRow is what an app keeps of a subscription that may be about to end.
type termRow struct {
	status           string
	cancels, deleted bool
	until            int64
}

func (r termRow) grants() bool { return !r.deleted && r.status == "active" }

// TestEndsAtOnce holds that an announced end takes no access away, also where a row says
// beside it until when it is paid, and that an app whose access is that time is sound.
func TestEndsAtOnce(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const ends = "dispatch/cancel-at-period-end"
	number := map[bool]int{true: 1}
	for _, test := range []struct {
		name, why string
		shows     func(r termRow) zooObject
		later     time.Duration
		want      contract.Verdict
	}{
		{"active, paid until", "active until the end", func(r termRow) zooObject { return zooObject{"active": r.grants(), "paid_until": r.until} }, 0, contract.Pass},
		{"as a number", "active until the end", func(r termRow) zooObject { return zooObject{"active": number[r.grants()], "paid_until": r.until} }, 0, contract.Pass},
		{"renews, paid until", "the time gives access", func(r termRow) zooObject {
			return zooObject{"auto_renew": r.grants() && !r.cancels, "paid_until": r.until}
		}, 0, contract.Pass},
		{"active, and renews", "active until the end", func(r termRow) zooObject {
			return zooObject{"active": r.grants(), "renews": r.grants() && !r.cancels, "paid_until": r.until}
		}, 0, contract.Pass},
		{"paid until alone", "a time may be any", func(r termRow) zooObject { return zooObject{"paid_until": r.until} }, 0, contract.Inconclusive},
		{"status, paid until", "the word stays", func(r termRow) zooObject { return zooObject{"status": r.status, "paid_until": r.until} }, 0, contract.Pass},

		{"inactive, paid until", "access ends at once", func(r termRow) zooObject {
			return zooObject{"active": r.grants() && !r.cancels, "paid_until": r.until}
		}, 0, contract.Warn},
		{"inactive, later", "access ends at once", func(r termRow) zooObject {
			return zooObject{"active": r.grants() && !r.cancels, "paid_until": r.until}
		}, time.Second, contract.Warn},
		{"inactive, as a number", "access ends at once", func(r termRow) zooObject {
			return zooObject{"active": number[r.grants() && !r.cancels], "paid_until": r.until}
		}, 0, contract.Warn},
		{"no premium, and says why", "access ends at once", func(r termRow) zooObject {
			return zooObject{"premium": r.grants() && !r.cancels, "canceled": r.deleted, "paid_until": r.until}
		}, 0, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows := make(map[string]termRow)
				s := zooApp(t, []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}, test.later, func(d *zooDelivery) error {
					if zooField(d, "object") != "subscription" {
						return nil
					}
					period, _ := d.event.Data.Object["current_period_end"].(float64)
					r := termRow{zooField(d, "status"), d.event.Data.Object["cancel_at_period_end"] == true, d.event.Type == "customer.subscription.deleted", int64(period)}
					if r.deleted {
						r.until = 0
					}
					rows[zooField(d, "id")] = r
					return nil
				}, func() any {
					shown := make(zooObject)
					for id, r := range rows {
						shown[id] = test.shows(r)
					}
					return shown
				})
				_, byID := results(t, s, ends)
				require.Equal(t, test.want, byID[ends].Verdict, "%s: %s", test.why, byID[ends])
			})
		})
	}
}
