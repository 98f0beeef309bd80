// Package expect reads expectations of an answer, as --expect and case files write
// them.
package expect

import (
	"fmt"
	"strconv"
	"strings"
)

// An Expectation is what the answer to a delivery should be. The zero value is met by
// anything.
type Expectation struct {
	text        string
	first, last uint64 // statuses; 0: any, or no answer at all
	negated     bool   // any status but these
}

// Parse reads a status ("400"), a class of statuses ("2xx"), any status but these
// ("!2xx"), "answer" for any status, or "any", which no answer at all meets too.
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

// Met reports whether an answer meets the expectation. The error is why there was no
// answer, or no complete one.
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
