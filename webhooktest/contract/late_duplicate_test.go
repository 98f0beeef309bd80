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
