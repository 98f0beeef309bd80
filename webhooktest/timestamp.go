package webhooktest

import (
	"slices"
	"sync"
)

// timestampWindow is how far back, in seconds, an attempt may be dated to get its own
// timestamp. Receivers tolerate five minutes by default.
const timestampWindow = 240

// timestamps remembers the seconds in which an event was sent. Stripe signs each attempt
// anew, and a handler may treat a repeated signature as a replay, so none may repeat by
// accident.
type timestamps struct {
	mu   sync.Mutex
	used []int64
}

// claim returns the latest free second, not after now. ok is false if the whole window is
// taken.
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
