package webhooktest

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A Source makes events from the fixtures. The zero value makes test-mode events
// at the default API version, with fresh ids. Set the fields before the first
// event is made. A Source is safe for use by several goroutines.
type Source struct {
	// APIVersion is the Stripe API version of the events, which have its shapes: a version
	// ("2025-03-31.basil"), a train ("basil", its newest version), "latest", or the release
	// of an SDK ("stripe-go@82"). Empty: 2023-10-16, that of stripe-go v76. Thin events have
	// none.
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

	// RunID varies the ids of a seed: a handler that remembers yesterday's events
	// would take the same ids for duplicates.
	RunID string

	// Now is the clock that events are created by. Nil: time.Now.
	Now func() time.Time

	mu        sync.Mutex
	facts     map[string]map[string][]string // by event type, when it is asked for
	templates map[templateKey]*render.Template
	made      uint64 // events so far
}

type templateKey struct {
	eventType string
	version   int
	variant   string
}

// Event makes a new event of a type, with ids of its own: a thin one if the type
// begins with v1. or v2. The error is fixtures.ErrUnknownType or ErrNoPath, or says what is
// wrong with an edit.
func (s *Source) Event(eventType string, edits ...Edit) (*Event, error) {
	edits, err := forType(eventType, edits)
	if err != nil {
		return nil, err
	}
	about, state, err := objectsOf(edits)
	if err != nil {
		return nil, err
	}
	state.eventType = eventType
	t, who, err := s.next(state)
	if err != nil {
		return nil, err
	}
	if about != nil {
		who.Objects = about.objects
	}
	event := newEvent(t, eventType, who)
	if about != nil {
		if event, err = event.after(about); err == nil {
			event, err = s.following(event, about)
		}
		if err != nil {
			return nil, err
		}
	}
	return event.changed(edits)
}

// AppendEvent appends the bytes of a new event to dst. It is for those who make
// events by the million: it allocates nothing when dst has room.
func (s *Source) AppendEvent(dst []byte, eventType string) ([]byte, error) {
	t, who, err := s.next(templateKey{eventType: eventType})
	if err != nil {
		return dst, err
	}
	return t.Append(dst, who), nil
}

// newEvent renders a template.
func newEvent(t *render.Template, eventType string, who render.Identity) *Event {
	body, id := t.Event(who)
	return &Event{
		body: body, id: id, typ: eventType, livemode: t.Livemode, thin: t.Thin,
		nullable: t.Nullable, resource: t.Resource, facts: t.Facts, objects: who.Objects, versioned: t.Versioned,
		attempts: new(timestamps),
	}
}

// objectsOf reads the edits that choose which objects an event is about, and the state or
// shape of its own. Of several the last counts.
func objectsOf(edits []Edit) (about *Event, state templateKey, err error) {
	for _, edit := range edits {
		if edit.about != nil {
			about = edit.about
		}
		state.version = cmp.Or(edit.version, state.version)
		state.variant = cmp.Or(edit.variant, state.variant)
	}
	if about != nil && about.objects == (render.Objects{}) {
		return nil, state, errors.New("About: the other event has its own payload, so its objects are unknown")
	}
	return about, state, nil
}

// next returns the template of a type and the identity of the next event.
func (s *Source) next(key templateKey) (*render.Template, render.Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	t := s.templates[key]
	if t == nil {
		var err error
		if t, err = key.load(s.options()); err != nil {
			return nil, render.Identity{}, err
		}
		if s.templates == nil {
			s.templates = make(map[templateKey]*render.Template)
		}
		s.templates[key] = t
	}
	return t, s.identify(), nil
}

// load makes the template.
func (k *templateKey) load(options *render.Options) (*render.Template, error) {
	if k.variant != "" {
		return options.LoadVariant(k.eventType, k.variant, k.version)
	}
	return options.Load(k.eventType, k.version)
}

// identity returns what the next event and new objects are made from.
func (s *Source) identity() render.Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	return s.identify()
}

func (s *Source) seed() {
	for s.Seed == 0 {
		s.Seed = uint64(rand.Uint32()) // short enough to be typed again
	}
}

// identify returns the identity of the next event.
func (s *Source) identify() render.Identity {
	s.made++
	return render.NewIdentity(s.Seed, s.RunID, s.made, s.now())
}

// shuffleStream is the second half of the seed of everything that is shuffled.
const shuffleStream = 0x9e3779b97f4a7c15

// shuffle puts things in an order that depends on the seed and on how many events
// were made.
func (s *Source) shuffle(n int, swap func(i, j int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	rand.New(rand.NewPCG(s.Seed, s.made)).Shuffle(n, swap)
}

func (s *Source) options() *render.Options {
	return &render.Options{APIVersion: s.APIVersion, Account: s.Account, Livemode: s.Livemode}
}

// apiVersion returns the name of the API version that the events have.
func (s *Source) apiVersion() (string, error) {
	if s.APIVersion == "" {
		return fixtures.DefaultVersion, nil
	}
	return fixtures.FindVersion(s.APIVersion)
}

func (s *Source) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// seedUsed returns the seed that ids were made from, 0 if none were.
func (s *Source) seedUsed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Seed
}
