package contract

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/refusal"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// An answer is a response to compare with what a step expects.
type answer struct {
	response *webhooktest.Response
	sent     string // the event and mutations it answers
	known    values // values for the names in braces
	machine  *machine
	genuine  bool // the answer to an event that Stripe would send, in a user's case
	findings []finding
}

// judge compares the answer with everything a step expects. An error means that its
// duration cannot be judged.
func (a *answer) judge(step caseStep) error {
	a.status(step.Expect, false)
	a.status(step.Prefer, true)
	if err := a.within(time.Duration(step.Within), false); err != nil {
		return err
	}
	if err := a.within(time.Duration(step.PreferWithin), true); err != nil {
		return err
	}
	a.header(step.ExpectHeader)
	a.body(step.ExpectBody)
	return nil
}

func (a *answer) status(expected string, should bool) {
	if expected == "" {
		return
	}
	if !meets(a.response, expected) {
		a.find(should, wantedAnswer(expected), answerOf(a.response))
		last := &a.findings[len(a.findings)-1]
		last.status, last.silent = a.response.StatusCode, a.response.Err != nil
		last.accepted = a.response.Accepted()
		if a.genuine && !last.silent && !last.accepted {
			last.said = readAnswer(a.response)
		}
	}
}

// readAnswer explains a refusal of a genuine event and how to fix it, or returns "".
func readAnswer(r *webhooktest.Response) string {
	if said, ok := versionRefusal(r); ok {
		return readRefusal(said)
	}
	said, ok := refusal.Read(r.Event.Type(), r.StatusCode, r.Body)
	if !ok || said.ID == refusal.UnknownObject.ID { // a case's own hint knows better whose object that is
		return ""
	}
	return strings.Join(readingLines(said), "\n")
}

// wantedAnswer words what a step expects of the status.
func wantedAnswer(expected string) string {
	if unwanted, not := strings.CutPrefix(expected, "!"); not {
		return "a status other than " + unwanted
	}
	return expected
}

// meets reports whether an answer has the status that a step expects. The expectation was
// checked when the case was read.
func meets(r *webhooktest.Response, expected string) bool {
	e, err := expect.Parse(expected)
	return err == nil && e.Met(r.StatusCode, r.Err)
}

// within judges how long the answer took.
func (a *answer) within(limit time.Duration, should bool) error {
	if limit == 0 {
		return nil
	}
	late, err := a.machine.tooLong(a.response.Duration, limit)
	if late {
		a.find(should, "a response within "+limit.String(), "after "+text.Brief(a.response.Duration).String())
	}
	return err
}

func (a *answer) header(expected map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		want := a.known.fill(expected[name])
		if got := a.response.Header.Get(name); !matches(want, got) {
			a.find(false, "header "+name+": "+want, answered(a.response)+", "+name+": "+orNothing(text.Excerpt(got)))
		}
	}
}

func (a *answer) body(expected bodyExpectation) {
	for _, want := range expected.Contains {
		if want = a.known.fill(want); !bytes.Contains(a.response.Body, []byte(want)) {
			a.find(false, "a body that contains "+want, answered(a.response)+": "+orNothing(a.response.Excerpt()))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(expected.JSON)) {
		want := a.known.fillJSON(expected.JSON[path])
		got, err := rawjson.Get(a.response.Body, path)
		switch {
		case err != nil:
			a.find(false, "a body with "+path+": "+string(want), answered(a.response)+": "+err.Error())
		case !sameJSON(want, got):
			a.find(false, "a body with "+path+": "+string(want), path+": "+text.Excerpt(string(got)))
		}
	}
}

func (a *answer) find(should bool, expected, actual string) {
	a.findings = append(a.findings, finding{should: should, sent: a.sent, expected: expected, actual: actual, wanted: wantedVersion(a.response)})
}

// answered returns the status of an answer, or why there was none.
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
