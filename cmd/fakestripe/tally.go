package main

import (
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A tally counts what came of many attempts.
type tally struct {
	planned                                 int
	attempts, accepted, refused, unanswered int
	expected                                int // answers that were as expected

	took    time.Duration // from the first to the last
	inAll   time.Duration // spent waiting for answers
	longest time.Duration
}

func (t *tally) add(r *webhooktest.Response, asExpected bool) {
	t.attempts++
	if asExpected {
		t.expected++
	}
	t.inAll += r.Duration
	t.longest = max(t.longest, r.Duration)
	switch {
	case r.Accepted():
		t.accepted++
	case r.Err != nil:
		t.unanswered++
	default:
		t.refused++
	}
}

func (t *tally) String() string {
	deliveries := fmt.Sprint(t.attempts)
	if t.attempts < t.planned {
		deliveries += fmt.Sprintf(" of %d", t.planned)
	}
	return fmt.Sprintf("%s deliveries in %s: %d accepted, %d refused, %d without an answer; %s on average, %s at the most, %.0f a second",
		deliveries, round(t.took), t.accepted, t.refused, t.unanswered, round(t.average()), round(t.longest), t.rate())
}

func (t *tally) average() time.Duration { return t.inAll / time.Duration(max(1, t.attempts)) }

func (t *tally) rate() float64 {
	if t.took <= 0 {
		return 0
	}
	return float64(t.attempts) / t.took.Seconds()
}

func (t *tally) json() any {
	return struct {
		Planned    int     `json:"planned"`
		Deliveries int     `json:"deliveries"`
		Accepted   int     `json:"accepted"`
		Refused    int     `json:"refused"`
		Unanswered int     `json:"unanswered"`
		Took       float64 `json:"duration_ms"`
		Average    float64 `json:"average_ms"`
		Longest    float64 `json:"longest_ms"`
		Rate       float64 `json:"per_second"`
	}{t.planned, t.attempts, t.accepted, t.refused, t.unanswered, milliseconds(t.took), milliseconds(t.average()), milliseconds(t.longest), t.rate()}
}

func round(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(time.Millisecond)
}
