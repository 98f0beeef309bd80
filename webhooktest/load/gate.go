package load

import (
	"net/http"
	"sync"

	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/internal/refusal"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// mostRefused is how many refusals without a known reason end a load that had nothing
// accepted.
const mostRefused = 5

// A gate ends a load whose first events are refused for what more events would not change:
// another secret, another API version, another path. A response of 5xx is a finding, however
// often it comes.
type gate struct {
	stop func()

	mu      sync.Mutex
	open    bool // an event was accepted, or the caller wants to go on
	refused int
	err     *RefusedError
}

// pass notes the response to a genuine event.
func (g *gate) pass(r *webhooktest.Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open = g.open || r.Accepted(); g.open || g.err != nil {
		return
	}
	known := saysWhy(r)
	if !known && !isRefusal(r) {
		return
	}
	if g.refused++; known || g.refused >= mostRefused {
		g.err = &RefusedError{Response: r, Refusals: g.refused}
		g.stop()
	}
}

// failed returns why the load was ended, or nil.
func (g *gate) failed() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		return nil
	}
	return g.err
}

// saysWhy reports whether the text of a response names a cause that all events share.
func saysWhy(r *webhooktest.Response) bool {
	if r.Err != nil {
		return false
	}
	if _, ok := pinned.Find(string(r.Body)); ok {
		return true
	}
	said, ok := refusal.ReadText(r.Event.Type(), r.Body)
	return ok && said.ID != refusal.Crashed.ID
}

// isRefusal reports whether a status says that the event was not wanted: not that the handler
// is down, busy, or at work on the same event.
func isRefusal(r *webhooktest.Response) bool {
	switch r.StatusCode {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return r.Err == nil && r.StatusCode >= 300 && r.StatusCode < 500
}
