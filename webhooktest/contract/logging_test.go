package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Of types that an app logs and does nothing for, one is waited for, and the others are named: one
// that works later than others is no such type.
func TestLoggedTypesAreWaitedForOnce(t *testing.T) {
	t.Parallel()
	const works = "dispatch/handled-type-works"
	const created, paid = "customer.subscription.created", "invoice.paid"
	logged := []string{"customer.created", "customer.updated", "charge.succeeded", "invoice.created", "invoice.finalized", "payout.paid", "price.created", "product.created"}
	for _, test := range []struct {
		why   string
		later time.Duration // after the answer
		paid  time.Duration // how much later the app acts on a payment
		most  time.Duration
	}{
		{"at once", 0, 0, 15 * time.Second},
		{"later", 100 * time.Millisecond, 0, 40 * time.Second},
		{"one type later than others", 100 * time.Millisecond, 1500 * time.Millisecond, 150 * time.Second},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				rows, log := make(map[string]string), []string{}
				subject := zooApp(t, slices.Concat([]string{created, paid}, logged), 0, nil, func() any { return zooObject{"rows": rows, "log": log} })
				z := subject.Handler.(*zooHandler)
				work := func(d *zooDelivery) {
					z.mu.Lock()
					defer z.mu.Unlock()
					if log = append(log, d.event.ID); d.event.Type == created || d.event.Type == paid {
						rows[d.event.ID] = zooField(d, "id")
					}
				}
				z.handle = func(d *zooDelivery) error {
					if test.later == 0 {
						work(d)
						return nil
					}
					z.working.Go(func() {
						if time.Sleep(test.later); d.event.Type == paid {
							time.Sleep(test.paid)
						}
						work(d)
					})
					return nil
				}
				began := time.Now()
				_, byID := results(t, subject, works)
				t.Log(time.Since(began), byID[works].Duration, byID[works].Verdict, byID[works].Actual, byID[works].Headline)
				require.Equal(t, contract.Warn, byID[works].Verdict, "%+v", byID[works])
				require.NotContains(t, byID[works].Sent, paid)
				require.Contains(t, byID[works].Actual, "no effect\n(not tried then: ")
				require.Less(t, byID[works].Duration, test.most)
			})
		})
	}
}
