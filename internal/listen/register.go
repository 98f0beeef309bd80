package listen

import (
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// AddEndpoint adds an endpoint, or updates the one with the same ID. It returns the
// endpoint with missing fields filled in: an ID (the same for the same URL at every
// start) and a fresh secret. It normalizes the URL and returns it without the password.
// An update with an unchanged URL keeps the password. Restored deliveries waiting for
// this ID or URL resume.
//
// The error names a problem with the URL, the secret or a header, a URL out of reach, or
// is ErrClosed.
func (h *Hub) AddEndpoint(e Endpoint) (Endpoint, error) {
	h.open()
	if e.Secret == "" {
		e.Secret = NewSecret()
	}
	s, err := newSender(&e, &webhooktest.Endpoint{URL: h.endpoints.url(&e), Timeout: h.Timeout, TLS: h.TLS})
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

// newSender returns the sender for an endpoint, completed from to, and normalizes its URL.
func newSender(e *Endpoint, to *webhooktest.Endpoint) (*sender, error) {
	s := &sender{Endpoint: to}
	s.Handler, s.Secrets, s.Header = e.Handler, []string{e.Secret}, e.Header
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

// RemoveEndpoint removes an endpoint and reports whether it existed. A delivery waiting
// for its next attempt is given up when that comes due.
//
// Source: https://docs.stripe.com/webhooks#disable-delete
func (h *Hub) RemoveEndpoint(id string) bool { return h.endpoints.remove(id) }

// Endpoints returns the endpoints in the order of their addition.
func (h *Hub) Endpoints() []Endpoint { return h.endpoints.list() }
