package contract

import (
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// registerRenamed tells the API of the objects that an event refers to, where a variant of the
// event gives them other ids: a handler may fetch the customer for what the app wrote in its
// metadata, or the subscription that a session has created.
func registerRenamed(api *stripeapi.Server, event *webhooktest.Event, body []byte) error {
	variant, err := webhooktest.ParseEvent(body)
	if err != nil {
		return nil //nolint:nilerr // it is no event any more, and refers to nothing
	}
	known, names := renamed(event, variant)
	for id, kind := range known {
		object, ok := api.Object(kind, id)
		if !ok {
			continue
		}
		if err := api.Put([]byte(strings.NewReplacer(names...).Replace(string(object)))); err != nil {
			return err
		}
	}
	return nil
}

// renamed returns the ids of an event that a variant of it changes: the kind of what each
// names, and each with its new one.
func renamed(event, variant *webhooktest.Event) (known map[string]string, names []string) {
	known = make(map[string]string)
	for _, path := range changedPaths(event.Body(), variant.Body()) {
		before, _ := event.Lookup(path)
		after, _ := variant.Lookup(path)
		old, wasText := before.(string)
		text, isText := after.(string)
		if wasText && isText && strings.Contains(old, "_") { // an id
			names = append(names, old, text)
			known[old] = kindAt(path)
		}
	}
	return known, names
}

// kindAt returns the kind of the object that the id at a path names, as far as the path tells.
func kindAt(path string) string {
	path = strings.TrimSuffix(path, ".id")
	return path[strings.LastIndexByte(path, '.')+1:]
}
