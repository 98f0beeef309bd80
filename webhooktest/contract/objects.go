package contract

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// ErrNoObject is the error for Subject.Prepare to return, wrapped or not, when the app has
// no further object. Cases that need one are skipped.
var ErrNoObject = errors.New("the app has no further object")

// errPrepare is the error where the app cannot prepare an object.
var errPrepare = errors.New("prepare an object")

// needObjects is the Need of a case that uses more objects of the app than there are.
const needObjects = "objects"

// needEither is the Need of a handler that failed at the first genuine event, where nothing
// shows whether it looked for an object of the app or asked Stripe.
const needEither = "objects or api"

// oneObject is why an effect cannot be seen again where all events are about one object.
const oneObject = "needs an object of the app for each event: later events about the same object do not change what the first one changed"

// noneIsLeft says why it cannot if each event was about another object.
func noneIsLeft(eventType string) string {
	return "needs more objects of the app: a genuine " + eventType + " about another one had an effect before, and has none any more"
}

// errSpent says why the effect of a type cannot be seen again.
func errSpent(why string) error { return errInconclusive{need: needObjects, reason: why} }

// isSpent reports whether an error says that there is no object left.
func isSpent(err error) bool {
	why, ok := isInconclusive(err)
	return ok && why.need == needObjects
}

// appObjects is what the engine knows of an app's objects.
type appObjects struct {
	last   map[string]given                          // by event type
	of     map[*webhooktest.Event]given              // by event
	paths  map[*webhooktest.Event][]string           // the paths they bind an event by
	before map[*webhooktest.Event]*webhooktest.Event // the event that had to come before an event
	first  map[string]*webhooktest.Event             // the event whose object others share, by type
	more   map[any]*webhooktest.Event                // the first event about one more object of a customer, by id
	known  *boundPaths
}

// A given is an object of the app that events are about: one that it created, or one that
// Prepare names. The zero value is none.
type given struct {
	made  *creation
	edits []webhooktest.Edit // from Prepare
}

// editsFor returns the edits for an event about the object.
func (g given) editsFor(event *webhooktest.Event) (edits []webhooktest.Edit, err error) {
	if g.made != nil {
		if edits, err = g.made.edits(event); err != nil {
			return nil, err
		}
	}
	for _, edit := range g.edits {
		if edit.Fits(event.Type()) {
			edits = append(edits, edit)
		}
	}
	return edits, nil
}

// names reports whether the object is named in events about it.
func (g given) names() bool { return g.made != nil || len(g.edits) > 0 }

func newAppObjects(known *boundPaths) *appObjects {
	return &appObjects{
		last: make(map[string]given), of: make(map[*webhooktest.Event]given),
		paths: make(map[*webhooktest.Event][]string), before: make(map[*webhooktest.Event]*webhooktest.Event),
		first: make(map[string]*webhooktest.Event), more: make(map[any]*webhooktest.Event), known: known,
	}
}

// given returns the paths by which Prepare binds events of a type.
func (o *appObjects) given(eventType string) []string {
	paths, _ := o.known.given.Load(eventType)
	known, _ := paths.([]string)
	return known
}

// keep records the app object of an event, and the event before it, for its edited copy.
func (o *appObjects) keep(event, changed *webhooktest.Event) {
	if before := o.before[event]; before != nil && changed != nil {
		o.before[changed] = before
	}
	if paths, known := o.paths[event]; known && changed != nil {
		o.of[changed], o.paths[changed] = o.of[event], paths
	}
}

// follow records that an event had to come before another; nil means none.
func (o *appObjects) follow(before, event *webhooktest.Event) {
	if before != nil && event != nil {
		o.before[event] = before
	}
}

// share lets events share an object of the app, until the returned function is called.
func (s *sender) share() (end func()) { return s.sharing(true) }

func (s *sender) sharing(shares bool) (end func()) {
	before := s.shares
	s.shares = shares
	return func() { s.shares = before }
}

// offer has further events share the object of the first event of a type, if Prepare names it.
func (o *appObjects) offer(event *webhooktest.Event) {
	if o.first[event.Type()] == nil && o.of[event].names() {
		o.first[event.Type()] = event
	}
}

// own gives a new Stripe object one of the app's.
func (s *sender) own(ctx context.Context, event *webhooktest.Event) (*webhooktest.Event, error) {
	if !s.subject.bindsEach() || !s.binder.takes(event.Type()) {
		return event, nil
	}
	object := s.objects.last[event.Type()]
	another := !object.names() || !s.shares
	if another {
		var err error
		if object, err = s.prepareObject(ctx, event); err != nil {
			return nil, err
		}
	}
	edits, err := object.editsFor(event)
	if err != nil {
		return nil, err
	}
	known, err := event.Edit(edits...)
	if errors.Is(err, webhooktest.ErrNoPath) {
		err = fmt.Errorf("%w; Prepare is called for each handled type: limit an edit to the type that has the path, webhooktest.Set(…).For(TYPE)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare an object for %s: %w", event.Type(), err)
	}
	paths := s.binder.boundIn(event, known)
	s.objects.known.learn(known, paths, another)
	s.objects.of[known], s.objects.paths[known] = object, paths
	s.objects.offer(known)
	return s.customer.owns(s.objects, known)
}

// prepareObject calls Prepare for the object that an event is about.
func (s *sender) prepareObject(ctx context.Context, event *webhooktest.Event) (given, error) {
	object, err := s.givenObject(ctx, event)
	switch {
	case errors.Is(err, ErrNoObject):
		detail := strings.TrimSuffix(err.Error(), ": "+ErrNoObject.Error())
		return given{}, errInconclusive{need: needObjects, reason: "needs more objects of the app: " + detail}
	case err != nil:
		return given{}, fmt.Errorf("%w for %s: %w", errPrepare, event.Type(), err)
	}
	s.objects.last[event.Type()] = object
	return object, nil
}

// givenObject has the app create an object, if it can, and calls Prepare. Either may change
// the state.
func (s *sender) givenObject(ctx context.Context, event *webhooktest.Event) (object given, err error) {
	if s.subject.bindsEach() {
		s.made.Store(true)
		defer s.objects.known.preparing.note(time.Now())
	}
	if s.subject.Create != nil {
		var edits []webhooktest.Edit
		if object.made, err = s.create(ctx, event); err == nil {
			edits, err = object.made.edits(event)
		}
		if err == nil {
			event, err = event.Edit(edits...)
		}
	}
	if err != nil || s.subject.Prepare == nil {
		return object, err
	}
	object.edits, err = s.subject.Prepare(ctx, event)
	return object, err
}

// inherit gives an event the app object of another event about the same object, as far as
// an event of its type can name it. If the other event named none, such as a customer
// needed by an order, the event gets its own.
func (s *sender) inherit(ctx context.Context, event, from *webhooktest.Event) (*webhooktest.Event, error) {
	object, prepared := s.objects.of[from]
	switch {
	case !s.binder.takes(event.Type()) || !s.subject.bindsEach():
		return event, nil
	case !prepared && aboutSame(event, from):
		return s.ownLate(ctx, event, from)
	case !object.names() && aboutSame(event, from):
		return event, nil
	case !object.names():
		return s.own(ctx, event)
	}
	edits, err := object.editsFor(event)
	if err != nil {
		return nil, err
	}
	before := event
	for _, edit := range edits {
		edited, err := event.Edit(edit)
		switch {
		case err == nil:
			event = edited
		case !errors.Is(err, webhooktest.ErrNoPath) && !fixtures.IsThin(event.Type()):
			return nil, err
		}
	}
	s.objects.of[event], s.objects.paths[event] = object, s.binder.boundIn(before, event)
	return event, nil
}

// ownLate gives an event an object of the app that its first event, whose type is not
// handled, did not need. Further events about the same get that object, too.
func (s *sender) ownLate(ctx context.Context, event, first *webhooktest.Event) (*webhooktest.Event, error) {
	own, err := s.own(ctx, event)
	if err == nil {
		s.objects.of[first] = s.objects.of[own]
	}
	return own, err
}

// moreOf gives an event about one more object of an earlier event's customer an object of
// the app. What the app creates, and finds again, belongs to a customer of its own.
func moreOf(ctx context.Context, s *sender, event, first *webhooktest.Event) (*webhooktest.Event, error) {
	id, _ := objectID(event)
	if known := s.objects.more[id]; known != nil {
		return s.inherit(ctx, event, known)
	}
	s.customer = customer{of: first}
	defer func() { s.customer = customer{} }()
	own, err := s.own(ctx, event)
	if err == nil && s.subject.Create != nil && len(s.objects.paths[own]) > 0 {
		err = errTwoObjects
	}
	if err != nil {
		return nil, err
	}
	s.objects.more[id] = own
	return own, nil
}

// foreign makes an event about an object unknown to the app: it changes all fields that
// bind events of the type.
func (s *sender) foreign(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	event, err := s.edited(eventType, edits...)
	if err != nil {
		return nil, err
	}
	stranger, err := s.source.event(eventType)
	if err != nil {
		return nil, err
	}
	var undo []webhooktest.Edit
	for _, path := range s.binder.bindings(eventType) {
		known, _ := event.Lookup(path)
		strange, _ := stranger.Lookup(path)
		undo = append(undo, webhooktest.Add(path, unknownAs(known, strange, stranger.Fill("{order}"))))
	}
	for _, path := range s.objects.given(eventType) {
		known, _ := s.objects.known.values.Load(eventType + " " + path)
		strange, _ := event.Lookup(path) // Prepare was not asked
		undo = append(undo, webhooktest.Add(path, unknownAs(known, strange, stranger.Fill("{order}"))))
	}
	if event, err = event.Edit(undo...); err == nil {
		s.objects.paths[event] = s.objects.given(eventType)
	}
	return event, err
}
