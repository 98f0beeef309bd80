package contract

import (
	"net/http"
	"path"
)

// These causes are shared by several cases, and chosen by the engine. Package report groups
// results by them.
const (
	forgeriesAccepted = "Forged events are accepted"
	refusedProcessed  = "Refused events are processed"
	staleAccepted     = "Old signatures are accepted"
	repeatsCount      = "Repeated events count again"
	repeatsRefused    = "Repeated events are refused"
	othersTaken       = "Other types are taken for handled ones"
	othersRefused     = "Types that are not handled are refused"
	bodiesRefused     = "Genuine bodies are refused"
	eventsLost        = "Events are lost"
	failedLost        = "Failed events are lost"
	strangersActedOn  = "Objects of others are acted on"
	accountsIgnored   = "The account of an event is ignored"
	orderDecides      = "The order of arrival decides the state"
	strangersCrash    = "Objects that it does not know crash the handler"
	forgeriesAnswered = "Forged events get a server error"
	forgeriesDropped  = "Forged events get 2xx, though ignored"
	forgeriesSilent   = "Forged events get no response"
	fieldsMissing     = "Fields that may be missing crash the handler" // some servers answer nothing then
	handlerEnds       = "An event ends the handler"
	shapesRefused     = "Genuine events of other shapes are refused"
	refusedForGood    = "Genuine events are refused for good"
)

// repeats reports whether a case is about a repeated event.
func repeats(c *contractCase) bool { return c.Cause == repeatsCount }

// cause returns the cause that the finding may share with others, or "". A handler's end is
// never a case's subject, unless a missing field crashes it. One case may have several
// causes, since an error has another cause than an accepted event.
func (f finding) cause(c *contractCase) string {
	failed := f.status >= http.StatusInternalServerError
	switch {
	case f.grave && c.Cause != fieldsMissing:
		return handlerEnds
	case f.forGood:
		return refusedForGood
	case f.ofOrder:
		return orderDecides
	case f.should && f.waits(c) && c.Cause == orderDecides:
		return "" // in the end it does not
	case f.drops(c):
		return forgeriesDropped
	case f.obeys() && c.Cause == refusedProcessed:
		return forgeriesAccepted
	case f.silent && (c.Cause == forgeriesAccepted || c.Cause == staleAccepted):
		return forgeriesSilent
	case failed && (c.Cause == forgeriesAccepted || c.Cause == staleAccepted):
		return forgeriesAnswered
	case failed && (c.Cause == strangersActedOn || c.Cause == accountsIgnored):
		return strangersCrash
	case f.status >= http.StatusMultipleChoices && c.Cause == accountsIgnored:
		return "" // it was looked at
	case f.silent && c.Cause != fieldsMissing:
		return ""
	case f.status >= http.StatusMultipleChoices && !failed && c.Cause == fieldsMissing:
		return shapesRefused
	case f.status >= http.StatusMultipleChoices && repeats(c):
		return repeatsRefused
	case f.status >= http.StatusMultipleChoices && c.Cause == othersTaken:
		return othersRefused
	}
	return c.Cause
}

// A consequence names the cases that fail only because another one does.
type consequence struct {
	of    string   // the case that fails first
	cause string   // the cause of its failure
	on    []string // dependent cases, or groups of them: signature/*
}

// consequences are applied in this order.
var consequences = []consequence{
	{"signature/wrong-secret", forgeriesAccepted, []string{"freshness/one-day-old", "freshness/ten-minutes-old", "freshness/far-future", "signature/forged-no-effect", "resilience/bad-input", "thin/at-snapshot-endpoint"}},
	{"signature/wrong-secret", forgeriesDropped, []string{"freshness/one-day-old", "freshness/ten-minutes-old", "signature/client-error", "thin/at-snapshot-endpoint"}},
	{"signature/wrong-secret", forgeriesSilent, []string{"freshness/far-future"}},
	{"signature/malformed-header", forgeriesAccepted, []string{"freshness/one-day-old", "freshness/ten-minutes-old", "resilience/bad-input"}},
	{"signature/unsigned", forgeriesAccepted, []string{"resilience/bad-input"}},
	{"signature/empty-header", forgeriesAccepted, []string{"resilience/bad-input"}},
	{"signature/forged-no-effect", refusedProcessed, []string{"resilience/bad-input"}},
	{"freshness/one-day-old", staleAccepted, []string{"freshness/zero-timestamp"}},
	{"signature/rolled-second", "A rolled secret is not supported", []string{"signature/junk-v1"}},
	{"body/compact", bodiesRefused, []string{"idempotency/changed-body"}},
	{"body/shuffled-keys", bodiesRefused, []string{"idempotency/changed-body"}},
	{"dispatch/shapes", fieldsMissing, []string{"dispatch/sibling-types"}},
	{"dispatch/extra-properties", bodiesRefused, []string{"idempotency/changed-body"}},
	{"body/not-an-event", "Signed bodies that are no events do harm", []string{"version/declared", "version/other-train"}},
	{"idempotency/redelivered", repeatsCount, []string{"idempotency/two-paid-events", "idempotency/refund-total", "resilience/retry-after-failure"}},
	{"idempotency/changed-body", repeatsCount, []string{"idempotency/two-paid-events"}},
	{"idempotency/acknowledged", repeatsRefused, []string{"freshness/retry"}},
	{"idempotency/two-changes", eventsLost, []string{"ordering/*", "idempotency/race-of-*"}},
	{"idempotency/first-change", eventsLost, []string{"ordering/*", "idempotency/race-of-*"}},
	{"control/second-event", eventsLost, []string{"dispatch/handled-type-works"}},
	{"ordering/same-second", eventsLost, []string{"freshness/old-event", "resilience/burst", "resilience/same-customer", "ordering/session-first", "idempotency/race-of-*"}},
	{"resilience/burst", "Many events at once are too many", []string{"idempotency/race-of-*"}},
	{"ordering/stale-update", orderDecides, []string{"idempotency/race-of-updates"}},
	{"ordering/updated-first", orderDecides, []string{"idempotency/race-of-creation"}},
	{"ordering/missing-dependency", orderDecides, []string{"dispatch/handled-type-works"}},
	{"dispatch/handled-type", "A handled type is refused", []string{"dispatch/handled-type-works"}},
	{"dispatch/look-alike-types", othersTaken, []string{"dispatch/sibling-types"}},
	{"resilience/restart-keeps-work", "Acknowledged work is lost in a restart", []string{"resilience/restart-keeps-ledger", "resilience/failed-work"}},
	{"dispatch/unpaid-checkout", "What was not paid in full is fulfilled", []string{"dispatch/late-payment"}},
	{"resilience/retry-after-failure", failedLost, []string{"resilience/hang-up", "idempotency/two-purchases"}},
	{"connect/unknown-account", strangersCrash, []string{"dispatch/long-ids", "dispatch/foreign-object"}},
	{"dispatch/foreign-object", strangersCrash, []string{"dispatch/null-fields", "dispatch/long-ids", "dispatch/expanded-object", "dispatch/no-metadata"}},
}

// ofRefusedCopies is the consequence of an error at each copy: what a second event about the
// same thing meets, too.
var ofRefusedCopies = consequence{"idempotency/acknowledged", repeatsRefused, []string{"idempotency/*", "ordering/*"}}

// ofSummedRefunds is the consequence where the sum so far is added up as well. Alone, a second
// refund may as well be lost.
var ofSummedRefunds = consequence{"idempotency/redelivered", repeatsCount, []string{"idempotency/two-refunds"}}

// attribute gives results that are consequences of another result its cause.
func attribute(results []Result) {
	for _, rule := range consequences {
		rule.attribute(results, func(*Result) bool { return true })
	}
	ofSummedRefunds.attribute(results, func(*Result) bool { return shows(results, "idempotency/refund-total", repeatsCount) })
	ofRefusedCopies.attribute(results, func(r *Result) bool { return r.Cause == refusedForGood })
}

// attribute gives the dependent cases among the chosen results the cause.
func (c *consequence) attribute(results []Result, chosen func(*Result) bool) {
	if !shows(results, c.of, c.cause) {
		return
	}
	for i := range results {
		if r := &results[i]; r.short() && (!r.lost || c.cause != repeatsCount) && r.Headline != stoppedAnswering && c.has(r.ID) && chosen(r) {
			r.Cause = c.cause
		}
	}
}

// shows reports whether a case fell short for a cause.
func shows(results []Result, id, cause string) bool {
	for i := range results {
		if r := &results[i]; r.ID == id && r.short() && r.Cause == cause {
			return true
		}
	}
	return false
}

func (c *consequence) has(id string) bool {
	for _, pattern := range c.on {
		if ok, err := path.Match(pattern, id); ok && err == nil {
			return true
		}
	}
	return false
}

// short reports whether a result is a shortfall.
func (r *Result) short() bool { return r.Verdict == Fail || r.Verdict == Warn || r.Verdict == Info }

// orderCase returns the case about the order of the events that a case sends at once.
func orderCase(id string) string {
	for _, rule := range consequences {
		if rule.cause == orderDecides && rule.has(id) {
			return rule.of
		}
	}
	return id
}
