package contract

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Deliveries raced if any two were under way at the same time.
func TestOverlap(t *testing.T) {
	t.Parallel()
	now := time.Now()
	at := func(ms, took int) *webhooktest.Response {
		return &webhooktest.Response{Sent: now.Add(time.Duration(ms) * time.Millisecond), Duration: time.Duration(took) * time.Millisecond}
	}
	for name, test := range map[string]struct {
		responses []*webhooktest.Response
		raced     bool
	}{
		"one after the other": {[]*webhooktest.Response{at(0, 5), at(6, 5), at(12, 5)}, false},
		"the other order":     {[]*webhooktest.Response{at(12, 5), at(6, 5), at(0, 5)}, false},
		"the last two":        {[]*webhooktest.Response{at(0, 5), at(6, 5), at(10, 5)}, true},
		"one within another":  {[]*webhooktest.Response{at(0, 50), at(6, 5)}, true},
		"in the same instant": {[]*webhooktest.Response{at(0, 0), at(0, 0)}, true},
		"one":                 {[]*webhooktest.Response{at(0, 5)}, true},
	} {
		require.Equal(t, test.raced, overlap(test.responses), name)
	}
}

// Slow handlers get as many bursts as there is time for; the report says what that may
// have missed.
func TestBursts(t *testing.T) {
	t.Parallel()
	c := contractCase{Bursts: 44, Steps: []caseStep{{Send: names{"e"}, Times: 2}}, Reference: []caseStep{{Send: names{"e"}}}}
	c.ID = "idempotency/race"
	for _, test := range []struct {
		name         string
		took         time.Duration
		at, variants int
		prepares     bool
		prepared     time.Duration // how long it took to make an object of the app
		want         int
		note         string
	}{
		{name: "at once", want: 44, variants: 1},
		{name: "quick", took: 10 * time.Millisecond, want: 44, variants: 1},
		{name: "slow", took: 100 * time.Millisecond, want: 22, variants: 1, note: "22 bursts showed no fault; a fault that one burst in ten shows would go unseen with odds of 10 %: a longer maximum time for the run allows more"},
		{name: "very slow", took: 20 * time.Second, want: 1, variants: 1, note: "odds of 90 %"},
		{name: "a later type of three", at: 2, variants: 3, want: 22, note: "a longer maximum time"},
		{name: "a later type of nine", at: 8, variants: 9, want: 11, note: "a longer maximum time"},
		{name: "objects of the app", prepares: true, variants: 1, want: 10, note: "each burst takes an object of the app"},
		{name: "objects that a command makes", prepares: true, prepared: 100 * time.Millisecond, variants: 4, want: 10, note: "each burst takes an object of the app"},
		{name: "objects that a slow command makes", prepares: true, prepared: 600 * time.Millisecond, variants: 4, want: 3, note: "each burst takes an object of the app"},
		{name: "objects that take longer than all else", prepares: true, prepared: 20 * time.Second, variants: 4, want: 1, note: "each burst takes an object of the app"},
	} {
		s := &session{run: &run{budget: newBudget(3 * time.Minute), log: &responseLog{keep: true}, objects: newAppObjects(new(boundPaths))}}
		s.run.objects.known.preparing = preparing{times: 1, took: test.prepared}
		s.run.log.add(&webhooktest.Response{StatusCode: 200, Duration: test.took})
		if test.prepares {
			s.subject.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) { return nil, nil }
		}
		bursts := s.bursts(&c, test.at, test.variants)
		require.Equal(t, test.want, bursts, test.name)
		s.run.races.add(&c, variant{}, bursts, s.moreBursts())
		if test.note == "" {
			require.Empty(t, s.run.races.notes(), test.name)
			continue
		}
		require.Len(t, s.run.races.notes(), 1, test.name)
		require.Contains(t, s.run.races.notes()[0], test.note, test.name)
	}
}

// The report names the types that raced, and those that did not: a payment that nobody
// raced is not left out in silence.
func TestRacedTypesAreNamed(t *testing.T) {
	t.Parallel()
	c := contractCase{Bursts: 44, Events: map[string]caseEvent{"e": {Type: "T"}}}
	c.ID = "idempotency/race"
	of := func(eventType string) variant { return variant{types: map[string]string{"T": eventType}} }
	for _, test := range []struct {
		name   string
		bursts map[string]int
		note   string
	}{
		{"enough of each", map[string]int{"invoice.paid": 22, "charge.succeeded": 44}, ""},
		{"enough, but none of one", map[string]int{"invoice.paid": 0, "charge.succeeded": 44}, "44 bursts showed no fault (charge.succeeded: 44, invoice.paid: none); a fault"},
		{"few of each", map[string]int{"invoice.paid": 2, "charge.succeeded": 10}, "12 bursts showed no fault (charge.succeeded: 10, invoice.paid: 2); a fault"},
		{"few of the only one", map[string]int{"invoice.paid": 2}, "2 bursts showed no fault; a fault"},
	} {
		var log raceLog
		for eventType, bursts := range test.bursts {
			log.add(&c, of(eventType), bursts, "more time")
		}
		require.Equal(t, test.note != "", log.anyFew(), test.name)
		require.Contains(t, strings.Join(log.notes(), "\n"), test.note, test.name)
	}
}
