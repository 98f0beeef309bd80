package webhooktest

import (
	"fmt"
	"strconv"
	"strings"
)

// Meets reports whether the answer is one that was expected: a status (400), a
// class of statuses (2xx), any but these (!2xx), or answer for whatever status. No
// answer at all meets only any. The error is for an expectation that is none of
// these.
func (r *Response) Meets(expected string) (bool, error) {
	switch expected {
	case "any":
		return true, nil
	case "answer":
		return r.Err == nil, nil
	}
	want, negated := strings.CutPrefix(expected, "!")
	class, isClass := strings.CutSuffix(want, "xx")
	first, last := class, class
	if isClass {
		first, last = class+"00", class+"99"
	}
	lowest, err := strconv.ParseUint(first, 10, 16)
	highest, err2 := strconv.ParseUint(last, 10, 16)
	if err != nil || err2 != nil || len(want) != 3 || lowest < 100 || highest > 599 {
		return false, fmt.Errorf("expectation %q: want a status (400), a class (2xx), one of these not to be (!2xx), answer, or any", expected)
	}
	within := uint64(r.StatusCode) >= lowest && uint64(r.StatusCode) <= highest
	return r.Err == nil && within != negated, nil
}
