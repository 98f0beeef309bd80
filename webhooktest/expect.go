package webhooktest

import (
	"fmt"
	"regexp"
	"strings"
)

var expectation = regexp.MustCompile(`^!?[1-5](xx|[0-9]{2})$`)

// Meets reports whether the answer is one that was expected: a status (400), a
// class of statuses (2xx), or any but these (!2xx). No answer at all meets only
// any. The error is for an expectation that is none of these.
func (r *Response) Meets(expected string) (bool, error) {
	if expected == "any" {
		return true, nil
	}
	if !expectation.MatchString(expected) {
		return false, fmt.Errorf("expectation %q: want a status (400), a class (2xx), one of these not to be (!2xx), or any", expected)
	}
	if r.Err != nil {
		return false, nil
	}
	want, negated := strings.CutPrefix(expected, "!")
	status := fmt.Sprint(r.StatusCode)
	return (status == want || want[1:] == "xx" && status[:1] == want[:1]) != negated, nil
}
