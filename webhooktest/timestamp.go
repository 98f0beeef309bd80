package webhooktest

import (
	"slices"
	"sync"
)

// timestampWindow is how far back, in seconds, an attempt may be dated so that it
// has a timestamp of its own. Receivers tolerate five minutes by default.
const timestampWindow = 240

// timestamps remembers the seconds in which one event was sent. Stripe signs each
// attempt anew, so a handler that takes a signature it has seen for a replay must
// not be fed the same one twice by accident.
type timestamps struct {
	mu   sync.Mutex
	used []int64
}

// claim returns the latest second, not after now, that no attempt is dated with
// yet. ok is false when the whole window is used up.
func (ts *timestamps) claim(now int64) (t int64, ok bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for t := now; t > now-timestampWindow; t-- {
		if !slices.Contains(ts.used, t) {
			ts.used = append(ts.used, t)
			return t, true
		}
	}
	return 0, false
}
