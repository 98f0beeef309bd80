package contract

import (
	"fmt"
	"time"
)

// A Verdict is the outcome of a case.
type Verdict string

// The verdicts. A case that cannot be judged is never a Pass.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"         // a must not met
	Warn         Verdict = "warn"         // a should not met
	Info         Verdict = "info"         // worth knowing, without judgment
	Skip         Verdict = "skip"         // not tried; Reason says what it needs
	Inconclusive Verdict = "inconclusive" // tried, but cannot be judged; Reason says why
)

// A Report is the result of Check.
type Report struct {
	Summary   map[Verdict]int `json:"summary"` // number of cases per verdict
	Subject   SubjectReport   `json:"subject"`
	Seed      uint64          `json:"seed"`
	Diagnosis []string        `json:"diagnosis,omitempty"` // why the handler refused the first genuine event, if it did
	Notes     []string        `json:"notes,omitempty"`     // on the run, such as a stalling machine

	// Unaccepted says what became of the first genuine event, if it was not accepted: refused,
	// failed (a server error) or unanswered.
	Unaccepted string `json:"unaccepted,omitempty"`

	// WantedVersion is the API version that the handler accepts, if it refused the first
	// genuine event because of its version. Set it as Subject.APIVersion.
	WantedVersion string `json:"wanted_version,omitempty"`

	// WantedLabel is the api_version that the handler's SDK expects, if that is older than
	// every version with fixtures. Only this field of the events can be set to it, in
	// Subject.Edit: their shape stays that of Subject.APIVersion.
	WantedLabel string `json:"wanted_label,omitempty"`

	// WantedVariant is the shape of the first genuine event, as TYPE=VARIANT, that the
	// handler accepts, if it refused the delivered shape. Set it in Subject.Variants.
	WantedVariant string `json:"wanted_variant,omitempty"`

	// WantedType is a type that the handler accepts, or at least does not answer like a
	// forgery, if it refused the first genuine event because of its type. Begin
	// Subject.Handles with it.
	WantedType string `json:"wanted_type,omitempty"`

	// Need is what would let the handler accept the first genuine event, if it refused that,
	// as in Result.Need: objects of the app, if it looked for one, or the local API, if it
	// calls Stripe; "objects or api" if nothing shows which.
	Need string `json:"need,omitempty"`

	// OneObject is the path by which all events of a type name one object of the app, if
	// several cases could not be judged: those about two objects cannot be.
	OneObject string `json:"one_object,omitempty"`

	// RareRaces means that races were tried too seldom to see one that shows rarely; Notes
	// says how often. A load with many duplicates finds rarer ones.
	RareRaces bool `json:"rare_races,omitempty"`

	Cases []Result `json:"cases"`
}

// A SubjectReport describes the subject, without secrets.
type SubjectReport struct {
	Target     string   `json:"target"` // a URL, or "in process"
	Handles    []string `json:"handles"`
	APIVersion string   `json:"api_version"`
	State      string   `json:"state,omitempty"` // the source of the state
}

// A Result is the outcome of one case. Its text may come from the handler: reporters
// escape it.
type Result struct {
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Headline    string  `json:"headline,omitempty"` // for a shortfall: what the handler did
	Cause       string  `json:"cause,omitempty"`    // for a shortfall: the cause it shares with others
	Level       string  `json:"level"`              // must, should or info
	Verdict     Verdict `json:"verdict"`
	Reason      string  `json:"reason,omitempty"` // for a skip or an inconclusive; otherwise a remark, such as on a waiver
	Need        string  `json:"need,omitempty"`   // for a skip or an inconclusive: what would let the case be judged, such as state, objects of the app, or NeedTime
	Requirement string  `json:"requirement"`
	Source      string  `json:"source"`
	Sent        string  `json:"sent,omitempty"` // with its differences from what was accepted
	Expected    string  `json:"expected,omitempty"`
	Actual      string  `json:"actual,omitempty"`
	Hint        string  `json:"hint,omitempty"`
	Reproduce   string  `json:"reproduce,omitempty"` // a command line

	// WantedVersion is the API version that the handler's SDK expects, if that is why it
	// refused an event.
	WantedVersion string `json:"wanted_version,omitempty"`

	// WantedVariant is the shape, as TYPE=VARIANT, in which the handler acts on an event,
	// if it does not act on the delivered shape. Set it in Subject.Variants.
	WantedVariant string `json:"wanted_variant,omitempty"`

	// WantedVariants are these shapes of all types of the case, if there are several.
	WantedVariants []string `json:"wanted_variants,omitempty"`

	// Unhandled names the types that the subject would have to handle, if Need is "handles"
	// and they are known: an event type, or a description of several.
	Unhandled string `json:"-"`

	// Golden reports whether the case compares with a golden file, and Wrote names the
	// golden files that Suite.Update has written.
	Golden bool     `json:"-"`
	Wrote  []string `json:"-"`

	lost bool // the shortfall is that work was lost, not done again

	Duration time.Duration `json:"-"`
	Millis   float64       `json:"duration_ms"`
}

// Failed reports whether the handler fell short of a must or, if strict, of a should.
func (r *Report) Failed(strict bool) bool {
	return r.Summary[Fail] > 0 || strict && r.Summary[Warn] > 0
}

// Judged reports whether anything was judged: whether a case has a verdict other than Skip
// or Inconclusive.
func (r *Report) Judged() bool {
	return r.Summary[Pass]+r.Summary[Fail]+r.Summary[Warn]+r.Summary[Info] > 0
}

// mostInconclusive is the number of inconclusive cases that need no remark.
const mostInconclusive = 9

// Unjudged says how many cases could not be judged and why most of them, if there are so
// many that a pass means little, or "".
func (r *Report) Unjudged() string { return unjudged(r.Cases) }

func unjudged(results []Result) string {
	all, times, common := 0, make(map[string]int), ""
	for i := range results {
		if reason := results[i].Reason; results[i].Verdict == Inconclusive {
			all++
			if times[reason]++; times[reason] > times[common] {
				common = reason
			}
		}
	}
	if all <= mostInconclusive {
		return ""
	}
	return fmt.Sprintf("%d of %d cases could not be judged, so a fault there would go unseen: %d because %s", all, len(results), times[common], common)
}

func (r *Report) summarize() {
	r.Summary = map[Verdict]int{Pass: 0, Fail: 0, Warn: 0, Info: 0, Skip: 0, Inconclusive: 0}
	for _, result := range r.Cases {
		r.Summary[result.Verdict]++
	}
}
