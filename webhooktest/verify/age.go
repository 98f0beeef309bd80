package verify

// How old a signature is, and whether that is a problem.

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// date records when the delivery was signed.
func (v *Verification) date(r *Received, timestamp string) {
	v.Timestamp = timestamp
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds > maxSeconds || seconds < -maxSeconds {
		return
	}
	v.Signed = time.Unix(seconds, 0).UTC()
	v.Age = r.At.Sub(v.Signed)
}

// maxSeconds is the latest date accepted, in the year 9999.
const maxSeconds = 253402300799

var (
	oldMistake = mistakes.Mistake{ID: "too-old", Topic: mistakes.ForClock,
		Cause: "the delivery waited (in a queue, at a breakpoint, as a stored request), it was replayed, or the receiver's clock is fast"}
	futureMistake = mistakes.Mistake{ID: "in-the-future", Topic: mistakes.ForClock,
		Cause: "the receiver's clock is slow, or Stripe did not sign it. stripe-php and Stripe.net reject it; the other libraries accept it"}
)

// checkAge adds problems with the age of the signature, whether it matched or not.
func (v *Verification) checkAge(r *Received) {
	if t, err := strconv.ParseInt(v.Timestamp, 10, 64); err == nil && t >= earliestMillis {
		if !slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID == millisecondsMistake.ID }) {
			v.Findings = append(v.Findings, found(&millisecondsUnitMark, ""))
		}
		return
	}
	if v.Timestamp == "" || r.Tolerance < 0 {
		return
	}
	f := found(&oldMistake, "")
	switch {
	case v.Age > r.Tolerance:
		f.Problem = "the signature is too old: it was made " + span(v.Age) + " before the delivery was received, and the tolerance is " + r.Tolerance.String()
	case v.Age < -r.Tolerance:
		f = found(&futureMistake, "")
		f.Problem = "the signature is dated in the future: " + span(-v.Age) + " after the delivery was received, and the tolerance is " + r.Tolerance.String()
	default:
		return
	}
	v.Findings = append(v.Findings, f)
}

// span formats a duration as people say it: 3h12m, 26 days.
func span(d time.Duration) string {
	switch days := int(d.Hours() / 24); {
	case days >= 3:
		return strconv.Itoa(days) + " days"
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}
