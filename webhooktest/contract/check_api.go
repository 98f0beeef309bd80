package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A handler's call to Stripe's API is an effect of the event, too. The local API records
// it.

// checkIdempotencyKeys delivers an event twice: both times, a creation must carry the same
// key.
func checkIdempotencyKeys(ctx context.Context, s *session) ([]finding, error) {
	return atCallers(ctx, s, "a handler that creates something at Stripe", func(event *webhooktest.Event, first []stripeapi.Call) ([]finding, bool, error) {
		first = slices.DeleteFunc(first, func(call stripeapi.Call) bool { return !setsOff(call) })
		if len(first) == 0 {
			return nil, false, nil
		}
		_, second, err := deliverRecorded(ctx, s, event)
		return createdAgain(event, first, callsFor(s, event, second)), true, err
	})
}

// createdAgain finds a creation by the second delivery that carries no key of the first.
func createdAgain(event *webhooktest.Event, first, second []stripeapi.Call) []finding {
	for _, call := range second {
		known := slices.ContainsFunc(first, func(other stripeapi.Call) bool {
			return other.Path == call.Path && other.IdempotencyKey != "" && other.IdempotencyKey == call.IdempotencyKey
		})
		if setsOff(call) && !known {
			return []finding{{sent: event.String() + ", twice", expected: "one " + called(call) + ", or both with one Idempotency-Key", actual: "a second one, with " + keyed(call)}}
		}
	}
	return nil
}

// setsOff reports whether repeating a call would have a second effect. Setting a field
// again would not.
func setsOff(call stripeapi.Call) bool { return hadResult(call) && !isUpdate(call) }

func keyed(call stripeapi.Call) string {
	if call.IdempotencyKey == "" {
		return "no Idempotency-Key"
	}
	return "the Idempotency-Key " + call.IdempotencyKey
}

// checkAccountHeader requires calls for a connected account's event to name the account.
func checkAccountHeader(ctx context.Context, s *session) ([]finding, error) {
	return checkCarried(ctx, s, "account", "Stripe-Account", func(call stripeapi.Call) string { return call.Account })
}

func checkContextHeader(ctx context.Context, s *session) ([]finding, error) {
	return checkCarried(ctx, s, "context", "Stripe-Context", func(call stripeapi.Call) string { return call.Context })
}

// checkFetches requires the handler to fetch the object of a thin event, in the context of
// the event.
func checkFetches(ctx context.Context, s *session) ([]finding, error) {
	return atCallers(ctx, s, "a handled type of thin events that are about an object", fetchesInContext, webhooktest.Set("context", foreignAccount))
}

// fetchesInContext judges the calls for a thin event about an object.
func fetchesInContext(event *webhooktest.Event, calls []stripeapi.Call) (findings []finding, judged bool, err error) {
	url, ok := event.Lookup("related_object.url")
	if !ok {
		return nil, false, nil
	}
	sent := event.String() + " with context " + foreignAccount
	fetched := slices.DeleteFunc(slices.Clone(calls), func(call stripeapi.Call) bool { return call.Path != url })
	if len(fetched) == 0 {
		return []finding{{sent: sent, expected: fmt.Sprintf("GET %s with Stripe-Context", url), actual: "other calls: " + called(calls[0])}}, true, nil
	}
	return notCarried(event, sent, "Stripe-Context", fetched, func(call stripeapi.Call) string { return call.Context }), true, nil
}

// foreignAccount returns the account of an event that is not the platform's own.
const foreignAccount = "acct_1FrgnShop4Tq8Ld2"

// checkCarried requires a field of the event as a header of all calls. If those for another
// type carry it, the event may be one that only the platform itself gets: a should.
func checkCarried(ctx context.Context, s *session, field, header string, of func(stripeapi.Call) string) ([]finding, error) {
	var short []finding
	carries := ""
	_, err := atCallers(ctx, s, "", func(event *webhooktest.Event, calls []stripeapi.Call) ([]finding, bool, error) {
		found := notCarried(event, event.String()+" with "+field+" "+foreignAccount, header, calls, of)
		if len(found) == 0 {
			carries = cmp.Or(carries, event.Type())
		}
		short = append(short, found...)
		return nil, true, nil
	}, webhooktest.Add(field, foreignAccount))
	if err != nil || len(short) == 0 {
		return nil, err
	}
	if first := &short[0]; carries != "" {
		first.should = true
		first.actual += ", unlike the calls for " + carries
	}
	return short[:1], nil
}

// notCarried returns the first call that does not name the account: in a header or, for a
// platform that asks about an account of its own, otherwise.
func notCarried(event *webhooktest.Event, sent, header string, calls []stripeapi.Call, of func(stripeapi.Call) string) []finding {
	for _, call := range calls {
		got := of(call)
		if got == foreignAccount || isAbout(call, foreignAccount) || isAbout(call, accountOf(event)) {
			continue
		}
		actual := called(call) + " with " + header + ": " + got
		if got == "" {
			actual = called(call) + " without it"
		}
		return []finding{{sent: sent, expected: header + " in every call", actual: actual}}
	}
	return nil
}

// accountOf returns the account that the object of an event is, or belongs to, or "".
func accountOf(event *webhooktest.Event) (account string) {
	for _, field := range []string{"id", "account"} {
		if value, _ := event.Lookup("data.object." + field); account == "" {
			account, _ = value.(string)
		}
		if !strings.HasPrefix(account, "acct_") {
			account = ""
		}
	}
	return account
}

// isAbout reports whether a call is about an account: in its path, or in a parameter, as the
// account of a new link to onboarding and the destination of a transfer are. What metadata
// says is for the app alone.
func isAbout(call stripeapi.Call, account string) bool {
	if account == "" {
		return false
	}
	if slices.Contains(strings.Split(call.Path, "/"), account) {
		return true
	}
	for name, values := range call.Params {
		if !strings.HasPrefix(name, "metadata[") && slices.Contains(values, account) {
			return true
		}
	}
	return false
}

// silentAPI returns a remark if the local API was never called.
func (s *session) silentAPI() []string {
	if s.subject.API == nil || s.subject.Isolated || s.subject.API.Called() > 0 || !s.run.log.anyAccepted() {
		return nil
	}
	return []string{"the handler never called the local Stripe API: if it calls Stripe, its client talks to another address"}
}
