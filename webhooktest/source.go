package webhooktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A Source makes events from the fixtures. The zero value makes test-mode events
// at the default API version, with fresh ids. Set the fields before the first
// event is made. A Source is safe for use by several goroutines.
type Source struct {
	// APIVersion is the Stripe API version of the events. Empty: 2023-10-16, that
	// of stripe-go v76. Shapes are those of the newest fixtures that are not newer.
	// Thin events have none.
	APIVersion string

	// Account is the connected account that the events come from, the context of
	// thin ones. Empty: the platform's own events, and an invented account for types
	// that only connected accounts send.
	Account string

	// Livemode makes live-mode events.
	Livemode bool

	// Seed fixes the ids: the same seed, clock and calls give the same bytes.
	// 0: one is drawn when the first event is made, and stored here.
	Seed uint64

	// RunID makes the ids of the same seed others: a handler that remembers
	// yesterday's events would take the same ids for duplicates.
	RunID string

	// Now is the clock that events are created by. Nil: time.Now.
	Now func() time.Time

	mu        sync.Mutex
	templates map[templateKey]*template
	made      uint64 // events so far
}

type templateKey struct {
	eventType string
	version   int
}

// Event makes a new event of a type, with ids of its own: a thin one if the type
// begins with v1. or v2. The error is ErrUnknownType or ErrNoPath, or says what is
// wrong with an edit.
func (s *Source) Event(eventType string, edits ...Edit) (*Event, error) {
	about, version, err := objectsOf(edits)
	if err != nil {
		return nil, err
	}
	t, who, err := s.next(eventType, version)
	if err != nil {
		return nil, err
	}
	if about != nil {
		who.objects = about.objects
	}
	event := t.event(eventType, who)
	if about != nil {
		if event, err = event.agreeing(about); err != nil {
			return nil, err
		}
	}
	return event.changed(edits)
}

// AppendEvent appends the bytes of a new event to dst. It is for those who make
// events by the million: it allocates nothing when dst has room.
func (s *Source) AppendEvent(dst []byte, eventType string) ([]byte, error) {
	t, who, err := s.next(eventType, 0)
	if err != nil {
		return dst, err
	}
	return t.append(dst, who), nil
}

// objectsOf reads the edits that choose which objects an event is about.
func objectsOf(edits []Edit) (about *Event, version int, err error) {
	for _, edit := range edits {
		if edit.about != nil {
			about = edit.about
		}
		if edit.version != 0 {
			version = edit.version
		}
	}
	if about != nil && about.objects == (objects{}) {
		return nil, 0, errors.New("About: the other event has a payload of its own, its objects are not known")
	}
	return about, version, nil
}

// next returns the template of a type and the identity of the next event.
func (s *Source) next(eventType string, version int) (*template, identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	key := templateKey{eventType, version}
	t := s.templates[key]
	if t == nil {
		var err error
		if thinName(eventType) {
			t, err = s.loadThin(eventType, version)
		} else {
			t, err = s.load(eventType, version, nil, nil)
		}
		if err != nil {
			return nil, identity{}, err
		}
		if s.templates == nil {
			s.templates = make(map[templateKey]*template)
		}
		s.templates[key] = t
	}
	return t, s.identify(), nil
}

// identity returns what the next event and new objects are made from.
func (s *Source) identity() identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	return s.identify()
}

func runKey(runID string) uint64 {
	if runID == "" {
		return 0
	}
	return hashOf(runID)
}

func (s *Source) seed() {
	for s.Seed == 0 {
		s.Seed = uint64(rand.Uint32()) // short enough to be typed again
	}
}

// identify returns the identity of the next event.
func (s *Source) identify() identity {
	s.made++
	event := mix(mix(s.Seed^runKey(s.RunID)) + s.made*golden)
	now := s.now()
	created := now.Unix()
	return identity{
		objects: objects{key: mix(event), began: created},
		event:   event, created: created, nanos: int64(now.Nanosecond()),
	}
}

// shuffle puts things in an order that depends on the seed and on how many events
// were made.
func (s *Source) shuffle(n int, swap func(i, j int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	rand.New(rand.NewPCG(s.Seed, s.made)).Shuffle(n, swap)
}

// seedUsed returns the seed that ids were made from, 0 if none were.
func (s *Source) seedUsed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Seed
}

// validate reports what the fields may not be: they become part of events.
func (s *Source) validate() error {
	date, train, _ := strings.Cut(s.apiVersion(), ".")
	if _, err := time.Parse(time.DateOnly, date); err != nil || strings.ContainsFunc(train, notWord) {
		return fmt.Errorf("API version %q: want a date such as 2023-10-16 or 2025-03-31.basil", s.APIVersion)
	}
	if strings.ContainsFunc(s.Account, notWord) {
		return fmt.Errorf("account %q: want an id such as acct_1Qd0…", s.Account)
	}
	return nil
}

func notWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func (s *Source) apiVersion() string {
	if s.APIVersion == "" {
		return fixtures.DefaultVersion
	}
	return s.APIVersion
}

func (s *Source) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}
