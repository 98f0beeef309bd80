package statediff

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A row may list its parts: the payments of an account. Which of two came first is the
// handler's choice when both come at once.

// sortParts sorts a list whose elements are rows, or names of our objects, by the objects
// that they name. Values of different meaning, as in a row without names, stay in place.
func sortParts(list []any) {
	if slices.ContainsFunc(list, func(element any) bool { return !isPart(element) }) {
		return
	}
	slices.SortStableFunc(list, func(a, b any) int {
		one, other := Canonical(a), Canonical(b)
		return cmp.Or(strings.Compare(rolesIn(one), rolesIn(other)), strings.Compare(one, other))
	})
}

// isPart reports whether an element is a row, or the role of an object.
func isPart(element any) bool {
	text, isText := element.(string)
	_, isRow := element.(map[string]any)
	return isRow || isText && roleText().FindString(text) == text && text != ""
}

// rolesIn returns the roles in a text, one after the other.
func rolesIn(text string) string { return strings.Join(roleText().FindAllString(text, -1), "") }

// roleText matches a role: {e.data.object.id}.
var roleText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[a-z][^{}"\s]*\}`) })
