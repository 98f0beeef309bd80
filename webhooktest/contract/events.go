package contract

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// An eventSource makes the events of all cases of a run, a second apart and in the past: no
// two share a second, and none is from the future.
type eventSource struct {
	mu         sync.Mutex
	source     webhooktest.Source
	clock      time.Time          // of the next event
	identities uint64             // made for placeholders in cases
	used       bool               // the seed determined an id
	envelope   []webhooktest.Edit // the user's, of fields outside data: for events of all types

	creations sync.Map    // by precededBy: the types whose events come before it
	linked    atomic.Bool // sessions come before what only they make known to the app
	stepwise  sync.Map    // the types that an earlier step of their object must precede
	led       atomic.Bool // the control comes after what must precede it
}

// eventsBefore is the age of the first event of a run. Events are a second apart, and a
// run with races makes thousands.
const eventsBefore = 3 * time.Hour

func newEventSource(suite *Suite, subject *Subject) *eventSource {
	s := &eventSource{clock: time.Now().Add(-eventsBefore)}
	s.source = webhooktest.Source{
		APIVersion: subject.APIVersion, Account: subject.Account, Livemode: subject.Livemode,
		Seed: cmp.Or(suite.Seed, uint64(rand.Uint32())), RunID: suite.RunID, Now: func() time.Time { return s.clock },
	}
	s.envelope = envelopeEdits(subject)
	return s
}

// envelopeEdits returns the edits that the user makes outside data, such as another
// api_version: they hold for types that the handler does not handle, too.
func envelopeEdits(subject *Subject) (edits []webhooktest.Edit) {
	if subject.Edit == nil {
		return nil
	}
	source := webhooktest.Source{APIVersion: subject.APIVersion, Account: subject.Account, Livemode: subject.Livemode}
	before, err := source.Event(subject.control())
	if err != nil {
		return nil // which is told elsewhere
	}
	after, err := before.Edit(subject.Edit(subject.control())...)
	if err != nil {
		return nil
	}
	for _, path := range changedPaths(before.Body(), after.Body()) {
		if value, ok := after.Lookup(path); ok && !strings.HasPrefix(path, "data") && !slices.Contains([]string{"id", "type", "created"}, path) {
			edits = append(edits, webhooktest.Add(path, value))
		}
	}
	return edits
}

// eventLike makes an event about the same objects as another, and from the same time.
func (s *eventSource) eventLike(other *webhooktest.Event, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock
	defer func() { s.clock = now }()
	s.clock = createdAt(other)
	return s.source.Event(other.Type(), append([]webhooktest.Edit{webhooktest.About(other)}, edits...)...)
}

// createdAt returns when an event was created.
func createdAt(event *webhooktest.Event) time.Time {
	created, _ := event.Lookup("created")
	seconds, _ := created.(float64)
	return time.Unix(int64(seconds), 0)
}

// at returns a source of events of another API version, with other ids.
func (s *eventSource) at(version string) *eventSource {
	s.mu.Lock()
	defer s.mu.Unlock()
	other := &eventSource{clock: s.clock}
	other.source = webhooktest.Source{
		APIVersion: version, Account: s.source.Account, Livemode: s.source.Livemode,
		Seed: s.source.Seed, RunID: s.source.RunID + " " + version, Now: func() time.Time { return other.clock },
	}
	return other
}

// event makes an event, a second later than the previous one.
func (s *eventSource) event(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(time.Second)
	s.used = true
	event, err := s.source.Event(eventType, edits...)
	if err != nil || len(s.envelope) == 0 || fixtures.IsThin(eventType) {
		return event, err
	}
	return event.Edit(s.envelope...)
}

// identity returns fresh ids for the placeholders of a case.
func (s *eventSource) identity() render.Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identities++
	s.used = true
	return render.NewIdentity(s.source.Seed, "case "+s.source.RunID, s.identities, s.clock)
}

// next returns the creation time of the next event.
func (s *eventSource) next() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.Add(time.Second)
}

// seed returns the seed of the ids, or 0 if there are none.
func (s *eventSource) seed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.used {
		return 0
	}
	return s.source.Seed
}
