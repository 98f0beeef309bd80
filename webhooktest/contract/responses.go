package contract

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Proof that a handler is too slow to go on.
const (
	tooSlow    = 10 * time.Second
	slowEnough = 5
	hangsSoon  = 2 * time.Second // how long further forgeries are waited for, once one got no response
)

// A responseLog records the answers of a run for checks of all of them, and ends the run if
// the handler is too slow.
type responseLog struct {
	budget *budget
	keep   bool        // false for a user's own cases, which check no earlier answers
	hangs  atomic.Bool // a forgery got no response in full time

	mu   sync.Mutex
	all  []*webhooktest.Response
	slow int // number of slow answers
}

func (l *responseLog) add(responses ...*webhooktest.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keep {
		l.all = append(l.all, responses...)
	}
	for _, response := range responses {
		// The time for a forgery says nothing about the rest, and a missing answer belongs
		// to its own case.
		if response.Accepted() && response.Duration > tooSlow {
			l.slow++
		}
	}
	if l.slow >= slowEnough {
		l.budget.end(fmt.Sprintf("%d answers took more than %s each: the rest would take hours", l.slow, tooSlow))
	}
}

// responses returns all answers so far.
func (l *responseLog) responses() []*webhooktest.Response {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clip(l.all)
}

// anyAccepted reports whether any event was accepted.
func (l *responseLog) anyAccepted() bool {
	return slices.ContainsFunc(l.responses(), (*webhooktest.Response).Accepted)
}

// accepts reports whether an event of a type was accepted.
func (l *responseLog) accepts(eventType string) bool {
	return slices.ContainsFunc(l.responses(), func(r *webhooktest.Response) bool {
		return r.Accepted() && r.Event.Type() == eventType
	})
}

// pace returns the median time to answer an accepted event.
func (l *responseLog) pace() time.Duration {
	var took []time.Duration
	for _, response := range l.responses() {
		if response.Accepted() {
			took = append(took, response.Duration)
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}
