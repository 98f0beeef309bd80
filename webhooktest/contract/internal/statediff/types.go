package statediff

import (
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
)

// FutureType is an event type that no handler handles.
const FutureType = "fakestripe.future_thing.happened"

// isEventType reports whether a key is an event type.
func isEventType(key string) bool { return eventTypes()[key] }

// eventTypes are the types that a handler may use as keys.
var eventTypes = sync.OnceValue(func() map[string]bool {
	types := map[string]bool{FutureType: true}
	for _, version := range fixtures.Versions() {
		for _, eventType := range fixtures.Types(version.Name) {
			types[eventType] = true
		}
	}
	for _, eventType := range fixtures.ThinTypes() {
		types[eventType] = true
	}
	return types
})
