package listen

import (
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What is kept of events that no endpoint wanted.
const (
	keptUnwanted      = 1000
	keptUnwantedBytes = 16 << 20
)

// A shelf keeps events that no endpoint wanted: one may be added that does.
type shelf struct {
	events []*webhooktest.Event // oldest first
	bytes  int
}

// add keeps an event, and forgets the oldest that there is no room for. The newest is
// always kept.
func (s *shelf) add(event *webhooktest.Event) {
	s.events = append(s.events, event)
	s.bytes += len(event.Body())
	for len(s.events) > 1 && (len(s.events) > keptUnwanted || s.bytes > keptUnwantedBytes) {
		s.bytes -= len(s.events[0].Body())
		s.events[0] = nil // the slice may live longer
		s.events = s.events[1:]
	}
}

// find returns the newest event with an id, nil if there is none.
func (s *shelf) find(id string) *webhooktest.Event {
	for _, event := range slices.Backward(s.events) {
		if event.ID() == id {
			return event
		}
	}
	return nil
}
