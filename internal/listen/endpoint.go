package listen

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// endpoints are the endpoints of a hub, in the order of their addition. Their lock guards
// each destination and its sender.
type endpoints struct {
	mu  sync.Mutex
	all []*destination
}

// A destination is an endpoint from its addition to its removal, through all changes.
type destination struct {
	Endpoint
	sender *sender // nil once removed
	gone   bool
}

// A sender delivers to one configuration of an endpoint.
type sender struct {
	*webhooktest.Endpoint
	uses    int // attempts in progress
	retired bool
}

// A recipient is a destination and its endpoint at the time of submission.
type recipient struct {
	Endpoint
	destination *destination
}

// put adds an endpoint, or updates the one with the same ID.
func (e *endpoints) put(endpoint Endpoint, s *sender) *destination {
	d, unused := e.replace(endpoint, s)
	if unused != nil {
		unused.Close()
	}
	return d
}

func (e *endpoints) replace(endpoint Endpoint, s *sender) (d *destination, unused *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d = e.find(endpoint.ID); d == nil {
		d = new(destination)
		e.all = append(e.all, d)
	} else {
		unused = d.retire()
	}
	d.Endpoint, d.sender = endpoint, s
	return d, unused
}

// remove removes an endpoint and reports whether it existed.
func (e *endpoints) remove(id string) bool {
	unused, known := e.take(id)
	if unused != nil {
		unused.Close()
	}
	return known
}

func (e *endpoints) take(id string) (unused *sender, known bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.find(id)
	if d == nil {
		return nil, false
	}
	d.gone = true
	e.all = slices.DeleteFunc(e.all, func(other *destination) bool { return other == d })
	return d.retire(), true
}

// retire detaches the sender of a destination. It returns an idle sender for the caller
// to close; otherwise the last attempt closes it. The lock must be held.
func (d *destination) retire() (unused *sender) {
	s := d.sender
	d.sender, s.retired = nil, true
	if s.uses > 0 {
		return nil
	}
	return s
}

// use returns the sender for an attempt until release, or the reason why there is none.
func (e *endpoints) use(d *destination) (s *sender, reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case d.gone:
		return nil, "the endpoint was deleted"
	case d.Disabled:
		return nil, "the endpoint is disabled"
	}
	d.sender.uses++
	return d.sender, ""
}

// release ends an attempt's use of a sender.
func (e *endpoints) release(s *sender) {
	e.mu.Lock()
	s.uses--
	unused := s.retired && s.uses == 0
	e.mu.Unlock()
	if unused {
		s.Close()
	}
}

// removed reports whether a destination was removed. Without one, a restored delivery may
// still find its endpoint by ID.
func (e *endpoints) removed(d *destination) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return d != nil && d.gone
}

// list returns the endpoints.
func (e *endpoints) list() []Endpoint {
	e.mu.Lock()
	defer e.mu.Unlock()
	endpoints := make([]Endpoint, len(e.all))
	for i, d := range e.all {
		endpoints[i] = d.Endpoint
	}
	return endpoints
}

// where returns the matching endpoints.
func (e *endpoints) where(match func(*destination) bool) (recipients []recipient) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.all {
		if match(d) {
			recipients = append(recipients, recipient{d.Endpoint, d})
		}
	}
	return recipients
}

// url returns the URL of an endpoint, with its original password as long as the URL is
// the one returned when it was added.
func (e *endpoints) url(of *Endpoint) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d := e.find(of.ID); d != nil && d.URL == of.URL {
		return d.sender.URL
	}
	return of.URL
}

// close closes the connections to all endpoints.
func (e *endpoints) close() {
	e.mu.Lock()
	var senders []*sender
	for _, d := range e.all {
		senders = append(senders, d.sender)
	}
	e.mu.Unlock()
	for _, s := range senders {
		s.Close()
	}
}

// find requires the lock.
func (e *endpoints) find(id string) *destination {
	i := slices.IndexFunc(e.all, func(d *destination) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return e.all[i]
}

// endpointID derives an ID from an endpoint's configuration.
func endpointID(e *Endpoint) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %t", e.URL, e.Connect, e.AnyAccount))
	return "we_1" + hex.EncodeToString(sum[:])[:23]
}
