package contract

import (
	"reflect"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A binder knows which fields bind a subject's events to objects of its app.
type binder struct {
	subject *Subject
	objects *appObjects
	anyType bool // treat every type as handled: the user named none
}

// takes reports whether events of a type are bound to objects of the app.
func (b *binder) takes(eventType string) bool {
	return b.anyType || slices.Contains(b.subject.Handles, eventType) || eventType == b.subject.control()
}

// literal reports whether all events of a type are bound to the same object of the app.
func (b *binder) literal(eventType string) bool {
	return ofOneAccount(b.subject, eventType) || b.subject.Edit != nil && !b.objects.last[eventType].names() && len(b.bindings(eventType)) > 0
}

// isSaid reports whether the user says that the handler finds its object by a field of
// these events, and did not set that field for another reason.
func (b *binder) isSaid(eventType string) bool {
	if b.takes(eventType) && len(b.objects.given(eventType)) > 0 {
		return true // Prepare names it
	}
	return slices.ContainsFunc(b.bindings(eventType), func(path string) bool { return slices.Contains(b.subject.Bind, path) })
}

// bindsOrder reports whether events of a type are bound to more than the customer, which
// has no price.
func (b *binder) bindsOrder(eventType string) bool {
	return slices.ContainsFunc(slices.Concat(b.bindings(eventType), b.objects.given(eventType), b.subject.Bind), func(path string) bool {
		return !strings.HasPrefix(path, "data.object.customer")
	})
}

// bindings are the paths by which the user binds all events of a type to one object.
func (b *binder) bindings(eventType string) []string {
	if b.subject.Edit == nil || !b.takes(eventType) {
		return nil
	}
	if known, ok := b.objects.known.all.Load(eventType); ok {
		return known.([]string)
	}
	source := webhooktest.Source{APIVersion: b.subject.APIVersion, Seed: 1}
	event, err := source.Event(eventType)
	if err != nil {
		return nil
	}
	bound, err := event.Edit(b.subject.Edit(eventType)...)
	if err != nil {
		return nil
	}
	paths := b.boundIn(event, bound)
	b.objects.known.all.Store(eventType, paths)
	return paths
}

// bindingsOf returns the paths by which one event is bound to an object of the app.
func (b *binder) bindingsOf(event *webhooktest.Event) []string {
	return slices.Concat(b.bindings(event.Type()), b.objects.paths[event], b.subject.Bind)
}

// boundIn returns the paths at which two forms of one event name different objects of the
// app. Some changed fields name none: a price or a mode is the same in other events.
func (b *binder) boundIn(before, after *webhooktest.Event) (paths []string) {
	source := webhooktest.Source{APIVersion: b.subject.APIVersion, Seed: 2}
	other, err := source.Event(before.Type())
	if err != nil {
		return nil
	}
	for _, path := range changedPaths(before.Body(), after.Body()) {
		value, _ := after.Lookup(path)
		was, _ := before.Lookup(path)
		_, isText := value.(string)
		switch {
		case reflect.DeepEqual(value, was), namesNobody(value) && !slices.Contains(b.subject.Bind, path):
		case !slices.Contains(b.subject.Bind, path) && tellsWhat(path):
		case slices.Contains(b.subject.Bind, path), isText && (namesObject(path) || isFresh(was, path, other)):
			paths = append(paths, path)
		}
	}
	return paths
}

// isFresh reports whether a text differs in each event: an id, or text made from one.
func isFresh(value any, path string, other *webhooktest.Event) bool {
	_, isText := value.(string)
	elsewhere, _ := other.Lookup(path)
	return isText && value != elsewhere
}

// tellsWhat reports whether a path tells what is sold, or how much of it: that is the same
// for many customers, and names none of them.
func tellsWhat(path string) bool {
	keys := strings.Split(strings.ToLower(path), ".")
	if slices.ContainsFunc(keys, func(key string) bool { return slices.Contains([]string{"price", "plan", "product", "pricing"}, key) }) {
		return true
	}
	return slices.ContainsFunc(kindsAndAmounts, func(word string) bool { return strings.HasSuffix(keys[len(keys)-1], word) })
}

// kindsAndAmounts end the names of metadata such as gift_months, seatCount or item_type.
var kindsAndAmounts = []string{
	"amount", "count", "credits", "currency", "days", "duration", "interval", "kind", "locale", "mode", "months", "plan", "price",
	"product", "qty", "quantity", "seats", "tier", "tokens", "type", "units", "weeks", "years",
}

// namesNobody reports whether a value says that there is no object of the app, as an app sets
// it for all who have no account.
func namesNobody(value any) bool {
	text, _ := value.(string)
	return slices.Contains([]string{"anon", "anonymous", "guest", "n/a", "nobody", "none", "null", "undefined", "unknown"}, strings.ToLower(text))
}

// namesObject reports whether apps find their own objects by a path.
func namesObject(path string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	return strings.Contains(path, ".metadata.") || last == "client_reference_id" || strings.Contains(last, "email")
}
