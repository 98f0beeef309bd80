package contract

import (
	"fmt"
	"slices"
	"time"
)

// A Waiver accepts a failure of a case, for a reason and until a day. The failure is
// reported as Info.
type Waiver struct {
	Case    string `json:"case"` // ID of the case
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // last valid day, UTC: 2027-01-31
}

// expired reports whether the waiver's last day is over.
func (w Waiver) expired(now time.Time) bool { return now.UTC().Format(time.DateOnly) > w.Expires }

// waive turns an accepted failure into an Info. Reason says so, or why the waiver no
// longer holds.
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
		r.Reason = "it no longer needs its waiver: " + w.Reason
	}
}
