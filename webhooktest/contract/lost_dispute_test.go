package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestLostDisputes holds that who gives back at the end of any dispute what it had taken is
// told, and nobody who looks at how it ended, or closes no more than an alert.
func TestLostDisputes(t *testing.T) {
	t.Parallel()
	const id, created, closed = "dispatch/lost-dispute", "charge.dispute.created", "charge.dispute.closed"
	ended := func(d *zooDelivery) bool { return string(d.event.Type) == closed }
	lost := func(d *zooDelivery) bool { return ended(d) && zooField(d, "status") == "lost" }
	status := func(row zooObject, d *zooDelivery) {
		row["status"] = map[bool]string{true: "paid", false: "disputed"}[ended(d)]
	}
	for _, test := range []struct {
		name, why string
		take      func(row zooObject, d *zooDelivery)
		later     time.Duration
		want      contract.Verdict
	}{
		{"status", "the money is gone, and the order is paid", status, 0, contract.Warn},
		{"status, later", "by a queue", status, time.Second, contract.Warn},
		{"access", "who took the money back has access", func(row zooObject, d *zooDelivery) { row["access"] = ended(d) }, 0, contract.Warn},

		{"by status", "gives back what was won", func(row zooObject, d *zooDelivery) { row["access"] = ended(d) && !lost(d) }, 0, contract.Pass},
		{"amount", "the state says what is owed", func(row zooObject, d *zooDelivery) {
			if status(row, d); lost(d) {
				row["status"] = "lost"
			}
		}, 0, contract.Pass},
		{"alert", "is over, however it ended", func(row zooObject, d *zooDelivery) {
			row["alert"] = map[bool]string{true: "closed", false: "open"}[ended(d)]
		}, 0, contract.Skip},
		{"dispute", "there is none any more", func(row zooObject, d *zooDelivery) {
			row["dispute"] = map[bool]string{true: "none", false: "open"}[ended(d)]
		}, 0, contract.Skip},
		{"flags", "a dispute is open, or is done with", func(row zooObject, d *zooDelivery) {
			row["disputed"], row["resolved"] = !ended(d), ended(d)
		}, 0, contract.Skip},
		{"nothing back", "even if won", func(row zooObject, _ *zooDelivery) { row["access"] = false }, 0, contract.Skip},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				orders, handles := make(map[string]zooObject), []string{"charge.succeeded", created, closed}
				subject := zooApp(t, handles, test.later, func(d *zooDelivery) error {
					charge := zooField(d, "charge")
					switch {
					case !slices.Contains(handles, string(d.event.Type)):
					case charge == "":
						orders[zooField(d, "id")] = zooObject{"status": "paid", "access": true, "alert": nil, "dispute": "none", "disputed": false, "resolved": false}
					case orders[charge] == nil:
						return &zooError{404, "no such order"}
					default:
						test.take(orders[charge], d)
					}
					return nil
				}, func() any { return orders })
				_, byID := results(t, subject, id)
				require.Equal(t, test.want, byID[id].Verdict, "%s: %+v", test.why, byID[id])
			})
		})
	}
}
