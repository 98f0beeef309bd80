package contract

import (
	"fmt"
	"slices"
	"time"
)

// A Waiver accepts that a handler falls short of a case, for a reason and until a
// day. What it covers is told as Info.
type Waiver struct {
	Case    string `json:"case"` // ID of the case
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // last valid day, UTC: 2027-01-31
}

// expired reports whether the waiver's last day is over.
func (w Waiver) expired(now time.Time) bool { return now.UTC().Format(time.DateOnly) > w.Expires }

// waive makes a shortfall that is accepted an Info; Reason says so, or that the
// waiver is no good any more.
func (r *Result) waive(waivers []Waiver, now time.Time) {
	at := slices.IndexFunc(waivers, func(w Waiver) bool { return w.Case == r.ID })
	if at < 0 {
		return
	}
	w := waivers[at]
	short := r.Verdict == Fail || r.Verdict == Warn
	switch {
	case short && w.expired(now):
		r.Reason = fmt.Sprintf("its waiver expired on %s: %s", w.Expires, w.Reason)
	case short:
		r.Verdict, r.Reason = Info, fmt.Sprintf("waived until %s: %s", w.Expires, w.Reason)
	case r.Verdict == Pass:
		r.Reason = "it has a waiver and does not need it: " + w.Reason
	}
}
