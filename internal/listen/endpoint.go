package listen

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A lane is an endpoint and its queue.
type lane struct {
	Endpoint
	sender  *sender // nil when it is gone
	gone    bool
	ready   []*task // to be delivered now
	held    []*task // by chaos, until the next was delivered
	running int
}

// A sender makes the deliveries of an endpoint as it was at a time.
type sender struct {
	*webhooktest.Endpoint
	uses    int // attempts under way
	retired bool
}

// AddEndpoint adds an endpoint, or changes the one with the same id, and returns it
// with what was left out filled in: the id, which is the same for the same URL at each
// start, and a fresh secret. Its URL is completed, and without a password, which is
// kept, also when the endpoint is changed and the URL is not. Deliveries of the journal that still wait for an endpoint with this id, or with
// this URL, go on.
//
// The error says what is wrong with the URL, the secret or a header, or that the URL is
// out of reach.
func (h *Hub) AddEndpoint(e Endpoint) (Endpoint, error) {
	h.open()
	if e.Secret == "" {
		e.Secret = NewSecret()
	}
	s := &sender{Endpoint: &webhooktest.Endpoint{
		URL: h.withPassword(&e), Handler: e.Handler, Secrets: []string{e.Secret}, Header: e.Header, Timeout: h.Timeout, TLS: h.TLS,
	}}
	if e.Reach != nil {
		s.Dial = e.Reach.Dial
	}
	if err := s.Validate(); err != nil {
		return e, err
	}
	e.URL = s.Target()
	if e.Reach != nil {
		if err := e.Reach.check(e.URL); err != nil {
			return e, err
		}
	}
	if e.ID == "" {
		e.ID = endpointID(&e)
	}
	unused, err := h.add(e, s)
	if unused != nil {
		unused.Close()
	}
	return e, err
}

// withPassword returns the URL of an endpoint, with the password that it was added
// with if the URL is still the one that was returned then.
func (h *Hub) withPassword(e *Endpoint) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.laneOf(e.ID); l != nil && l.URL == e.URL {
		return l.sender.URL
	}
	return e.URL
}

// add makes the lane of an endpoint, or gives it another sender. It returns the one
// before if that can be closed.
func (h *Hub) add(e Endpoint, s *sender) (unused *sender, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, h.whyClosed()
	}
	l := h.laneOf(e.ID)
	if l == nil {
		l = new(lane)
		h.lanes = append(h.lanes, l)
	} else {
		unused = l.retire()
	}
	l.Endpoint, l.sender = e, s
	h.adopt(l)
	return unused, nil
}

// retire takes the sender from a lane, and returns it if no attempt uses it: else the
// last one closes it. The lock is held.
func (l *lane) retire() (unused *sender) {
	s := l.sender
	l.sender, s.retired = nil, true
	if s.uses > 0 {
		return nil
	}
	return s
}

// unuse ends the use of a sender by an attempt.
func (h *Hub) unuse(s *sender) {
	h.mu.Lock()
	s.uses--
	unused := s.retired && s.uses == 0
	h.mu.Unlock()
	if unused {
		s.Close()
	}
}

// endpointID makes an id from what an endpoint is for.
func endpointID(e *Endpoint) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %t", e.URL, e.Connect, e.AnyAccount))
	return "we_1" + hex.EncodeToString(sum[:])[:23]
}

// Endpoints returns the endpoints, in the order in which they were added.
func (h *Hub) Endpoints() []Endpoint {
	h.mu.Lock()
	defer h.mu.Unlock()
	endpoints := make([]Endpoint, len(h.lanes))
	for i, l := range h.lanes {
		endpoints[i] = l.Endpoint
	}
	return endpoints
}

// RemoveEndpoint removes an endpoint and reports whether there was one. A delivery to
// it that waits for its next attempt is given up when that is due.
//
// Source: https://docs.stripe.com/webhooks#disable-delete
func (h *Hub) RemoveEndpoint(id string) bool {
	unused, known := h.remove(id)
	if unused != nil {
		unused.Close()
	}
	return known
}

func (h *Hub) remove(id string) (unused *sender, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.laneOf(id)
	if l == nil {
		return nil, false
	}
	l.gone = true
	h.lanes = slices.DeleteFunc(h.lanes, func(other *lane) bool { return other == l })
	return l.retire(), true
}

// laneOf returns the lane of an endpoint, nil if there is none. The lock is held.
func (h *Hub) laneOf(id string) *lane {
	for _, l := range h.lanes {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// version returns the event in the shape of the endpoint's API version, if it has one. An
// event of a later version stays as it is. So does a thin one, which has none. Where a
// version is not known, and of a large event, no more than the label changes.
func (l *lane) version(event *webhooktest.Event) (*webhooktest.Event, error) {
	current, labeled := event.Lookup("api_version")
	if l.APIVersion == "" || current == l.APIVersion || !labeled {
		return event, nil
	}
	if label, _ := current.(string); isVersion(label) && isVersion(l.APIVersion) {
		switch {
		case label > l.APIVersion:
			return event, nil
		case len(event.Body()) <= largeEvent:
			return event.At(l.APIVersion)
		}
	}
	return event.Edit(webhooktest.Set("api_version", l.APIVersion))
}

// isVersion reports whether a text is an API version that the fixtures know.
func isVersion(text string) bool {
	name, err := fixtures.FindVersion(text)
	return err == nil && name == text
}

// unusable says why nothing is delivered to the lane any more, "" if something is.
func (l *lane) unusable() string {
	switch {
	case l.gone:
		return "the endpoint was deleted"
	case l.Disabled:
		return "the endpoint is disabled"
	}
	return ""
}
