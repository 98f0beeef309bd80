package contract

import (
	"reflect"
	"slices"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// boundPaths are the paths by which events are bound to objects of the app, and those at
// which each event has a text of its own, by event type.
// All handlers of a run share them.
type boundPaths struct {
	all   sync.Map // events all bound to one object
	given sync.Map // events bound one by one, by Prepare
	fresh sync.Map // texts that differ in each event
	again sync.Map // whether a second event about one object is accepted, by type

	values sync.Map // the last that bound an event, by type and path
	shared sync.Map // whether objects share it, by type and path

	preparing preparing
}

// learn records the paths by which Prepare bound an event, and which of their values another
// object shares with the one before it, such as the id of a tenant.
func (k *boundPaths) learn(event *webhooktest.Event, paths []string, another bool) {
	k.given.Store(event.Type(), paths)
	for _, path := range paths {
		value, _ := event.Lookup(path)
		at := event.Type() + " " + path
		if before, known := k.values.Swap(at, value); known && another && reflect.DeepEqual(before, value) {
			k.shared.Store(at, true)
		}
	}
}

// own returns those of the paths whose values belong to one object, or all if none do: the
// app has but one.
func (k *boundPaths) own(eventType string, paths []string) []string {
	own := slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		_, shared := k.shared.Load(eventType + " " + path)
		return shared
	})
	if len(own) == 0 {
		return paths
	}
	return own
}
