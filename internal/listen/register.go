package listen

import (
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// AddEndpoint adds an endpoint, or changes the one with the same id, and returns it
// with what was left out filled in: the id, which is the same for the same URL at each
// start, and a fresh secret. The URL is completed and returned without its password,
// which is kept, also when the endpoint is changed and the URL is not. Deliveries of
// the journal that still wait for an endpoint with this id or URL go on.
//
// The error says what is wrong with the URL, the secret or a header, that the URL is
// out of reach, or is ErrClosed.
func (h *Hub) AddEndpoint(e Endpoint) (Endpoint, error) {
	h.open()
	if e.Secret == "" {
		e.Secret = NewSecret()
	}
	s, err := h.newSender(&e)
	if err != nil {
		return e, err
	}
	if e.ID == "" {
		e.ID = endpointID(&e)
	}
	if err := h.life.begin(); err != nil {
		return e, err
	}
	defer h.life.done()
	d := h.endpoints.put(e, s)
	for _, t := range h.history.adopt(recipient{e, d}) {
		h.queue.push(t, time.Until(t.Next))
	}
	return e, nil
}

// newSender returns what delivers to an endpoint, and completes its URL.
func (h *Hub) newSender(e *Endpoint) (*sender, error) {
	s := &sender{Endpoint: &webhooktest.Endpoint{
		URL: h.endpoints.url(e), Handler: e.Handler, Secrets: []string{e.Secret}, Header: e.Header, Timeout: h.Timeout, TLS: h.TLS,
	}}
	if e.Reach != nil {
		s.Dial = e.Reach.Dial
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	e.URL = s.Target()
	if e.Reach != nil {
		return s, e.Reach.check(e.URL)
	}
	return s, nil
}

// RemoveEndpoint removes an endpoint and reports whether there was one. A delivery to
// it that waits for its next attempt is given up when that is due.
//
// Source: https://docs.stripe.com/webhooks#disable-delete
func (h *Hub) RemoveEndpoint(id string) bool { return h.endpoints.remove(id) }

// Endpoints returns the endpoints, in the order in which they were added.
func (h *Hub) Endpoints() []Endpoint { return h.endpoints.list() }
