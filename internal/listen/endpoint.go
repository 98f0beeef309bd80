package listen

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// endpoints are those of a hub, in the order in which they were added. Their lock
// guards each destination and its sender.
type endpoints struct {
	mu  sync.Mutex
	all []*destination
}

// A destination is an endpoint as long as it is there, however often it is changed.
type destination struct {
	Endpoint
	sender *sender // nil when it is gone
	gone   bool
}

// A sender makes the deliveries to an endpoint as it was at a time.
type sender struct {
	*webhooktest.Endpoint
	uses    int // attempts under way
	retired bool
}

// A recipient is a destination with its endpoint as it was when an event was
// submitted.
type recipient struct {
	Endpoint
	destination *destination
}

// put adds an endpoint, or changes the one with the same id.
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

// remove removes an endpoint and reports whether there was one.
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

// retire takes the sender from a destination, and returns it if no attempt uses it:
// else the last one closes it. The lock is held.
func (d *destination) retire() (unused *sender) {
	s := d.sender
	d.sender, s.retired = nil, true
	if s.uses > 0 {
		return nil
	}
	return s
}

// use returns the sender for an attempt, until release, or why none is made.
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

// release ends the use of a sender by an attempt.
func (e *endpoints) release(s *sender) {
	e.mu.Lock()
	s.uses--
	unused := s.retired && s.uses == 0
	e.mu.Unlock()
	if unused {
		s.Close()
	}
}

// there reports whether a destination was not removed.
func (e *endpoints) there(d *destination) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return d != nil && !d.gone
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

// where returns the endpoints that match.
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

// url returns the URL of an endpoint, with the password that it was added with if the
// URL is still the one that was returned then.
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

// find is called with the lock held.
func (e *endpoints) find(id string) *destination {
	i := slices.IndexFunc(e.all, func(d *destination) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return e.all[i]
}

// endpointID makes an id from what an endpoint is for.
func endpointID(e *Endpoint) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %t", e.URL, e.Connect, e.AnyAccount))
	return "we_1" + hex.EncodeToString(sum[:])[:23]
}
