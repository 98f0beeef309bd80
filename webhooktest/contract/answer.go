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

	"github.com/fakestripe/fakestripe/internal/expect"
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

func (p *play) expectHeader(expected map[string]string, r *webhooktest.Response, sent string) {
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		want := p.fill(expected[name])
		if got := r.Header.Get(name); !matches(want, got) {
			p.find(sent, "header "+name+": "+want, answered(r)+", "+name+": "+orNothing(text.Excerpt(got)))
		}
	}
}

func (p *play) expectBody(expected bodyExpectation, r *webhooktest.Response, sent string) {
	for _, want := range expected.Contains {
		if want = p.fill(want); !bytes.Contains(r.Body, []byte(want)) {
			p.find(sent, "a body that contains "+want, answered(r)+": "+orNothing(r.Excerpt()))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(expected.JSON)) {
		want := p.filled(expected.JSON[path])
		got, err := rawjson.Get(r.Body, path)
		switch {
		case err != nil:
			p.find(sent, "a body with "+path+": "+string(want), answered(r)+": "+err.Error())
		case !sameJSON(want, got):
			p.find(sent, "a body with "+path+": "+string(want), path+": "+text.Excerpt(string(got)))
		}
	}
}

// find keeps what was not as a must has it.
func (p *play) find(sent, expected, actual string) {
	p.findings = append(p.findings, finding{sent: sent, expected: expected, actual: actual})
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
func (p *play) judge(step caseStep, responses []*webhooktest.Response) error {
	sent := strings.TrimSpace(strings.Join(p.mutations(step), " "))
	some := step.AnyExpect == ""
	for _, r := range responses {
		what := strings.TrimSpace(r.Event.String() + " " + sent)
		p.expect(step.Expect, r, what, false)
		p.expect(step.Prefer, r, what, true)
		if err := p.within(step, r, what); err != nil {
			return err
		}
		p.expectHeader(step.ExpectHeader, r, what)
		p.expectBody(step.ExpectBody, r, what)
		if step.AnyExpect != "" && meets(r, step.AnyExpect) {
			some = true
		}
	}
	if !some && len(responses) > 0 {
		p.find(sent, "one answer at least "+step.AnyExpect, responses[0].String())
	}
	p.capture(step.Capture, responses)
	return nil
}

func (p *play) expect(expected string, r *webhooktest.Response, sent string, should bool) {
	if expected == "" {
		return
	}
	if !meets(r, expected) {
		actual := r.String()
		if said := r.Excerpt(); said != "" {
			actual += ": " + said
		}
		p.findings = append(p.findings, finding{should: should, sent: sent, expected: expected, actual: actual})
	}
}

// meets reports whether an answer is as a step expects, which was checked when the case
// was read.
func meets(r *webhooktest.Response, expected string) bool {
	e, err := expect.Parse(expected)
	return err == nil && e.Met(r.StatusCode, r.Err)
}

// within judges how long an answer took.
func (p *play) within(step caseStep, r *webhooktest.Response, sent string) error {
	for _, limit := range []struct {
		time   time.Duration
		should bool
	}{{time.Duration(step.Within), false}, {time.Duration(step.PreferWithin), true}} {
		if limit.time == 0 {
			continue
		}
		late, err := p.tooLong(r.Duration, limit.time)
		if err != nil {
			return err
		}
		if late {
			p.findings = append(p.findings, finding{should: limit.should, sent: sent, expected: "an answer within " + limit.time.String(), actual: "after " + text.Brief(r.Duration).String()})
		}
	}
	return nil
}
