package webhooktest

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A Source makes events from the fixtures. The zero value makes test-mode events of the
// default API version with fresh IDs. Changing a field affects later events. A Source is
// safe for concurrent use, except while a field changes.
type Source struct {
	// APIVersion is the Stripe API version of the events, and decides their shape: a
	// version ("2025-03-31.basil"), a train ("basil", its newest version), "latest", or an
	// SDK release ("stripe-go@82"). Empty means 2023-10-16, the version of stripe-go v76.
	// Thin events have no version.
	APIVersion string

	// Account is the connected account of the events, and the context of thin ones. Empty
	// means the platform's own events, and an invented account for types sent only by
	// connected accounts.
	Account string

	// Livemode makes live-mode events.
	Livemode bool

	// Seed determines the IDs: the same seed, clock and calls give the same bytes. If 0, the
	// first event draws one and stores it here.
	Seed uint64

	// RunID varies the IDs of a seed: a handler with yesterday's events stored would treat
	// the same IDs as duplicates.
	RunID string

	// Now is the clock for creation times. Nil means time.Now.
	Now func() time.Time

	mu        sync.Mutex
	facts     map[string]map[string][]string // by event type, read when needed
	templates map[templateKey]*render.Template
	options   render.Options // of the templates
	made      uint64         // events so far
}

type templateKey struct {
	eventType string
	version   int
	variant   string
}

// Event makes an event of a type with fresh IDs: a thin one if the type begins with v1.
// or v2. The error is fixtures.ErrUnknownType, ErrNoPath, or another problem with an
// edit.
func (s *Source) Event(eventType string, edits ...Edit) (*Event, error) {
	if err := checkType(eventType, edits); err != nil {
		return nil, err
	}
	about, alike, state, err := objectsOf(edits)
	if err != nil {
		return nil, err
	}
	state.eventType = eventType
	t, who, err := s.next(state)
	if err != nil {
		return nil, err
	}
	if alike != nil {
		who.Objects.Like = alike.objects.Key
	}
	if about != nil {
		who.Objects, who.Follows, who.Creations = about.objects, true, about.created()
	}
	event := newEvent(t, eventType, who)
	if about != nil {
		if event, err = event.after(about); err == nil {
			event, err = s.share(event, about, edits)
		}
		if err == nil {
			event, err = event.bill(about.billed())
		}
		if err != nil {
			return nil, err
		}
	}
	return event.changed(edits)
}

// AppendEvent appends a new event to dst. Use it to make events by the million: it does
// not allocate if dst has room.
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
		creates: t.Creates, creations: who.Creations, attempts: new(timestamps),
	}
}

// objectsOf extracts the edits that choose the event's objects, and its own object's state
// or shape. The last of each kind counts.
func objectsOf(edits []Edit) (about, alike *Event, state templateKey, err error) {
	for _, edit := range edits {
		about, alike = cmp.Or(edit.about, about), cmp.Or(edit.alike, alike)
		state.version = cmp.Or(edit.version, state.version)
		state.variant = cmp.Or(edit.variant, state.variant)
	}
	return about, alike, state, cmp.Or(knownObjects("About", about), knownObjects("Alike", alike))
}

// knownObjects rejects an event, if there is one, whose objects an edit would need.
func knownObjects(edit string, other *Event) error {
	if other == nil || other.objects != (render.Objects{}) {
		return nil
	}
	return errors.New(edit + ": the other event has its own payload, so its objects are unknown")
}

// next returns the template of a type and the identity of the next event.
func (s *Source) next(key templateKey) (*render.Template, render.Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	t, err := s.template(key)
	if err != nil {
		return nil, render.Identity{}, err
	}
	return t, s.identify(), nil
}

// reset discards results for earlier values of the fields.
func (s *Source) reset() {
	if now := s.renderOptions(); now != s.options || s.templates == nil {
		s.options, s.templates, s.facts = now, make(map[templateKey]*render.Template), nil
	}
}

// template loads a template once.
func (s *Source) template(key templateKey) (*render.Template, error) {
	s.reset()
	if t := s.templates[key]; t != nil {
		return t, nil
	}
	t, err := key.load(&s.options)
	if err == nil {
		s.templates[key] = t
	}
	return t, err
}

// load makes the template.
func (k *templateKey) load(options *render.Options) (*render.Template, error) {
	if k.variant != "" {
		return options.LoadVariant(k.eventType, k.variant, k.version)
	}
	return options.Load(k.eventType, k.version)
}

// identity returns the inputs for the next event and new objects.
func (s *Source) identity() render.Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	return s.identify()
}

func (s *Source) seed() {
	for s.Seed == 0 {
		s.Seed = uint64(rand.Uint32()) // short enough to type
	}
}

// identify returns the identity of the next event.
func (s *Source) identify() render.Identity {
	s.made++
	return render.NewIdentity(s.Seed, s.RunID, s.made, s.now())
}

// shuffleStream is the second half of the seed for shuffles.
const shuffleStream = 0x9e3779b97f4a7c15

// shuffled returns an order of n items by the seed and the number of events so far.
func (s *Source) shuffled(n int) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed()
	return shuffled(n, rand.New(rand.NewPCG(s.Seed, s.made)))
}

// shuffled returns a random order of n items other than their own, in which a handler that
// depends on the order would pass.
func shuffled(n int, random *rand.Rand) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for {
		random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if n < 2 || !slices.IsSorted(order) {
			return order
		}
	}
}

func (s *Source) renderOptions() render.Options {
	return render.Options{APIVersion: s.APIVersion, Account: s.Account, Livemode: s.Livemode}
}

// apiVersion returns the API version of the events.
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

// seedUsed returns the seed of the IDs so far, or 0 if there are none.
func (s *Source) seedUsed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Seed
}
