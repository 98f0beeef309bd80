package contract

import (
	"cmp"
	"encoding/json"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// Values that differ in each event have roles, wherever the state has them: as a value, as
// a key, or inside a text. statediff names the ids that it recognizes by their shape. The
// binder names the others: the app's own names and e-mail addresses, and what came with the
// events before this one.

// name names the values of an event by their roles.
func (b *binder) name(seen *observation, name string, event *webhooktest.Event) {
	b.nameAs(seen.ids, cmp.Or(seen.as, name), event)
}

// nameLate names the values that bind an event by the event that it is about, if that is
// bound by none: whichever of several events comes first, they have one name.
func (b *binder) nameLate(seen *observation, about string, first, event *webhooktest.Event) {
	if len(b.objects.paths[first]) == 0 {
		nameAt(seen.ids, cmp.Or(seen.as, about)+".", event, b.objects.known.own(event.Type(), b.objects.paths[event]))
	}
}

func (b *binder) nameAs(ids statediff.Normalizer, role string, event *webhooktest.Event) {
	b.nameBound(ids, role, event)
	nameAt(ids, role+".", event, b.freshIn(event.Type()))
	for before := b.objects.before[event]; before != nil; before = b.objects.before[before] {
		role += ".before"
		ids.Name(before.ID(), before.Body(), role)
		b.nameBound(ids, role, before)
		nameAt(ids, role+".", before, b.freshIn(before.Type()))
	}
}

// nameBound names the values that bind an event to an object of the app. A value that binds
// all events of the type to one object belongs to no event: its name is the same whichever
// event came first.
func (b *binder) nameBound(ids statediff.Normalizer, role string, event *webhooktest.Event) {
	if role += "."; b.literal(event.Type()) {
		role = ""
	}
	nameAt(ids, role, event, b.objects.known.own(event.Type(), b.bindingsOf(event)))
}

// nameAt names the texts at some paths of an event, except those that have a name.
func nameAt(ids statediff.Normalizer, role string, event *webhooktest.Event, paths []string) {
	for _, path := range paths {
		value, _ := event.Lookup(path)
		if text, _ := value.(string); text != "" && ids[text] == "" {
			ids[text] = "{" + role + path + "}"
		}
	}
}

// freshIn returns the paths at which two events of a type have different texts: an order's
// number, an e-mail address. Other shapes of the type have none beside those of the plain
// event and of the subject's own.
func (b *binder) freshIn(eventType string) []string {
	if known, ok := b.objects.known.fresh.Load(eventType); ok {
		return known.([]string)
	}
	paths := b.freshInShape(eventType, "")
	if shape := b.subject.Variants[eventType]; shape != "" {
		paths = append(paths, b.freshInShape(eventType, shape)...)
	}
	b.objects.known.fresh.Store(eventType, paths)
	return paths
}

// freshInShape compares two events of a shape.
func (b *binder) freshInShape(eventType, shape string) (paths []string) {
	ids, events := make(statediff.Normalizer), make([]*webhooktest.Event, 2)
	source := webhooktest.Source{APIVersion: b.subject.APIVersion, Seed: 1}
	for i := range events {
		event, err := source.Event(eventType, webhooktest.Variant(shape))
		if err != nil {
			return nil
		}
		ids.Name(event.ID(), event.Body(), single)
		events[i] = event
	}
	for _, path := range changedPaths(events[0].Body(), events[1].Body()) {
		one, _ := events[0].Lookup(path)
		other, _ := events[1].Lookup(path)
		quoted, _ := json.Marshal(one)
		if _, _, isID := render.SplitID(string(quoted)); !isID && ids.TextsDiffer(one, other) {
			paths = append(paths, path)
		}
	}
	return paths
}
