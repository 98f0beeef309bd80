package contract_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A handler of which two events wait for each other's lock hangs at events at once: that is
// said, and the others of a race are not waited for, each until its timeout.
func TestHangsAtOnce(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const id, created, updated = "idempotency/race-of-creation", "customer.subscription.created", "customer.subscription.updated"
	for _, test := range []struct {
		name, why string
		frees     bool
		headline  string
	}{
		{"for good", "the locks are never given back", false, "Stopped responding"},
		{"for a while", "each gives up with its connection", true, "Hung when events came at once"},
	} {
		t.Run(test.name+": "+test.why, func(t *testing.T) {
			t.Parallel()
			z := newZoo()
			t.Cleanup(z.Close)
			var rows, log hungLock
			z.handle = func(d *zooDelivery) error {
				locks := []*hungLock{&rows, &log}
				if d.event.Type == updated {
					slices.Reverse(locks)
				}
				if !locks[0].take(5 * time.Millisecond) {
					<-d.r.Context().Done()
					return errZooDown
				}
				if !locks[1].take(0) {
					<-d.r.Context().Done()
					if test.frees {
						locks[0].free()
					}
					return errZooDown
				}
				z.mu.Lock()
				defer z.mu.Unlock()
				defer locks[0].free()
				defer locks[1].free()
				return z.subscribed(d)
			}
			subject := zooNamed(t, "sound").subject(z, z.State)
			subject.Handles, subject.Timeout = []string{created, updated}, 100*time.Millisecond
			_, byID := results(t, subject, id)
			require.Equal(t, contract.Fail, byID[id].Verdict, "%+v", byID[id])
			require.Equal(t, test.headline, byID[id].Headline)
			require.Contains(t, byID[id].Sent, created+" and "+updated)
			require.Contains(t, byID[id].Hint, "two locks")
		})
	}
}

// A hungLock is never given back by who waits for another.
type hungLock struct {
	mu   sync.Mutex
	held bool
}

// take takes the lock, and works for a while. It reports false if somebody has it for long.
func (l *hungLock) take(works time.Duration) bool {
	for range 100 {
		l.mu.Lock()
		free := !l.held
		l.held = true
		l.mu.Unlock()
		if free {
			time.Sleep(works)
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

func (l *hungLock) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = false
}
