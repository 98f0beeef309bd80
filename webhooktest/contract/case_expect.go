package contract

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A bodyExpectation is the expected body of an answer.
type bodyExpectation struct {
	Contains names          `json:"contains"`
	JSON     render.Changes `json:"json"` // values by path
}

func (b *bodyExpectation) empty() bool { return len(b.Contains) == 0 && len(b.JSON) == 0 }

// matches compares a text with the expected text or, after a ~, searches it for a regular
// expression.
func matches(want, got string) bool {
	pattern, isPattern := strings.CutPrefix(want, "~")
	if !isPattern {
		return want == got
	}
	compiled, err := regexp.Compile(pattern)
	return err == nil && compiled.MatchString(got)
}

// sameJSON compares JSON by value, not by spelling. An expected string may be a regular
// expression, for strings, numbers and other scalars.
func sameJSON(want, got []byte) bool {
	var wanted, found any
	if json.Unmarshal(want, &wanted) != nil || json.Unmarshal(got, &found) != nil {
		return false
	}
	pattern, isText := wanted.(string)
	if !isText || !strings.HasPrefix(pattern, "~") {
		return reflect.DeepEqual(wanted, found)
	}
	text, isText := found.(string)
	if !isText {
		text = string(got)
	}
	return matches(pattern, text)
}

// checkPattern returns the error in a regular expression, if a text is one.
func checkPattern(text string) error {
	pattern, isPattern := strings.CutPrefix(text, "~")
	if !isPattern {
		return nil
	}
	_, err := regexp.Compile(pattern)
	return err
}
