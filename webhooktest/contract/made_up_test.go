package contract_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestMadeUpOfManyTypes holds that keys and times of an app's own are learned once for all types:
// otherwise each table of an app with many would be waited for.
func TestMadeUpOfManyTypes(t *testing.T) {
	t.Parallel()
	const id = "idempotency/alike-objects"
	handles := []string{
		"payment_intent.succeeded", "charge.dispute.created", "refund.created", "payout.created", "quote.created",
		"setup_intent.created", "invoice.created", "transfer.created", "topup.created", "customer.created",
	}
	for _, test := range []struct {
		name, why string
		types     int
		most      time.Duration
	}{
		{"many", "they are delivered twice, and waited for once", len(handles), 3 * time.Second},
		{"few", "each is waited for", 3, 3 * time.Second},
	} {
		t.Run(test.name+": "+test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				tables := make(map[string][]any)
				known := make(map[string]bool)
				take := func(d *zooDelivery) error {
					if known[zooField(d, "id")] || !slices.Contains(handles[:test.types], string(d.event.Type)) {
						return nil
					}
					known[zooField(d, "id")] = true
					kind := zooField(d, "object")
					tables[kind] = append(tables[kind], map[string]any{"key": rand.Text(), "of": zooField(d, "id"), "score": len(rand.Text()) * int(rand.Text()[0])})
					return nil
				}
				start := time.Now()
				_, byID := results(t, zooApp(t, handles[:test.types], 0, take, func() any { return tables }), id)
				require.Equal(t, contract.Pass, byID[id].Verdict, "%+v", byID[id])
				require.Less(t, time.Since(start), test.most)
			})
		})
	}
}
