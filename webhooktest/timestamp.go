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
	now  int64 // of the last claim
	next int64 // nothing is free between it and now
}

// claim returns the latest free second, not after now. ok is false if the whole window is
// taken.
func (ts *timestamps) claim(now int64) (t int64, ok bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if now != ts.now {
		ts.now, ts.next = now, now
	}
	for ; ts.next > now-timestampWindow; ts.next-- {
		if !slices.Contains(ts.used, ts.next) {
			ts.used = append(ts.used, ts.next)
			return ts.next, true
		}
	}
	return 0, false
}
