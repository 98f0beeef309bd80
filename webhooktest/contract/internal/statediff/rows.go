package statediff

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A state tells about an object in a row: an entry whose key is the object's id, or one of a
// table whose rows name it. A table is a list, or a map by keys of the database; a row may
// be a document with the id somewhere inside.

// ObjectStates returns what a state says about each of our objects.
func ObjectStates(state any, n Normalizer) Diff {
	view := make(Diff)
	view.collect("state", state, n.roles())
	return view
}

func (d Diff) collect(place string, value any, r *roles) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			switch name := r.text(key); {
			case r.isNamed(key):
				d.say(place+"."+name, r.plain(member))
				d.collectLists(place+"."+name, member, r)
			case isKeyOfRow(key, member), name != key: // a time in it makes it the handler's own, too
				d.row(place, member, r)
			default:
				d.collect(place+"."+key, member, r)
			}
		}
	case []any:
		for _, element := range value {
			d.row(place, element, r)
		}
	}
}

// row adds what a row of a table says about the objects that it names.
func (d Diff) row(place string, row any, r *roles) {
	named := make(map[string]bool)
	r.namedBy(row, named)
	if isTuple(row) {
		for _, value := range row.([]any) {
			r.namedBy(value, named)
		}
	}
	for role := range named {
		d.say(place+"["+role+"]", r.plain(row))
	}
	d.collectLists(place+"[]", row, r)
}

// collectLists adds what the tables inside a row say.
func (d Diff) collectLists(place string, row any, r *roles) {
	switch row := row.(type) {
	case map[string]any:
		for key, member := range row {
			d.collectLists(place+"."+r.text(key), member, r)
		}
	case []any:
		if !isTuple(row) {
			d.collect(place, row, r)
		}
	}
}

// namedBy adds the roles of our objects that a row names. What it lists are rows of their
// own, but for the only one of a list.
func (r *roles) namedBy(row any, named map[string]bool) {
	switch row := row.(type) {
	case string:
		for _, id := range append(r.in(row), row) {
			if role := r.of[id]; namesObject(role) {
				named[role] = true
			}
		}
	case map[string]any:
		for key, member := range row {
			r.namedBy(key, named)
			r.namedBy(member, named)
		}
	case []any:
		if only, isMap := onlyOne(row).(map[string]any); isMap {
			r.namedBy(only, named)
		}
	}
}

// namesObject reports whether a role is that of an object which a row may be about: not of
// the event or its request, nor of what was before.
func namesObject(role string) bool {
	return role != "" && role != eventName && role != requestName && !strings.Contains(role, ".previous_attributes.")
}

func onlyOne(list []any) any {
	if len(list) != 1 {
		return nil
	}
	return list[0]
}

// isNamed reports whether a key is, or has in it, what has a role.
func (r *roles) isNamed(key string) bool {
	_, whole := r.of[key]
	return whole || len(r.in(key)) > 0
}

// isTuple reports whether a row is a list of values, as one without names for its columns.
func isTuple(row any) bool {
	list, _ := row.([]any)
	return len(list) > 1 && !slices.ContainsFunc(list, func(value any) bool {
		switch value.(type) {
		case map[string]any, []any:
			return true
		}
		return false
	})
}

// isOwnKey reports whether a key of a map is the handler's own, perhaps after a name
// ("user:7"). Its value is a row.
func isOwnKey(key string) bool {
	return isGenerated(key) || isGenerated(key[strings.LastIndexAny(key, ":/#")+1:])
}

// isKeyOfRow reports whether a key of a map is the handler's own and its value a row. A number
// after a word ("LIC10"), or the name of nobody, is such a key if something is said beside
// numbers: otherwise the words are those of a count.
func isKeyOfRow(key string, value any) bool {
	return isOwnKey(key) || (isNobody(key) || numberedForm().MatchString(key)) && saysMore(value)
}

// isNobody reports whether a key is what programs make of a customer that is null.
func isNobody(key string) bool {
	return slices.Contains([]string{"", "null", "undefined", "None", "nil", "<nil>"}, key)
}

// numberedForm matches numbers that an app gives its orders, licenses or seats.
var numberedForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z]{1,12}([-_]?[0-9]{1,12}){1,3}$`)
})

// saysMore reports whether a row has a text or a flag beside its numbers and times.
func saysMore(row any) bool {
	members, _ := row.(map[string]any)
	for _, member := range members {
		switch member := member.(type) {
		case bool:
			return true
		case string:
			if withoutTimes(member) != timeName {
				return true
			}
		}
	}
	return false
}

// anyKey replaces the keys of a place that the handler generates.
func anyKey(place string) string {
	keys := strings.Split(place, ".")
	for i, key := range keys {
		name := strings.TrimRight(key, "[]")
		if isOwnKey(name) {
			keys[i] = "*" + key[len(name):]
		}
	}
	return strings.Join(keys, ".")
}
