package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// unanswered reports the deliveries without an answer, as one finding, and whether there
// are any.
func (e *execution) unanswered(responses []*webhooktest.Response) bool {
	var silent []*webhooktest.Response
	for _, r := range responses {
		if r.Err != nil {
			silent = append(silent, r)
		}
	}
	if len(silent) == 0 {
		return false
	}
	f := finding{silent: true, sent: silent[0].Event.String(), expected: "a response", actual: silent[0].String()}
	if len(responses) > 1 {
		f.sent, f.atOnce = fmt.Sprintf("%d %s at once", len(responses), typesOf(responses)), true
		f.actual = fmt.Sprintf("no response to %d of them%s: %s", len(silent), answeredTogether(e.session.run.learned, len(responses)-len(silent)), silent[0].Err)
	}
	e.findings = append(e.findings, f)
	return true
}

// typesOf names the types of responses, each once.
func typesOf(responses []*webhooktest.Response) string {
	types := make([]string, len(responses))
	for i, r := range responses {
		types[i] = r.Event.Type()
	}
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(types))), " and ")
}

// answeredTogether says how many of simultaneous events did get a response, and how many at
// once all got theirs before: in between is the number at which the handler begins to hang.
func answeredTogether(learned *calibration, answered int) (said string) {
	if answered > 0 {
		said = fmt.Sprintf(" (%d got one)", answered)
	}
	if most := learned.together.Load(); most > 1 {
		said += fmt.Sprintf("; %d at once got theirs before", most)
	}
	return said
}

// sentSoFar lists the deliveries, one event per line, after those that had to come before. If
// there are several events, it adds their names in the case, which also replace ids in findings.
func (e *execution) sentSoFar() string {
	names := make(map[*webhooktest.Event]string)
	if len(e.observed.events) > 1 {
		for name, events := range e.observed.events {
			for _, event := range events {
				names[event] = name + ": "
			}
		}
	}
	sent := cameFirst(e)
	for _, event := range e.sent {
		if e.variant.bursts > 1 && !e.observed.isLast(event) {
			continue // like the last event
		}
		sent = append(sent, names[event]+sentAs(e, event))
	}
	if e.outage.said != "" {
		sent = append(sent, e.outage.said)
	}
	if e.variant.bursts > 1 {
		sent = append(sent, fmt.Sprintf("and %d times before, about other objects", e.variant.bursts-1))
	}
	return strings.Join(sent, "\n")
}

// cameFirst lists the events that had to come before those of the case. Before each burst, the
// same came.
func cameFirst(e *execution) (lines []string) {
	for _, event := range e.session.sender.before {
		if line := "before: " + event.String(); e.variant.bursts <= 1 && len(lines) < mostBefore {
			lines = append(lines, line)
		}
	}
	return lines
}

// mostBefore is the maximum number of events shown that came before.
const mostBefore = 4

// sentAs describes an event as it was delivered last, with the fields that the case sets. It
// returns "" for an event that was not delivered.
func sentAs(e *execution, event *webhooktest.Event) string {
	if !slices.Contains(e.sent, event) {
		return ""
	}
	return strings.TrimSpace(e.events.described(event)+" "+e.how[event]) + e.changesOf(event)
}

// changesOf names the fields of an event that the case sets, or "" for none: the case is
// about them.
func (e *execution) changesOf(event *webhooktest.Event) string {
	var changes []string
	for name, events := range e.observed.events {
		if !slices.Contains(events, event) {
			continue
		}
		set := e.spec.Events[name].Set
		for _, path := range slices.Sorted(maps.Keys(set)) {
			if value, ok := event.Lookup(path); ok {
				changes = append(changes, path+"="+text.Excerpt(statediff.Canonical(value)))
			}
		}
	}
	if changes == nil {
		return ""
	}
	return " with " + strings.Join(changes, ", ")
}

// cameBefore lists the other events that were sent as Stripe would not send them: they may
// be the reason for a refusal.
func (e *execution) cameBefore(event *webhooktest.Event) string {
	var before strings.Builder
	for _, other := range e.sent {
		if how := e.how[other]; other != event && how != "" && how != e.how[event] {
			before.WriteString("\nafter " + other.String() + " " + how)
		}
	}
	return before.String()
}

// find records a failed must.
func (e *execution) find(sent, expected, actual string) {
	e.findings = append(e.findings, finding{sent: sent, expected: expected, actual: actual})
}

// withState adds the state's evidence to that of the answers.
func (e *execution) withState(differences []string, wanted string) []finding {
	if len(differences) > 0 {
		shown := evidence(differences)
		if e.variant.bursts > 0 {
			shown = firstLines(differences, 3) // each burst shows the same
		}
		e.find(e.sentSoFar(), wanted, shown)
		f := &e.findings[len(e.findings)-1]
		f.ofState = true
		switch {
		case e.spec.Repeats:
			f.notRepeated(repeatPatience)
		case e.outage.said != "" && e.session.run.learned.outlives.Load() && wanted == sameState:
			f.notRepeated(effectTimeout)
		case e.retried && e.spec.Cause == failedLost && wanted == sameState:
			f.notRetried()
		}
	}
	return e.findings
}
