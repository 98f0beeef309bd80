package statediff

import (
	"slices"
	"strings"
)

// ObjectStates returns what a state says about each of our objects: entries whose key is
// one of our ids, and list records that contain one, at any depth.
func ObjectStates(state any, n Normalizer) Diff {
	view := make(Diff)
	view.collect("state", state, n.roles())
	return view
}

func (d Diff) collect(place string, value any, r *roles) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if name := r.text(key); name != key {
				d.say(place+"."+name, r.plain(member))
				d.collectLists(place+"."+name, member, r)
				continue
			}
			d.collect(place+"."+key, member, r)
		}
	case []any:
		for _, element := range value {
			for _, role := range r.namedBy(element) {
				d.say(place+"["+role+"]", r.plain(element))
			}
			d.collectLists(place+"[]", element, r)
		}
	}
}

// collectLists adds what the lists inside a record say.
func (d Diff) collectLists(place string, record any, r *roles) {
	switch record := record.(type) {
	case map[string]any:
		for key, member := range record {
			d.collectLists(place+"."+r.text(key), member, r)
		}
	case []any:
		d.collect(place, record, r)
	}
}

// say adds what a state says about an object. How often the object was written, and its
// earlier values, are the handler's choice.
func (d Diff) say(place string, value any) {
	if fields, ok := value.(map[string]any); ok {
		value = objectState(fields)
	}
	if r := newRecord(value); len(r.fields) > 0 {
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

// namedBy returns the roles of our objects that a list record names.
func (r *roles) namedBy(element any) (named []string) {
	texts := names(element)
	if text, ok := element.(string); ok {
		texts = strings.Fields(text)
	}
	for _, text := range texts {
		if role := r.of[text]; role != "" && role != "{event}" && !slices.Contains(named, role) {
			named = append(named, role)
		}
	}
	return named
}

// names returns the keys and texts of a record that may name an object. What it lists are
// records of their own.
func names(record any) (texts []string) {
	fields, _ := record.(map[string]any)
	for key, member := range fields {
		texts = append(texts, key)
		switch member := member.(type) {
		case string:
			texts = append(texts, member)
		case map[string]any:
			texts = append(texts, names(member)...)
		}
	}
	return texts
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

// mostCounted is the highest number that may be a count of deliveries: a case makes few.
const mostCounted = 10

// WithoutCounts hides the numbers in records that may count how often an object was
// written: small ones. Higher ones are amounts.
func WithoutCounts(references []Diff, did Diff) (kept []Diff, left Diff) {
	counts := make(map[spot]bool)
	for _, view := range append(slices.Clone(references), did) {
		view.findCounts(counts)
	}
	for _, view := range references {
		kept = append(kept, view.hiding(counts))
	}
	return kept, did.hiding(counts)
}

// findCounts adds the fields that may be counts.
func (d Diff) findCounts(counts map[spot]bool) {
	for place, e := range d {
		for _, r := range e.Records {
			for _, l := range r.fields {
				if l.isNumber && l.path != "" && l.isSmall() {
					counts[spot{place, r.shape, l.path}] = true
				}
			}
		}
	}
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
