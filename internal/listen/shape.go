package listen

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A shape is an event as sent to some endpoints: those of one API version. Each shape is
// journaled and printed separately, so both show what a handler receives.
type shape struct {
	event      *webhooktest.Event
	deliveries []Delivery
}

// shapesOf returns the shapes of an event, the oldest API version first, because it can
// become any later one, and mere labels last. An event without endpoints has one.
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
	slices.SortStableFunc(all, func(a, b shape) int {
		return cmp.Or(cmp.Compare(a.label(), b.label()), strings.Compare(a.event.APIVersion(), b.event.APIVersion()))
	})
	return all
}

// label is 1 if the API version of a shape is a mere label, else 0.
func (s *shape) label() int {
	if isVersion(s.event.APIVersion()) {
		return 0
	}
	return 1
}

// entriesOf returns the lines of a journal for shapes.
func entriesOf(shapes []shape) (lines []*entry) {
	for _, s := range shapes {
		lines = append(lines, newEventEntry(s.event.Body(), s.deliveries))
	}
	return lines
}
