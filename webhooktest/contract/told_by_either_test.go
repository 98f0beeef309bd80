package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Who acts once on a dispute, whichever event comes first, is not accused of ignoring the
// other, which is judged alone. Who does nothing at one of them is.
func TestToldByEither(t *testing.T) {
	t.Parallel()
	const created, withdrawn, works, redelivered = "charge.dispute.created", "charge.dispute.funds_withdrawn", "dispatch/handled-type-works", "idempotency/redelivered"
	once := func(told map[string]int, d *zooDelivery) { told[zooField(d, "id")] = 1 }
	for _, test := range []struct {
		name, why string
		withdrawn func(told map[string]int, d *zooDelivery)
		later     time.Duration
		works     contract.Verdict
		again     contract.Verdict
	}{
		{"once", "alerts at whichever comes first", once, 0, contract.Pass, contract.Pass},
		{"once, later", "by a queue", once, time.Second, contract.Pass, contract.Pass},
		{"nothing", "the branch is empty", func(map[string]int, *zooDelivery) {}, 0, contract.Warn, ""},
		{"row of its own, if there is none", "is lost wherever the dispute is known", func(told map[string]int, d *zooDelivery) {
			if id := zooField(d, "id"); told[id] == 0 {
				told[id] = 300
			}
		}, 0, contract.Warn, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				told := make(map[string]int)
				subject := zooApp(t, []string{created, withdrawn}, test.later, func(d *zooDelivery) error {
					switch string(d.event.Type) {
					case created:
						once(told, d)
					case withdrawn:
						test.withdrawn(told, d)
					}
					return nil
				}, func() any { return zooObject{"told": told} })
				_, byID := results(t, subject, works, redelivered)
				if test.works != "" {
					require.Equal(t, test.works, byID[works].Verdict, "%s: %+v", test.why, byID[works])
				}
				if test.again != "" {
					require.Equal(t, test.again, byID[redelivered].Verdict, "%s: %+v", test.why, byID[redelivered])
				}
			})
		})
	}
}
