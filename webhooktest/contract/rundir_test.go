package contract_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What a step may expect beyond the contract: each expectation is met, and a handler
// that answers otherwise is told what it answered.
func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, step string
		verdict    contract.Verdict
		expected   string
		actual     string
	}{
		{"header", `"expect_header": {"x-order": "order-17"}`, "pass", "", ""},
		{"header like", `"expect_header": {"X-Order": "~^order-[0-9]{2}$"}`, "pass", "", ""},
		{"another header", `"expect_header": {"X-Order": "order-18"}`, "fail", "header X-Order: order-18", "status 200, X-Order: order-17"},
		{"no header", `"expect_header": {"X-Other": "~.+"}`, "fail", "header X-Other: ~.+", "status 200, X-Other: nothing"},
		{"a part", `"expect_body": {"contains": ["o_42", "paid"]}`, "pass", "", ""},
		{"another part", `"expect_body": {"contains": "o_43"}`, "fail", "a body that contains o_43", "status 200: {\"order\""},
		{"values", `"expect_body": {"json": {"order.id": "o_42", "order.total": 700.0, "order.note": "~PAID|paid", "order": {"total": 700, "note": "paid", "id": "o_42"}}}`, "pass", "", ""},
		{"another value", `"expect_body": {"json": {"order.total": 701}}`, "fail", "a body with order.total: 701", "order.total: 700"},
		{"no value", `"expect_body": {"json": {"order.sum": 701}}`, "fail", "a body with order.sum: 701", `status 200: no such path "order.sum"`},
		{"a status", `"expect": "201"`, "fail", "201", "200 OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			result := runOne(t, new(till), map[string]string{"a.json": caseSending(payment, `{"send": "e", `+test.step+`}`)})
			require.Equal(t, test.verdict, result.Verdict, "%s", result)
			require.Equal(t, test.expected, result.Expected)
			require.Contains(t, result.Actual, test.actual)
		})
	}
	result := runOne(t, &till{status: 500}, map[string]string{"a.json": `{"format": 1, "level": "should", "events": {"e": ` + payment + `}, "steps": [{"send": "e", "expect": "2xx"}]}`})
	require.Equal(t, contract.Warn, result.Verdict, "a should")
}

// What a refusal of a genuine event says is the hint; a case that mutates has its own.
func TestRefusalsAreRead(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]bool{`{"send": "e", "expect": "2xx"}`: true, `{"send": "e", "mutate": ["chunked"], "expect": "2xx"}`: false} {
		result := runOne(t, &till{status: http.StatusRequestEntityTooLarge}, map[string]string{"a.json": `{"format": 1, "hint": "own", "events": {"e": ` + payment + `}, "steps": [` + step + `]}`})
		require.Equal(t, contract.Fail, result.Verdict, step)
		require.Equal(t, !want, result.Hint == "own", "%s: %s", step, result.Hint)
	}
}

// Only what the cases ask for is delivered: nobody wants a payment that is not in
// the folder.
func TestNothingElseIsDelivered(t *testing.T) {
	t.Parallel()
	s := new(till)
	result := runOne(t, s, map[string]string{"a.json": caseSending(`{"type": "customer.updated"}`, `{"send": "e", "times": 2, "expect": "2xx", "golden": "golden/x.json"}`)})
	require.Equal(t, contract.Fail, result.Verdict)
	require.Len(t, s.delivered(), 2)
	for _, body := range s.delivered() {
		require.Contains(t, body, `"type": "customer.updated"`)
	}
}

// A refusal counts only beside a control that is accepted: a handler that refuses
// everything is not right about forgeries.
func TestRefusalsHaveControls(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"payloads/x.json": `{"id": "evt_1Qd0000000000000000000AB", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}}`,
		"a.json":          caseSending(`{"file": "payloads/x.json"}`, `{"send": "e", "mutate": ["unsigned"], "expect": "4xx"}`),
	}
	s := new(till)
	require.Equal(t, contract.Pass, runOne(t, s, files).Verdict)
	require.Len(t, s.delivered(), 1, "the control")
	result := runOne(t, &till{status: 400}, files)
	require.Equal(t, contract.Inconclusive, result.Verdict)
	require.Contains(t, result.Reason, "the control, a genuine invoice.paid, was not accepted")
}

func TestVariables(t *testing.T) {
	t.Parallel()
	const steps = `{"format": 1, "vars": {"sum": 900, "ref": "ref-{uuid}"},
		"events": {
			"first": {"type": "payment_intent.succeeded", "set": {"data.object.amount": "{sum}"}, "add": {"data.object.metadata.ref": "{ref}"}},
			"second": {"type": "payment_intent.succeeded", "about": "first", "set": {"data.object.amount": "{total}", "data.object.description": "of {order} at {where}"}, "add": {"data.object.metadata.ref": "{ref}"}}
		},
		"steps": [
			{"send": "first", "expect": "2xx", "capture": {"order": "body:order.id", "total": "body:order.total", "where": "header:X-Order"}},
			{"send": "second", "expect_header": {"X-Order": "{where}"}, "expect_body": {"contains": "{order}", "json": {"order.total": "{sum}"}}}
		]}`
	s := new(till)
	result := runOne(t, s, map[string]string{"a.json": steps})
	require.Equal(t, contract.Pass, result.Verdict, "%s", result)
	events := s.delivered()
	require.Len(t, events, 2)
	first, second := parse(t, events[0]), parse(t, events[1])
	for path, want := range map[string]any{"data.object.amount": 900.0, "data.object.description": "of o_42 at order-17"} {
		got, _ := second.Lookup(path)
		require.Equal(t, want, got)
	}
	ref, _ := first.Lookup("data.object.metadata.ref")
	require.Regexp(t, `^ref-[0-9a-f-]{36}$`, ref)
	again, _ := second.Lookup("data.object.metadata.ref")
	require.Equal(t, ref, again)

	s = new(till)
	result = runOne(t, s, map[string]string{"a.json": `{"format": 1, "events": {"a": {"type": "invoice.paid"}, "b": {"type": "invoice.paid", "add": {"data.object.metadata.o": "{o}"}}},
		"steps": [{"send": "a", "expect": "2xx", "capture": {"o": "body:order.number"}}, {"send": "b", "expect": "2xx"}]}`})
	require.Equal(t, contract.Fail, result.Verdict)
	require.Equal(t, "body:order.number, which later steps need as {o}", result.Expected)
	require.Len(t, s.delivered(), 1, "what needs the variable cannot be sent")
}

// A payload keeps its bytes but for ids that a handler would take for duplicates;
// links between payloads survive.
func TestPayloads(t *testing.T) {
	t.Parallel()
	const (
		one   = "{ \"id\": \"evt_1Qd0000000000000000000AB\",\t\"type\": \"invoice.paid\", \"request\": {\"id\": \"req_abcdefghijklmn\", \"idempotency_key\": \"0b5c7c6e-1111-4222-8333-444455556666\"}, \"data\": {\"object\": {\"id\": \"in_1Keep\", \"amount\": 7.10, \"text\": \"é\\u00e9\"}} }\n"
		two   = `{"id": "evt_1Qd0000000000000000000CD", "type": "invoice.sent", "request": {"id": "req_abcdefghijklmn"}, "data": {"object": {"id": "in_1Keep", "after": "evt_1Qd0000000000000000000AB"}}}`
		case1 = `{"format": 1, "events": {"a": {"file": "payloads/one.json"}, "b": {"file": "payloads/two.json", "set": {"data.object.id": "in_other"}}, "c": {"file": "payloads/one.json", "exact": true}},
			"steps": [{"send": ["a", "b", "c"], "expect": "2xx"}]}`
	)
	files := map[string]string{"deep/a.json": case1, "deep/payloads/one.json": one, "deep/payloads/two.json": two}
	var runs [][]string
	for range 2 {
		s := new(till)
		result := runOne(t, s, files)
		require.Equal(t, contract.Pass, result.Verdict, "%s", result)
		runs = append(runs, s.delivered())
	}
	a, b, c := runs[0][0], parse(t, runs[0][1]), runs[0][2]
	require.Equal(t, one, c, "exact")
	fresh := parse(t, a)
	require.Regexp(t, `^evt_1[0-9A-Za-z]{23}$`, fresh.ID())
	require.NotContains(t, a, "evt_1Qd0000000000000000000AB")
	require.NotContains(t, a, "req_abcdefghijklmn")
	require.NotContains(t, a, "0b5c7c6e-1111")
	require.Contains(t, a, `{"id": "in_1Keep", "amount": 7.10, "text": "é\u00e9"}} }`+"\n", "the bytes")
	require.Len(t, a, len(one))
	link, _ := b.Lookup("data.object.after")
	require.Equal(t, fresh.ID(), link, "links survive")
	require.NotEqual(t, fresh.ID(), b.ID())
	id, _ := b.Lookup("data.object.id")
	require.Equal(t, "in_other", id)
	require.NotEqual(t, a, runs[1][0], "another run, other ids")
}

// One case over many payloads: each is judged.
func TestManyPayloads(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.json": caseSending(`{"payloads": "payloads/*.json"}`, `{"send": "e", "expect_body": {"json": {"order.total": 7}}}`)}
	for i := range 5 {
		files[fmt.Sprintf("payloads/%d.json", i)] = fmt.Sprintf(`{"id": "evt_1Qd000000000000000000000%d", "type": "invoice.paid", "data": {"object": {"amount": 7}}}`, i)
	}
	s := new(till)
	require.Equal(t, contract.Pass, runOne(t, s, files).Verdict)
	require.Len(t, s.delivered(), 5)
	files["payloads/3.json"] = `{"id": "evt_3", "type": "invoice.paid", "data": {"object": {"amount": 8}}}`
	require.Equal(t, "order.total: 8", runOne(t, new(till), files).Actual)
}

// The state can be compared with a reference as in the contract, for any type.
func TestStateOfOnesOwn(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const twice = `{"format": 1, "needs": ["state"], "events": {"e": {"type": "invoice.paid"}},
		"steps": [{"send": "e", "times": 2, "expect": "2xx"}], "reference": [{"send": "e"}], "state": "same"}`
	result := runOne(t, new(till), map[string]string{"a.json": twice})
	require.Equal(t, contract.Fail, result.Verdict, "it counts twice")
	require.Contains(t, result.Actual, "state.rows[]")
}

func TestRunDir(t *testing.T) {
	realpart.Long(t)
	dir := folderOf(t, map[string]string{
		"paid.json":            caseSending(payment, `{"send": "e", "expect": "2xx"}`),
		"forged/unsigned.json": caseSending(payment, `{"send": "e", "mutate": ["unsigned"], "expect": "4xx"}`),
		"needs.json":           `{"format": 1, "needs": ["restart"], "events": {"e": {"type": "invoice.paid"}}, "steps": [{"send": "e", "expect": "2xx"}]}`,
		"ledger.json":          caseSending(payment, `{"send": "e", "golden": "golden/ledger.json"}`),
	})
	t.Setenv("FAKESTRIPE_UPDATE", "1")
	isolated := func(*testing.T) contract.Subject {
		subject := new(till).subject()
		subject.Isolated = true
		return subject
	}
	contract.RunDir(t, dir, isolated)
	t.Cleanup(func() { require.FileExists(t, filepath.Join(dir, "golden/ledger.json")) })
}

// Waivers are for the cases of the folder.
func TestOwnWaivers(t *testing.T) {
	t.Parallel()
	suite := contract.Suite{Dir: folderOf(t, map[string]string{"paid.json": paidCase})}
	dir := folderOf(t, map[string]string{
		"good.json": `{"format": 1, "waivers": [{"case": "paid", "reason": "x", "expires": "2099-12-31"}]}`,
		"bad.json":  `{"format": 1, "waivers": [{"case": "signature/unsigned", "reason": "x", "expires": "2099-12-31"}]}`,
	})
	_, err := suite.ReadWaivers(filepath.Join(dir, "good.json"))
	require.NoError(t, err)
	_, err = suite.ReadWaivers(filepath.Join(dir, "bad.json"))
	require.ErrorContains(t, err, "no case has this id")
}

// What a case fills in may be null, and goes into JSON as JSON.
func TestFillings(t *testing.T) {
	t.Parallel()
	s := new(till)
	result := runOne(t, s, map[string]string{"case.json": `{
  "format": 1, "each": ["5\" nails", "screws"],
  "vars": {"a": "x\\y"}, "given": {"T": "handled"},
  "events": {"e": {"type": "T", "set": {"data.object.customer": null, "data.object.description": "{each}", "data.object.metadata.order_id": "{a} of {T}"}}},
  "steps": [{"send": "e", "expect": "2xx"}]
}`})
	require.Equal(t, contract.Pass, result.Verdict, "%s", result)
	bodies := s.delivered()
	require.Len(t, bodies, 2)
	for _, body := range bodies {
		require.Contains(t, body, `"customer": null`)
		require.Contains(t, body, `"order_id": "x\\y of payment_intent.succeeded"`)
	}
	require.Contains(t, bodies[0], `"description": "5\" nails"`)
	require.Contains(t, bodies[1], `"description": "screws"`)
}

// A case whose hooks the subject does not have is skipped, not an error.
func TestHooksAreNeeds(t *testing.T) {
	t.Parallel()
	for hook, want := range map[string]string{
		"restart": "needs a hook that restarts the handler",
		"break":   "needs hooks that break and heal what the handler depends on",
	} {
		result := runOne(t, new(till), map[string]string{"case.json": strings.Replace(paidCase, `"steps": [`, `"steps": [{"hook": "`+hook+`"}, `, 1)})
		require.Equal(t, contract.Skip, result.Verdict)
		require.Equal(t, want, result.Reason)
	}
}

func TestGivenThinIsKnown(t *testing.T) {
	t.Parallel()
	result := runOne(t, new(till), map[string]string{"case.json": `{
  "format": 1, "needs": ["thin"], "given": {"T": "each thin"}, "events": {"e": {"type": "T"}}, "steps": [{"send": "e", "expect": "2xx"}]
}`})
	require.Equal(t, "needs an endpoint that takes thin events", result.Reason)
}

// All types that a case lacks are named, in an order that stays.
func TestMissingTypesAreNamed(t *testing.T) {
	t.Parallel()
	result := runOne(t, new(till), map[string]string{"case.json": `{
  "format": 1, "given": {"A": "invoice.paid", "B": "invoice.voided"}, "events": {"a": {"type": "A"}, "b": {"type": "B"}},
  "steps": [{"send": ["a", "b"], "expect": "2xx"}]
}`})
	require.Equal(t, "needs handling invoice.paid and invoice.voided", result.Reason)
	require.Equal(t, "invoice.paid and invoice.voided", result.Unhandled)
}

func TestSuiteWithoutASubject(t *testing.T) {
	t.Parallel()
	_, err := contract.Check(t.Context(), contract.Suite{})
	require.EqualError(t, err, "a suite without a subject: set New")
}
