package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A bodyExpectation is what the body of an answer is to be.
type bodyExpectation struct {
	Contains names          `json:"contains"`
	JSON     render.Changes `json:"json"` // values by path
}

func (b *bodyExpectation) empty() bool { return len(b.Contains) == 0 && len(b.JSON) == 0 }

func (e *execution) expectHeader(expected map[string]string, r *webhooktest.Response, sent string) {
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		want := e.fill(expected[name])
		if got := r.Header.Get(name); !matches(want, got) {
			e.find(sent, "header "+name+": "+want, answered(r)+", "+name+": "+orNothing(text.Excerpt(got)))
		}
	}
}

func (e *execution) expectBody(expected bodyExpectation, r *webhooktest.Response, sent string) {
	for _, want := range expected.Contains {
		if want = e.fill(want); !bytes.Contains(r.Body, []byte(want)) {
			e.find(sent, "a body that contains "+want, answered(r)+": "+orNothing(r.Excerpt()))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(expected.JSON)) {
		want := e.fillJSON(expected.JSON[path])
		got, err := rawjson.Get(r.Body, path)
		switch {
		case err != nil:
			e.find(sent, "a body with "+path+": "+string(want), answered(r)+": "+err.Error())
		case !sameJSON(want, got):
			e.find(sent, "a body with "+path+": "+string(want), path+": "+text.Excerpt(string(got)))
		}
	}
}

// answered is the status of an answer, or why there was none.
func answered(r *webhooktest.Response) string {
	if r.Err != nil {
		return r.Err.Error()
	}
	return fmt.Sprintf("status %d", r.StatusCode)
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// matches compares a text with what is wanted: the same, or after a ~ a regular
// expression that matches somewhere in it.
func matches(want, got string) bool {
	pattern, isPattern := strings.CutPrefix(want, "~")
	if !isPattern {
		return want == got
	}
	compiled, err := regexp.Compile(pattern)
	return err == nil && compiled.MatchString(got)
}

// sameJSON compares values, not how they are written. A wanted string may be a
// regular expression, for strings, numbers and the like.
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

// checkPattern says what is wrong with a regular expression, if a text is one.
func checkPattern(text string) error {
	pattern, isPattern := strings.CutPrefix(text, "~")
	if !isPattern {
		return nil
	}
	_, err := regexp.Compile(pattern)
	return err
}

// judge compares the answers of a step with what it expects.
func (e *execution) judge(step caseStep, responses []*webhooktest.Response) error {
	sent := strings.TrimSpace(strings.Join(e.mutations(step), " "))
	some := step.AnyExpect == ""
	for _, r := range responses {
		what := strings.TrimSpace(r.Event.String() + " " + sent)
		e.expect(step.Expect, r, what, false)
		e.expect(step.Prefer, r, what, true)
		if err := e.within(step, r, what); err != nil {
			return err
		}
		e.expectHeader(step.ExpectHeader, r, what)
		e.expectBody(step.ExpectBody, r, what)
		if meets, _ := r.Meets(step.AnyExpect); meets && step.AnyExpect != "" {
			some = true
		}
	}
	if !some && len(responses) > 0 {
		e.find(sent, "one answer at least "+step.AnyExpect, responses[0].String())
	}
	e.capture(step.Capture, responses)
	return nil
}

func (e *execution) expect(expected string, r *webhooktest.Response, sent string, should bool) {
	if expected == "" {
		return
	}
	if meets, err := r.Meets(expected); err != nil || !meets {
		actual := r.String()
		if said := r.Excerpt(); said != "" {
			actual += ": " + said
		}
		e.findings = append(e.findings, finding{should: should, sent: sent, expected: expected, actual: actual})
	}
}

// within judges how long an answer took.
func (e *execution) within(step caseStep, r *webhooktest.Response, sent string) error {
	for _, limit := range []struct {
		time   time.Duration
		should bool
	}{{time.Duration(step.Within), false}, {time.Duration(step.PreferWithin), true}} {
		if limit.time == 0 {
			continue
		}
		late, err := e.session.run.machine.tooLong(r.Duration, limit.time)
		if err != nil {
			return err
		}
		if late {
			e.findings = append(e.findings, finding{should: limit.should, sent: sent, expected: "an answer within " + limit.time.String(), actual: "after " + text.Brief(r.Duration).String()})
		}
	}
	return nil
}
