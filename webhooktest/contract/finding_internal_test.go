package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHeadlines(t *testing.T) {
	t.Parallel()
	refusal := &contractCase{Case: Case{Finding: "Refused a genuine event: compact JSON"}}
	forgery := &contractCase{Case: Case{Finding: "Accepted a forged event"}}
	repeat := &contractCase{Case: Case{Finding: "Counted an event twice: redelivered", Cause: repeatsCount}}
	processed := &contractCase{Case: Case{Finding: "Refused a forged event, and processed it all the same", Cause: refusedProcessed}}
	early := &contractCase{Case: Case{Finding: "Refused an update that came before the creation"}, Refusable: true}
	lost := &contractCase{Case: Case{Finding: "Lost a payment that came before its subscription", Cause: orderDecides}, Refusable: true}
	train := &contractCase{Case: Case{Finding: "Answered an event of another train as it answers a forgery"}}
	all := &contractCase{Case: Case{Finding: "Did not count all of ten payments by one customer"}}
	for _, c := range []struct {
		name    string
		finding finding
		spec    *contractCase
		want    string
	}{
		{"what the case says", finding{}, refusal, "Refused a genuine event: compact JSON"},
		{"a server error is no refusal", finding{status: 500}, refusal, "Crashed on a genuine event: compact JSON"},
		{"nor an acceptance", finding{status: 500}, forgery, "Crashed on a forged event"},
		{"what was accepted", finding{status: 200}, &contractCase{Case: Case{Finding: "Crashed on a forged event"}}, "Accepted a forged event"},
		{"what was refused", finding{status: 404}, &contractCase{Case: Case{Finding: "Crashed on a forged event"}}, "Refused a forged event"},
		{"an effect has no status", finding{}, repeat, "Counted an event twice: redelivered"},
		{"a repeated event that is refused", finding{status: 409}, repeat, "Refused a repeated event: redelivered"},
		{"and one that crashes the handler", finding{status: 500}, repeat, "Crashed on a repeated event: redelivered"},
		{"the handler has ended", finding{grave: true}, refusal, "Stopped responding"},
		{"no response is no refusal", finding{silent: true}, refusal, "Gave no response to a genuine event: compact JSON"},
		{"no response is no acceptance", finding{silent: true}, forgery, "Gave no response to a forged event"},
		{"what was acted on crashed the handler", finding{status: 500}, &contractCase{Case: Case{Finding: "Acted on somebody else's object"}}, "Crashed on somebody else's object"},
		{"so did what was taken for another", finding{status: 500}, &contractCase{Case: Case{Finding: "Took another type for a handled one"}}, "Crashed on another type"},
		{"refused, and acted on", finding{ofState: true, expected: noChange}, processed, "Refused a forged event, and processed it all the same"},
		{"accepted, and acted on", finding{ofState: true, expected: noChange, accepted: true}, processed, "Accepted a forged event, and processed it"},
		{"a server error may ask for a retry", finding{status: 500}, early, "Refused an update that came before the creation"},
		{"and loses nothing", finding{status: 500, should: true}, lost, "Refused a payment that came before its subscription"},
		{"which a state does", finding{ofState: true}, lost, "Lost a payment that came before its subscription"},
		{"what another version broke", finding{status: 500}, train, "Crashed on an event of another train"},
		{"which is no answer like that to a forgery", finding{}, train, "Answered an event of another train as it answers a forgery"},
		{"what fails verification is dropped", finding{dropped: true, status: 200}, forgery, "Answered 2xx and ignored a forged event"},
		{"which may have been verified", finding{dropped: true, status: 200}, &contractCase{Case: Case{Finding: "Accepted a time in the future", Level: "info"}}, "Accepted a time in the future"},
		{"what is not counted", finding{ofState: true}, all, "Did not count all of ten payments by one customer"},
		{"what is not even accepted", finding{status: 422}, all, "Refused one of ten payments by one customer"},
		{"nor survived", finding{status: 500}, all, "Crashed on one of ten payments by one customer"},
		{"what was not acknowledged", finding{ofState: true, unretried: true}, &contractCase{Case: Case{Finding: "Acknowledged an event that it failed to process"}}, "Did not process the retry of a failed event"},
		{"a case of the user's own", finding{}, &contractCase{}, ""},
	} {
		require.Equal(t, c.want, c.finding.headline(c.spec), c.name)
	}
}

// What is done for a forgery is another mistake where it was not even refused.
func TestProcessedForgeries(t *testing.T) {
	t.Parallel()
	spec := &contractCase{Case: Case{Cause: refusedProcessed, Hint: "Return."}}
	for _, c := range []struct {
		name     string
		accepted bool
		cause    string
		hint     string
	}{
		{"the refusal did not end it", false, refusedProcessed, "Return."},
		{"nothing verified it", true, forgeriesAccepted, "Verify the signature"},
	} {
		f := finding{ofState: true, expected: noChange, accepted: c.accepted}
		require.Equal(t, c.cause, f.cause(spec), c.name)
		require.Contains(t, f.hint(spec), c.hint, c.name)
	}
}

// A hint is about what the handler did, which may not be what the case expects of a bug.
func TestHintsFitTheAnswer(t *testing.T) {
	t.Parallel()
	forgery := &contractCase{Case: Case{Cause: forgeriesAccepted, Hint: "Verify."}}
	repeat := &contractCase{Case: Case{Cause: repeatsCount, Hint: "Store the id."}}
	for _, c := range []struct {
		name    string
		finding finding
		spec    *contractCase
		want    string
	}{
		{"a forgery that was accepted", finding{status: 200, accepted: true}, forgery, "Verify."},
		{"one that crashed the handler was not", finding{status: 500}, forgery, "Answer 400"},
		{"a repeated event that counts", finding{ofState: true, expected: sameState}, repeat, "Store the id."},
		{"one that is refused is known", finding{status: 409}, repeat, "Answer 200"},
	} {
		require.Contains(t, c.finding.hint(c.spec), c.want, c.name)
	}
}
