package wire

import (
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// maxIdle is http.DefaultTransport's.
const maxIdle = 90 * time.Second

// idle is the connections that no request uses, the newest last.
type idle struct {
	mu    sync.Mutex
	conns []*conn
}

// take returns the connection that was used last, if it still works, or nil.
func (i *idle) take() *conn {
	for {
		c := i.pop()
		if c == nil || time.Since(c.since) < maxIdle && c.alive() {
			return c
		}
		c.Close()
	}
}

func (i *idle) pop() *conn {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := len(i.conns)
	if n == 0 {
		return nil
	}
	c := i.conns[n-1]
	i.conns = i.conns[:n-1]
	return c
}

// put adds a connection, unless there are enough.
func (i *idle) put(c *conn) bool {
	c.since = time.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.conns) >= sockets.MaxConnections {
		return false
	}
	i.conns = append(i.conns, c)
	return true
}

func (i *idle) close() {
	for c := i.pop(); c != nil; c = i.pop() {
		c.Close()
	}
}
