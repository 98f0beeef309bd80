package webhooktest

import "github.com/fakestripe/fakestripe/webhooktest/internal/render"

// ErrUnknownType is the error for an event type that has no fixture.
var ErrUnknownType = render.ErrUnknownType

// An EventType describes an event type.
type EventType = render.EventType

// Describe returns what the fixtures know of an event type. The error is
// ErrUnknownType. [fixtures.Types] and [fixtures.ThinTypes] list the names.
func Describe(eventType string) (EventType, error) { return render.Describe(eventType) }
