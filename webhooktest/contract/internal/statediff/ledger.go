package statediff

import "slices"

// WithoutLedger leaves out the rows that name an event and nothing else: the memory of the
// events that were processed grows with each, whatever that does.
func WithoutLedger(references []Diff, did Diff) (kept []Diff, left Diff) {
	for _, view := range references {
		kept = append(kept, view.withoutLedger())
	}
	return kept, did.withoutLedger()
}

func (d Diff) withoutLedger() Diff {
	rest := make(Diff)
	for place, e := range d {
		records := slices.DeleteFunc(slices.Clone(e.Records), Record.isOfLedger)
		if len(records) > 0 || e.Delta != 0 || len(e.Records) == 0 {
			rest[place] = Change{e.Delta, records}
		}
	}
	return rest
}

// isOfLedger reports whether a record names an event, and neither one of our objects nor an
// amount or a flag.
func (r Record) isOfLedger() bool {
	names := false
	for _, l := range r.fields {
		role := roleText().FindString(l.value)
		switch {
		case l.value == eventName:
			names = true
		case role != "" && l.value != timeName && l.value != requestName, l.isNumber, l.value == "true", l.value == "false":
			return false
		}
	}
	return names
}
