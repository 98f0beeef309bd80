package stripeapi

import (
	"slices"
	"sync"
)

// calls records answered requests. The zero value is empty.
type calls struct {
	mu    sync.Mutex
	kept  kept[int, Call]
	count int // including forgotten ones
}

// add numbers a call and stores it.
func (c *calls) add(call Call) Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	call.N = c.count
	c.kept.count, c.kept.bytes = KeptCalls, KeptBytes
	c.kept.put(call.N, call, call.size())
	return call
}

// since returns the calls after the n-th, oldest first.
func (c *calls) since(n int) []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []Call
	for number, call := range c.kept.newest() {
		if number <= n {
			break
		}
		found = append(found, call)
	}
	slices.Reverse(found)
	return found
}

func (c *calls) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}
