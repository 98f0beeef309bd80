package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A tally counts the results of many deliveries.
type tally struct {
	planned                       int
	accepted, refused, unanswered int  // by the last answer
	failed                        int  // with a server error, which is no refusal
	waiting                       int  // not accepted yet: listen continues
	dropped                       int  // by listen's chaos
	unwanted                      int  // events that no endpoint of listen wants
	expected                      int  // answers as expected
	nobody                        bool // nothing listened at the last delivery

	took    time.Duration // from the first to the last
	inAll   time.Duration // total time spent waiting for answers
	longest time.Duration
}

func (t *tally) add(r *webhooktest.Response, asExpected bool) {
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
	case crashed(r):
		t.failed++
	default:
		t.refused++
	}
}

// crashed reports whether a response is a server error: the handler meant no refusal.
func crashed(r *webhooktest.Response) bool { return r.StatusCode >= http.StatusInternalServerError }

// judged counts the deliveries that ended, with an answer or without.
func (t *tally) judged() int { return t.accepted + t.refused + t.failed + t.unanswered }

func (t *tally) deliveries() int { return t.judged() + t.waiting + t.dropped }

// asExpected reports whether all ended as expected.
func (t *tally) asExpected() bool {
	return t.deliveries() == t.planned && t.waiting == 0 && t.expected == t.judged()
}

// String formats the tally; its parts add up to all deliveries.
func (t *tally) String() string {
	made := deliveries(t.deliveries())
	if t.deliveries() < t.planned {
		made = fmt.Sprintf("%d of %s", t.deliveries(), deliveries(t.planned))
	}
	failed := ""
	if t.failed > 0 {
		failed = fmt.Sprintf(", %d failed with a server error", t.failed)
	}
	text := fmt.Sprintf("%s in %s: %d accepted, %d refused%s, %d without a response", made, round(t.took), t.accepted, t.refused, failed, t.unanswered)
	if t.expected != t.accepted { // an answer other than 2xx was right
		text += fmt.Sprintf(", %d as expected", t.expected)
	}
	if t.waiting > 0 {
		text += fmt.Sprintf(", %d not accepted yet", t.waiting)
	}
	if t.dropped > 0 {
		text += fmt.Sprintf(", %d dropped", t.dropped)
	}
	if t.unwanted > 0 {
		text += fmt.Sprintf(", %s that no endpoint wants", events(t.unwanted))
	}
	return fmt.Sprintf("%s; %s on average, %s at the most, %.0f a second", text, round(t.average()), round(t.longest), t.rate())
}

func (t *tally) average() time.Duration { return t.inAll / time.Duration(max(1, t.judged())) }

func (t *tally) rate() float64 {
	if t.took <= 0 {
		return 0
	}
	return float64(t.deliveries()) / t.took.Seconds()
}

func (t *tally) json() any {
	return struct {
		Planned    int     `json:"planned"`
		Deliveries int     `json:"deliveries"`
		Accepted   int     `json:"accepted"`
		Refused    int     `json:"refused"`
		Failed     int     `json:"failed"`
		Unanswered int     `json:"unanswered"`
		Waiting    int     `json:"waiting"`
		Dropped    int     `json:"dropped"`
		Unwanted   int     `json:"unwanted_events"`
		Took       float64 `json:"duration_ms"`
		Average    float64 `json:"average_ms"`
		Longest    float64 `json:"longest_ms"`
		Rate       float64 `json:"per_second"`
		Expected   int     `json:"as_expected"`
	}{
		t.planned, t.deliveries(), t.accepted, t.refused, t.failed, t.unanswered, t.waiting, t.dropped, t.unwanted,
		milliseconds(t.took), milliseconds(t.average()), milliseconds(t.longest), t.rate(), t.expected,
	}
}
