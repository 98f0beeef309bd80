package contract

import (
	"slices"
	"strings"
)

// objectView is what a state says of each of our objects: entries whose key is one
// of our ids, and lists' rows that name one.
func objectView(state any, r roles) change {
	view := make(change)
	view.collect("state", state, r)
	return view
}

func (c change) collect(place string, value any, r roles) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if name := r.text(key); name != key {
				c.say(place+"."+name, r.plain(member))
				continue
			}
			c.collect(place+"."+key, member, r)
		}
	case []any:
		for _, element := range value {
			for _, role := range r.namedBy(element) {
				c.say(place+"["+role+"]", r.plain(element))
			}
		}
	}
}

// say adds what is said of an object: how often it was written and what it was
// before are the handler's own business.
func (c change) say(place string, value any) {
	if fields, ok := value.(map[string]any); ok {
		value = standing(fields)
	}
	if r := newRow(value); len(r.leaves) > 0 {
		c.add(place, 0, r)
	}
}

// standing returns the fields that say how an object stands: no numbers, which may
// count, and no lists, which may be a history.
func standing(fields map[string]any) map[string]any {
	stand := make(map[string]any)
	for key, value := range fields {
		switch value := value.(type) {
		case float64, []any:
		case map[string]any:
			stand[key] = standing(value)
		default:
			stand[key] = value
		}
	}
	return stand
}

// namedBy returns the roles of our objects that a list's row names.
func (r roles) namedBy(element any) (named []string) {
	var texts []string
	switch element := element.(type) {
	case string:
		texts = strings.Fields(element)
	case map[string]any:
		for _, member := range element {
			if text, ok := member.(string); ok {
				texts = append(texts, text)
			}
		}
	}
	for _, text := range texts {
		if role := r[text]; role != "" && role != "{event}" && !slices.Contains(named, role) {
			named = append(named, role)
		}
	}
	return named
}

// logs are the places with more than one row for an object: what a log says last is
// not told.
func logs(views ...change) map[string]bool {
	many := make(map[string]bool)
	for _, view := range views {
		for place, e := range view {
			if len(e.rows) > 1 {
				many[place] = true
			}
		}
	}
	return many
}

// withoutLogs leaves out the places that are logs in any of the views.
func withoutLogs(references []change, adverse change) (kept []change, left change) {
	several := logs(append(slices.Clone(references), adverse)...)
	for _, view := range references {
		kept = append(kept, view.without(several))
	}
	return kept, adverse.without(several)
}
