package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// ErrNoObject is what Subject.Prepare returns, wrapped or not, when the app has no further
// object. Cases that need one are skipped.
var ErrNoObject = errors.New("the app has no further object")

// NeedObjects is the Need of a case that takes more objects of the app than there are.
const NeedObjects = "objects"

// oneObject is why an effect cannot be seen again where all events are about one object.
const oneObject = "needs an object of the app for each event: what the first genuine events changed, later ones about the same object do not change"

// noneIsLeft is why it cannot where each was about another one.
func noneIsLeft(eventType string) string {
	return "needs more objects of the app: a genuine " + eventType + " about another one, which had an effect before, has none any more"
}

// errSpent is why the effect of a type cannot be seen again.
func errSpent(why string) error { return errInconclusive{need: NeedObjects, reason: why} }

// isSpent reports whether an error says that there is no object left.
func isSpent(err error) bool {
	why, ok := isInconclusive(err)
	return ok && why.need == NeedObjects
}

// appObjects is what is known of the objects of an app.
type appObjects struct {
	last  map[string][]webhooktest.Edit             // that Prepare returned, by event type
	of    map[*webhooktest.Event][]webhooktest.Edit // the same, by event
	paths map[*webhooktest.Event][]string           // by which an event is bound with these
	known *boundPaths
}

// boundPaths are the paths by which events of a type are bound to objects of the app, by
// event type. They are the same for all handlers of a run.
type boundPaths struct {
	all   sync.Map // all events to one object
	given sync.Map // each by what Prepare returns
}

func newAppObjects(known *boundPaths) *appObjects {
	return &appObjects{
		last: make(map[string][]webhooktest.Edit), of: make(map[*webhooktest.Event][]webhooktest.Edit),
		paths: make(map[*webhooktest.Event][]string), known: known,
	}
}

// given are the paths by which Prepare binds events of a type.
func (o *appObjects) given(eventType string) []string {
	paths, _ := o.known.given.Load(eventType)
	known, _ := paths.([]string)
	return known
}

// keep keeps the object of an event for what the event was changed to.
func (o *appObjects) keep(event, changed *webhooktest.Event) {
	if paths, known := o.paths[event]; known && changed != nil {
		o.of[changed], o.paths[changed] = o.of[event], paths
	}
}

// share lets events share an object of the app, until the returned function is called.
func (s *sender) share() (end func()) {
	before := s.shares
	s.shares = true
	return func() { s.shares = before }
}

// own gives a new object of Stripe's one of the app. Events of cases that look at answers
// alone share one, if it is named by what Prepare returned: an app knows only so many.
func (s *sender) own(ctx context.Context, event *webhooktest.Event) (*webhooktest.Event, error) {
	if s.subject.Prepare == nil || !s.takes(event.Type()) {
		return event, nil
	}
	edits := s.objects.last[event.Type()]
	if len(edits) == 0 || !s.shares {
		var err error
		if edits, err = s.prepareObject(ctx, event); err != nil {
			return nil, err
		}
	}
	known, err := event.Edit(edits...)
	if err != nil {
		return nil, fmt.Errorf("prepare an object for a %s: %w", event.Type(), err)
	}
	paths := s.boundIn(event, known)
	s.objects.known.given.Store(event.Type(), paths)
	s.objects.of[known], s.objects.paths[known] = edits, paths
	return known, nil
}

// prepareObject has the user give an object of the app to the one that an event is about.
func (s *sender) prepareObject(ctx context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
	edits, err := s.subject.Prepare(ctx, event)
	switch {
	case errors.Is(err, ErrNoObject):
		detail := strings.TrimSuffix(err.Error(), ": "+ErrNoObject.Error())
		return nil, errInconclusive{need: NeedObjects, reason: "needs more objects of the app: " + detail}
	case err != nil:
		return nil, fmt.Errorf("prepare an object for a %s: %w", event.Type(), err)
	}
	s.objects.last[event.Type()] = edits
	return edits, nil
}

// inherit gives an event the object of the app that another event about the same has, as
// far as an event of its type can name it. If nothing was named in that, as in a customer
// on whom an order depends, it is given one of its own.
func (s *sender) inherit(ctx context.Context, event, from *webhooktest.Event) (*webhooktest.Event, error) {
	edits := s.objects.of[from]
	switch mine, _ := objectID(event); {
	case !s.takes(event.Type()):
		return event, nil
	case len(edits) == 0:
		if theirs, _ := objectID(from); mine == theirs {
			return event, nil
		}
		return s.own(ctx, event)
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
	s.objects.of[event], s.objects.paths[event] = edits, s.boundIn(before, event)
	return event, nil
}

// takes reports whether events of a type are bound to objects of the app.
func (s *sender) takes(eventType string) bool {
	return s.anyType || slices.Contains(s.subject.Handles, eventType) || eventType == s.subject.control()
}

// literal reports whether all events of a type are bound to the same object of the app.
func (s *sender) literal(eventType string) bool {
	return s.subject.Edit != nil && len(s.objects.last[eventType]) == 0 && len(s.bindings(eventType)) > 0
}

// isSaid reports whether the user says that the handler finds its object by a field of the
// events of a type, and does not set one for another reason.
func (s *sender) isSaid(eventType string) bool {
	if s.subject.Prepare != nil && s.takes(eventType) {
		return true
	}
	return slices.ContainsFunc(s.bindings(eventType), func(path string) bool { return slices.Contains(s.subject.Bind, path) })
}

// finds reports whether the handler finds an object of the app by what binds events of a
// type to it: the user says so, or an event about another object has no effect.
func (s *session) finds(ctx context.Context, eventType string) (bool, error) {
	switch {
	case s.sender.isSaid(eventType):
		return true, nil
	case len(s.sender.bindings(eventType)) == 0:
		return false, nil
	case !s.probe.observed():
		return true, nil
	}
	clean, err := s.baseline.effect(ctx, eventType)
	if isSpent(err) {
		clean, err = s.run.known.first(eventType), nil
	}
	if err != nil {
		return false, err
	}
	event, err := s.sender.registered(s.sender.foreign(eventType))
	if err != nil {
		return false, err
	}
	o := observe(event)
	s.sender.name(o, single, event)
	did, err := s.probe.measure(ctx, o, func() error {
		_, err := s.sender.deliver(ctx, event)
		return err
	})
	touched := statediff.Baseline{References: []statediff.Diff{clean}}.Touched()
	return len(did.Near(touched)) == 0, err
}

// bindings are the paths by which the user binds all events of a type to one object.
func (s *sender) bindings(eventType string) []string {
	if s.subject.Edit == nil || !s.takes(eventType) {
		return nil
	}
	if known, ok := s.objects.known.all.Load(eventType); ok {
		return known.([]string)
	}
	source := webhooktest.Source{APIVersion: s.subject.APIVersion, Seed: 1}
	event, err := source.Event(eventType)
	if err != nil {
		return nil
	}
	bound, err := event.Edit(s.subject.Edit(eventType)...)
	if err != nil {
		return nil
	}
	paths := s.boundIn(event, bound)
	s.objects.known.all.Store(eventType, paths)
	return paths
}

// bindingsOf are the paths by which one event is bound to an object of the app.
func (s *sender) bindingsOf(event *webhooktest.Event) []string {
	return slices.Concat(s.bindings(event.Type()), s.objects.paths[event], s.subject.Bind)
}

// name gives what binds an event of an observation to an object of the app the name of its
// role, as ids have it.
func (s *sender) name(seen *observation, name string, event *webhooktest.Event) {
	for _, path := range s.bindingsOf(event) {
		value, _ := event.Lookup(path)
		if text, _ := value.(string); text != "" && seen.ids[text] == "" {
			seen.ids[text] = "{" + cmp.Or(seen.as, name) + "." + path + "}"
		}
	}
}

// boundIn are the paths at which two forms of one event name different objects of the app.
// Not every field does: a price or a mode is like that of other events.
func (s *sender) boundIn(before, after *webhooktest.Event) (paths []string) {
	source := webhooktest.Source{APIVersion: s.subject.APIVersion, Seed: 2}
	other, err := source.Event(before.Type())
	root, err2 := rawjson.Parse(after.Body())
	if err != nil || err2 != nil {
		return nil
	}
	for _, path := range root.Paths() {
		value, _ := after.Lookup(path)
		was, _ := before.Lookup(path)
		_, isText := value.(string)
		switch {
		case reflect.DeepEqual(value, was):
		case slices.Contains(s.subject.Bind, path), isText && (namesObject(path) || isFresh(was, path, other)):
			paths = append(paths, path)
		}
	}
	return paths
}

// isFresh reports whether a text is another one in each event: an id, or made of one.
func isFresh(value any, path string, other *webhooktest.Event) bool {
	_, isText := value.(string)
	elsewhere, _ := other.Lookup(path)
	return isText && value != elsewhere
}

// namesObject reports whether a path is one by which apps find their own objects.
func namesObject(path string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	return strings.Contains(path, ".metadata.") || last == "client_reference_id" || strings.Contains(last, "email")
}

// foreign makes an event about an object that the app does not know: all that binds events
// of the type is undone.
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
	for _, path := range s.bindings(eventType) {
		value, known := stranger.Lookup(path)
		if !known {
			value = stranger.Fill("{order}")
		}
		undo = append(undo, webhooktest.Add(path, value))
	}
	for _, path := range s.objects.given(eventType) {
		if _, known := event.Lookup(path); !known {
			undo = append(undo, webhooktest.Add(path, stranger.Fill("{order}")))
		}
	}
	if event, err = event.Edit(undo...); err == nil {
		s.objects.paths[event] = s.objects.given(eventType)
	}
	return event, err
}
