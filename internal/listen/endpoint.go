package listen

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A lane is an endpoint and its queue.
type lane struct {
	Endpoint
	sender  *webhooktest.Endpoint
	gone    bool
	ready   []*task // to be delivered now
	held    []*task // by chaos, until the next was delivered
	running int
}

// AddEndpoint adds an endpoint, or changes the one with the same id, and returns it
// with what was left out filled in: the id, which is the same for the same URL at each
// start, and a fresh secret. Its URL is completed, and without a password, which is
// kept. Deliveries of the journal that still wait for an endpoint with this id, or with
// this URL, go on.
//
// The error says what is wrong with the URL, the secret or a header.
func (h *Hub) AddEndpoint(e Endpoint) (Endpoint, error) {
	h.open()
	if e.Secret == "" {
		e.Secret = NewSecret()
	}
	sender := &webhooktest.Endpoint{
		URL: e.URL, Handler: e.Handler, Secrets: []string{e.Secret}, Header: e.Header, Timeout: h.Timeout, TLS: h.TLS,
	}
	if err := sender.Validate(); err != nil {
		return e, err
	}
	e.URL = sender.Target()
	if e.ID == "" {
		e.ID = endpointID(&e)
	}
	replaced, err := h.add(e, sender)
	if replaced != nil {
		replaced.Close()
	}
	return e, err
}

// add makes the lane of an endpoint, or gives it another sender.
func (h *Hub) add(e Endpoint, sender *webhooktest.Endpoint) (replaced *webhooktest.Endpoint, err error) {
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
		replaced = l.sender
		h.retired = append(h.retired, replaced)
	}
	l.Endpoint, l.sender = e, sender
	h.adopt(l)
	return replaced, nil
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
	l := h.remove(id)
	if l != nil {
		l.sender.Close()
	}
	return l != nil
}

func (h *Hub) remove(id string) *lane {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.laneOf(id)
	if l != nil {
		l.gone = true
		h.lanes = slices.DeleteFunc(h.lanes, func(other *lane) bool { return other == l })
		h.retired = append(h.retired, l.sender)
	}
	return l
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

// version returns the event with the API version of the endpoint, if it has one.
func (l *lane) version(event *webhooktest.Event) (*webhooktest.Event, error) {
	if l.APIVersion == "" {
		return event, nil
	}
	if current, _ := event.Lookup("api_version"); current == l.APIVersion {
		return event, nil
	}
	return event.Edit(webhooktest.Add("api_version", l.APIVersion))
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
