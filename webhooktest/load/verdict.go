package load

import (
	"math"
	"strconv"
	"strings"
)

// A Verdict compares the effects in the state with those of as many clean deliveries.
type Verdict struct {
	Delivered  int `json:"delivered"` // accepted events; a flow counts as one
	Unsure     int `json:"unsure"`    // events not accepted: they may have had an effect
	Duplicates int `json:"duplicates"`
	Forgeries  int `json:"forgeries"`
	Effects    int `json:"effects"` // of the delivered events

	Lost    Finding `json:"lost"`
	Doubled Finding `json:"doubled"`
	Wrong   Finding `json:"wrong"`  // an effect other than that of one clean delivery
	Forged  Finding `json:"forged"` // forgeries with an effect

	Counters []string `json:"counters,omitempty"` // further differences that counters show
	Notes    []string `json:"notes,omitempty"`

	// Inconclusive says why nothing was judged, or is "".
	Inconclusive string `json:"inconclusive,omitempty"`
}

// A Finding is a number of events, with the names of the first. Events that only a counter
// shows have no name.
type Finding struct {
	Count  int     `json:"count"`
	Events []Named `json:"events,omitempty"`
}

// A Named is an event in a Finding.
type Named struct {
	Event  string `json:"event"`
	Object string `json:"object,omitempty"` // its object, if the state names that
	Said   string `json:"said,omitempty"`
}

// MostNamed limits the events that a Finding names.
const MostNamed = 1000

// Sound reports whether all effects are correct.
func (v *Verdict) Sound() bool {
	return v.Lost.Count+v.Doubled.Count+v.Wrong.Count+v.Forged.Count == 0
}

// String describes the verdict in a line: "10000 delivered, 503 duplicates, 9998 effects: 2
// lost (evt_…, evt_…), 1 doubled (evt_…)".
func (v *Verdict) String() string {
	if v.Inconclusive != "" {
		return "not judged: " + v.Inconclusive
	}
	line := Number(v.Delivered) + " delivered"
	for _, part := range []struct {
		n    int
		what string
	}{{v.Duplicates, "duplicates"}, {v.Forgeries, "forgeries"}, {v.Unsure, "not accepted"}} {
		if part.n > 0 {
			line += ", " + Number(part.n) + " " + part.what
		}
	}
	line += ", " + Number(v.Effects) + " effects: "
	var findings []string
	for _, f := range []struct {
		*Finding
		what string
	}{{&v.Lost, "lost"}, {&v.Doubled, "doubled"}, {&v.Wrong, "wrong"}, {&v.Forged, "forged with an effect"}} {
		if f.Count > 0 {
			findings = append(findings, Number(f.Count)+" "+f.what+f.names())
		}
	}
	if findings == nil {
		return line + "nothing lost, nothing doubled"
	}
	return line + strings.Join(findings, ", ")
}

// names lists the first events.
func (f *Finding) names() string {
	const most = 3
	var names []string
	for _, one := range f.Events[:min(most, len(f.Events))] {
		names = append(names, one.Event)
	}
	switch {
	case names == nil:
		return ""
	case f.Count > len(names):
		names = append(names, "…")
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// String names the event, with details.
func (n Named) String() string {
	text := n.Event
	if n.Object != "" {
		text += " about " + n.Object
	}
	if n.Said != "" {
		text += ": " + n.Said
	}
	return text
}

// Number formats a count with commas: 10,000.
func Number(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// plain formats a sum or a count.
func plain(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return Number(int(n))
	}
	return strconv.FormatFloat(n, 'g', 10, 64)
}
