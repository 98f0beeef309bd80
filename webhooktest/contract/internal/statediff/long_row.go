package statediff

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// isLong reports whether a record does not fit on a line.
func (r Record) isLong() bool { return utf8.RuneCountInString(r.said) > text.MaxExcerpt }

// excerpt returns the record as JSON or, if that would be cut, its members: those that name it
// first, and each cut by itself.
func (r Record) excerpt() string {
	members := r.whole().members()
	if !r.isLong() || len(members) < 2 {
		return text.Excerpt(r.said)
	}
	var naming, others []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		one := name + ": " + shortened(value)
		if strings.Contains(value, "{") { // an id, by its role
			naming = append(naming, one)
		} else {
			others = append(others, one)
		}
	}
	return "{" + text.Excerpt(strings.Join(slices.Concat(naming, others), ", ")) + "}"
}

// whole returns the record as it was before a choice of its fields.
func (r Record) whole() Record {
	var plain any
	if json.Unmarshal([]byte(r.said), &plain) != nil {
		return r
	}
	return newRecord(plain)
}

// shortened returns the start of a long value.
func shortened(value string) string {
	const most = 40
	runes := []rune(value)
	if len(runes) <= most {
		return value
	}
	return string(runes[:most]) + "…"
}
