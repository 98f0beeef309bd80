package contract_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A ledger of any length forgets the first event of the run. Only the first copy is late: it
// is remembered from then on, so that another try needs another event.
func TestShortMemoryIsFound(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 5, 40, 90} {
		for _, served := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d events, with a URL %t", size, served), func(t *testing.T) {
				t.Parallel()
				bug := zooWith("", "", func(z *zooHandler) { remembersFew(z, size) })
				subject := bug.subject(bug.build())
				t.Cleanup(subject.Handler.(zooKeeper).Close)
				if served {
					subject = bug.serve(t, subject)
				}
				_, got := results(t, subject, "resilience/late-duplicate")
				require.Equal(t, contract.Fail, got["resilience/late-duplicate"].Verdict)
			})
		}
	}
}

// remembersFew lets a handler forget all but the last events.
func remembersFew(z *zooHandler, size int) {
	var order []string
	z.remember = func(keys ...string) {
		for _, key := range keys {
			z.seen[key], order = true, append(order, key)
		}
		for len(order) > size {
			delete(z.seen, order[0])
			order = order[1:]
		}
	}
}

// A row may say what the balance was after it, which differs each time: a late copy's row is
// one more all the same.
func TestLateDuplicateOfRunningBalance(t *testing.T) {
	t.Parallel()
	for name, once := range map[string]bool{"once": true, "each copy": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				const late, control = "resilience/late-duplicate", "payment_intent.succeeded"
				rows, seen, balance := []zooObject{}, make(map[string]bool), 100_000.0
				subject := zooApp(t, []string{control}, 0, func(d *zooDelivery) error {
					if string(d.event.Type) != control || once && seen[d.event.ID] {
						return nil
					}
					seen[d.event.ID] = true
					balance += zooCents(d, "amount")
					rows = append(rows, zooObject{"payment": zooField(d, "id"), "cents": zooCents(d, "amount"), "balance": balance})
					return nil
				}, func() any { return rows })
				_, got := results(t, subject, late)
				want := map[bool]contract.Verdict{true: contract.Pass, false: contract.Fail}[once]
				require.Equal(t, want, got[late].Verdict, "%+v", got[late])
			})
		})
	}
}
