package listen

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A shape is an event as it is sent to some endpoints: those of one API version. Each is
// journaled and printed by itself, so that both have what a handler gets.
type shape struct {
	event      *webhooktest.Event
	deliveries []Delivery
}

// shapesOf returns the shapes of an event, the oldest API version first: it can become any
// other again. An event for nobody has one.
func shapesOf(event *webhooktest.Event, tasks []*task) (all []shape) {
	if len(tasks) == 0 {
		return []shape{{event: event}}
	}
	for _, t := range tasks {
		at := slices.IndexFunc(all, func(s shape) bool { return s.event == t.event })
		if at < 0 {
			at, all = len(all), append(all, shape{event: t.event})
		}
		all[at].deliveries = append(all[at].deliveries, t.Delivery)
	}
	slices.SortStableFunc(all, func(a, b shape) int { return strings.Compare(a.event.APIVersion(), b.event.APIVersion()) })
	return all
}

// entriesOf are the lines of a journal for shapes.
func entriesOf(shapes []shape) (lines []*entry) {
	for _, s := range shapes {
		lines = append(lines, newEventEntry(s.event.Body(), s.deliveries))
	}
	return lines
}
