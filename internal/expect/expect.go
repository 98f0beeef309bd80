// Package expect parses expected responses, as in --expect and case files.
package expect

import (
	"fmt"
	"strconv"
	"strings"
)

// An Expectation is an expected response to a delivery. The zero value accepts anything.
type Expectation struct {
	text        string
	first, last uint64 // statuses; 0: any, or no response at all
	negated     bool   // any status except these
}

// Parse parses a status ("400"), a class ("2xx"), a negated class ("!2xx"), "answer" for
// any status, or "any" for anything, even no response.
func Parse(text string) (Expectation, error) {
	switch text {
	case "any":
		return Expectation{text: text}, nil
	case "answer":
		return Expectation{text: text, last: 999}, nil
	}
	want, negated := strings.CutPrefix(text, "!")
	class, isClass := strings.CutSuffix(want, "xx")
	first, last := class, class
	if isClass {
		first, last = class+"00", class+"99"
	}
	lowest, err := strconv.ParseUint(first, 10, 16)
	highest, err2 := strconv.ParseUint(last, 10, 16)
	if err != nil || err2 != nil || len(want) != 3 || lowest < 100 || highest > 599 {
		return Expectation{}, fmt.Errorf("expectation %q: want a status (400), a class (2xx), a negation of one (!2xx), answer or any", text)
	}
	return Expectation{text, lowest, highest, negated}, nil
}

// Met reports whether a response meets the expectation. err is the reason for a missing
// or incomplete response.
func (e Expectation) Met(status int, err error) bool {
	switch {
	case e.last == 0:
		return true
	case err != nil:
		return false
	}
	within := uint64(status) >= e.first && uint64(status) <= e.last
	return within != e.negated
}

// String implements fmt.Stringer.
func (e Expectation) String() string { return e.text }
