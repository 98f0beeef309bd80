package statediff

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// say adds what a state says about an object. How often the object was written, and its
// earlier values, are the handler's choice.
func (d Diff) say(place string, value any) {
	listed := listedIn("", value)
	if fields, ok := value.(map[string]any); ok {
		value = objectState(fields)
	}
	if r := newRecord(value); len(r.fields) > 0 {
		r.lists = listed
		d.add(place, 0, r)
	}
}

// objectState returns the fields that tell the status of an object: no lists, which may be
// a history.
func objectState(fields map[string]any) map[string]any {
	stand := make(map[string]any)
	for key, value := range fields {
		switch value := value.(type) {
		case []any:
		case map[string]any:
			stand[key] = objectState(value)
		default:
			stand[key] = value
		}
	}
	return stand
}

// logs returns the places with several records for an object. The last record of a log is
// not the status of the object.
func logs(views ...Diff) map[string]bool {
	many := make(map[string]bool)
	for _, view := range views {
		for place, e := range view {
			if len(e.Records) > 1 {
				many[place] = true
			}
		}
	}
	return many
}

// WithoutLogs removes the places that are logs in any of the views.
func WithoutLogs(references []Diff, did Diff) (kept []Diff, left Diff) {
	several := logs(append(slices.Clone(references), did)...)
	for _, view := range references {
		kept = append(kept, view.Without(several))
	}
	return kept, did.Without(several)
}

// Unmoved reports whether a state says of our objects what it said before, but for logs: who
// keeps one notes also what is ignored.
func Unmoved(before, reference, did Diff) bool {
	_, left := WithoutLogs([]Diff{reference}, did)
	for place, now := range left {
		if !now.same(before[place]) {
			return false
		}
	}
	return true
}

// mostCounted is the highest number that may be a count of deliveries: a case makes few.
const mostCounted = 10

// WithoutCounts hides the numbers in records that may count how often an object was
// written: small ones. Higher ones are amounts, and what is 0 in place of one is, too.
func WithoutCounts(references []Diff, did Diff) (kept []Diff, left Diff) {
	counts := make(map[spot]bool)
	for _, view := range append(slices.Clone(references), did) {
		view.findCounts(counts)
	}
	for at := range emptied(references, did) {
		delete(counts, at)
	}
	return hidingAll(references, did, counts)
}

// emptied returns the fields of numbers that each clean delivery leaves higher than any count,
// and the deliveries at 0: what is paid for in the end is no count.
func emptied(references []Diff, did Diff) map[spot]bool {
	high := make(map[spot]int)
	for _, view := range references {
		seen := make(map[spot]bool)
		view.each(func(at spot, l field) {
			if n, ok := number(l.value); ok && l.isNumber && math.Abs(n) > mostCounted && !seen[at] {
				seen[at] = true
				high[at]++
			}
		})
	}
	empty := make(map[spot]bool)
	did.each(func(at spot, l field) {
		if l.isNumber && l.value == "0" && high[at] == len(references) {
			empty[at] = true
		}
	})
	return empty
}

// findCounts adds the fields that may be counts, and are no flags.
func (d Diff) findCounts(counts map[spot]bool) {
	d.each(func(at spot, l field) {
		if l.path != "" && (l.isNumber && l.isSmall() && !l.isFlag() || isRevision(l.value)) {
			counts[at] = true
		}
	})
}

// isRevision reports whether a word counts how often a row was written: "v2", "rev3".
func isRevision(word string) bool {
	digits := strings.TrimLeft(strings.ToLower(word), "rev#")
	n, err := strconv.Atoi(digits)
	return err == nil && n >= 0 && n <= mostCounted && len(digits) < len(word)
}

// WithoutTypes hides the words in records that name the type of an event where each clean
// delivery leaves the type of its last event: a row may say which came last, which is no
// state of its object. A row that says nothing else says nothing of its object.
func WithoutTypes(references []Diff, last []string, did Diff, types []string) (kept []Diff, left Diff) {
	notes := make(map[spot]bool)
	for i, view := range references {
		view.each(func(at spot, l field) {
			before, seen := notes[at]
			notes[at] = l.value == last[i] && (before || !seen)
		})
	}
	isNote := func(at spot, l field) bool { return notes[at] && slices.Contains(types, l.value) }
	for _, view := range references {
		kept = append(kept, view.withoutNotes(isNote))
	}
	return kept, did.withoutNotes(isNote)
}

// each visits the fields of all records.
func (d Diff) each(visit func(at spot, l field)) {
	for place, e := range d {
		for _, r := range e.Records {
			for _, l := range r.fields {
				visit(spot{place, r.shape, l.path}, l)
			}
		}
	}
}

func (d Diff) withoutNotes(isNote func(at spot, l field) bool) Diff {
	rest := make(Diff)
	for place, e := range d {
		note := func(r Record, l field) bool { return isNote(spot{place, r.shape, l.path}, l) }
		e.Records = slices.DeleteFunc(slices.Clone(e.Records), func(r Record) bool {
			noted := slices.ContainsFunc(r.fields, func(l field) bool { return note(r, l) })
			return noted && !slices.ContainsFunc(r.fields, func(l field) bool { return !note(r, l) && l.tells() })
		})
		if e = e.hiding(note); e.Delta != 0 || len(e.Records) > 0 {
			rest[place] = e
		}
	}
	return rest
}

// tells reports whether a field says something of its object: it is not an id of ours, a
// time, or empty.
func (l field) tells() bool {
	return l.value != "null" && l.value != timeName && l.value != eventName && roleText().FindString(l.value) != l.value
}

// WithoutUnreached hides small numbers that no clean delivery shows on its way: how often
// something was ignored is not how an object stands.
func WithoutUnreached(references, onTheWay []Diff, did Diff) (kept []Diff, left Diff) {
	reached := make(map[field]bool)
	for _, view := range append(slices.Clone(references), onTheWay...) {
		view.each(func(_ spot, l field) { reached[l] = true })
	}
	counts := make(map[spot]bool)
	did.each(func(at spot, l field) {
		if l.isNumber && l.path != "" && l.isSmall() && !reached[l] {
			counts[at] = true
		}
	})
	return hidingAll(references, did, counts)
}

// hidingAll hides fields in the references and in what was done.
func hidingAll(references []Diff, did Diff, fields map[spot]bool) (kept []Diff, left Diff) {
	for _, view := range references {
		kept = append(kept, view.hiding(fields))
	}
	return kept, did.hiding(fields)
}

// hiding returns the diff without some fields, and without records that have no others.
func (d Diff) hiding(fields map[spot]bool) Diff {
	rest := make(Diff)
	for place, e := range d {
		e = e.hiding(func(r Record, l field) bool { return fields[spot{place, r.shape, l.path}] })
		e.Records = slices.DeleteFunc(e.Records, Record.isHidden)
		if e.Delta != 0 || len(e.Records) > 0 {
			rest[place] = e
		}
	}
	return rest
}

// Multiplied names the places where each reference has one row for an object, and the
// deliveries left several of the same kind. It skips logs, which have an entry per event
// even in order.
func Multiplied(references []Diff, did Diff) []string {
	var differences []difference
	for _, place := range did.Places() {
		rows := did[place].Records
		if len(rows) < 2 || slices.ContainsFunc(references, func(clean Diff) bool { return !clean[place].isOneOf(rows) }) {
			continue
		}
		differences = append(differences, difference{place, did[place].String() + ", want 1"})
	}
	return lines(differences)
}

// isOneOf reports whether a change is one row, of the same kind as others. A sentence is
// not a row.
func (e Change) isOneOf(rows []Record) bool {
	if len(e.Records) != 1 || e.Records[0].isSentence() {
		return false
	}
	return !slices.ContainsFunc(rows, func(r Record) bool { return r.shape != e.Records[0].shape })
}

// listedIn returns the paths of the lists in a row.
func listedIn(path string, value any) (paths []string) {
	switch value := value.(type) {
	case []any:
		return []string{path}
	case map[string]any:
		for key, member := range value {
			paths = append(paths, listedIn(path+"."+key, member)...)
		}
	}
	return paths
}
