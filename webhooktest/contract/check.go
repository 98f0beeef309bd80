package contract

import (
	"context"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// checks are the cases written in code: no delivery of events can express them.
var checks = map[string]func(context.Context, *session) ([]finding, error){
	"quiet":              checkQuiet,
	"effect":             checkEffect,
	"second-event":       checkSecondEvent,
	"late-duplicate":     checkLateDuplicate,
	"clock":              checkClock,
	"tls":                checkTLS,
	"no-secrets":         checkNoSecrets,
	"no-traces":          checkNoTraces,
	"methods":            checkMethods,
	"keep-alive":         checkKeepAlive,
	"large-unsigned":     checkLargeUnsigned,
	"timing":             checkTiming,
	"each-secret":        checkEachSecret,
	"outbound":           checkIdempotencyKeys,
	"api-slow":           checkSlowAPI,
	"connect-header":     checkAccountHeader,
	"fetches":            checkFetches,
	"context-header":     checkContextHeader,
	"other-train":        checkOtherTrain,
	"first-page":         checkFirstPage,
	"sums":               checkSums,
	"totals":             checkTotals,
	"one-purchase":       checkOnePurchase,
	"period":             checkPeriod,
	"partial-refund":     checkPartialRefund,
	"another-ended":      checkAnotherEnded,
	"moved-period":       checkMovedPeriod,
	"lost-dispute":       checkLostDispute,
	"paid-after-failure": checkPaidAfterFailure,
	"two-guests":         checkTwoGuests,
}

// checkQuiet detects a state that changes when nothing is sent.
func checkQuiet(ctx context.Context, s *session) ([]finding, error) {
	var moved statediff.Diff
	for range 2 { // the first time may see the end of earlier work
		var err error
		moved, err = s.probe.measure(ctx, newObservation(), func() error { return s.run.machine.pause(ctx, s.probe.window()) })
		if err != nil || len(moved) == 0 {
			return nil, err
		}
	}
	s.run.learned.restless.Store(true)
	return []finding{{expected: "a state that stays the same while nothing is sent", actual: "it changed at " + strings.Join(moved.Places(), ", ")}}, nil
}

// checkEffect detects a state that does not show the control.
func checkEffect(ctx context.Context, s *session) ([]finding, error) {
	s.run.known.forget(s.subject.control()) // noise depends on this event
	if err := otherwiseShaped(ctx, s, s.subject.control()); err != nil {
		return nil, err
	}
	moved, err := s.baseline.effect(ctx, s.subject.control())
	if isSpent(err) && len(s.run.known.first(s.subject.control()).Without(s.run.learned.floor)) > 0 {
		return nil, nil
	}
	if err != nil || len(moved) > 0 {
		return nil, err
	}
	if len(s.probe.noise) > 0 {
		return nil, s.unmoved("the state changes while nothing is delivered, at " + strings.Join(s.probe.noise, ", "))
	}
	if alone, err := s.baseline.alone(ctx, s.subject.control()); err != nil || len(alone) > 0 {
		return nil, err
	}
	if err := s.unclaimed(ctx, s.subject.control()); err != nil {
		return nil, err
	}
	return []finding{{sent: "a genuine " + s.subject.control(), expected: "a change of the state", actual: "none"}}, nil
}

// checkSecondEvent detects a handler that acts on only one event of a type.
func checkSecondEvent(ctx context.Context, s *session) ([]finding, error) {
	judged, spent := false, error(nil)
	for _, eventType := range s.subject.handled() {
		first, err := s.baseline.effect(ctx, eventType)
		if isSpent(err) {
			spent = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			continue // control/effect and dispatch/handled-type-works report that
		}
		judged = true
		s.run.known.forget(eventType)
		second, err := s.baseline.effect(ctx, eventType)
		if err != nil {
			return nil, err
		}
		if len(second) == 0 {
			s.run.known.learn(eventType, first) // for a second look
			return []finding{{sent: "a second, distinct " + eventType, expected: "a change of the state as after the first", actual: "none"}}, nil
		}
		s.run.known.learnReference(referenceOf(eventType), []statediff.Diff{first, second})
		s.run.known.learnAgain(eventType, first)
	}
	if !judged && spent != nil {
		return nil, spent
	}
	if !judged {
		return nil, s.unmoved("a genuine " + s.subject.control() + " does not change the state")
	}
	return nil, nil
}

// checkLateDuplicate delivers the first event of the run again, after many others: a
// ledger must remember it that long.
func checkLateDuplicate(ctx context.Context, s *session) ([]finding, error) {
	touched, err := s.baseline.effect(ctx, s.subject.control())
	if err != nil {
		return nil, err
	}
	if len(touched) == 0 {
		return nil, s.unmoved("a genuine " + s.subject.control() + " does not change the state")
	}
	event, err := longAgo(ctx, s)
	if err != nil {
		return nil, err
	}
	o := observe(event)
	s.sender.binder.name(o, single, event)
	moved, err := s.probe.measure(ctx, o, func() error {
		_, err := s.sender.deliver(ctx, event)
		return err
	})
	if err != nil {
		return nil, err
	}
	clean, err := withAgain(ctx, s, touched)
	if err != nil {
		return nil, err
	}
	if second := clean.Alike(moved).Lines(); len(second) > 0 {
		return []finding{{sent: event.String(), expected: "no second effect of an event that was processed 100 events ago", actual: evidence(second)}}, nil
	}
	return nil, recognizable(ctx, s, clean)
}

// withAgain returns a baseline of the first effect, which knows what differs in that of another
// event: a running balance, a serial number.
func withAgain(ctx context.Context, s *session, first statediff.Diff) (clean statediff.Baseline, err error) {
	again, err := s.baseline.again(ctx, s.subject.control())
	volatile := s.run.known.madeUp(s.probe.careful).Copy()
	statediff.Baseline{Volatile: volatile, References: []statediff.Diff{first, again}}.Settle()
	return statediff.Baseline{Volatile: volatile, References: []statediff.Diff{first}}, err
}

// recognizable checks that the effect of another event would be recognized by that of the
// first one.
func recognizable(ctx context.Context, s *session, clean statediff.Baseline) error {
	_, did, err := s.baseline.deliverOnce(ctx, []string{s.subject.control()})
	if err == nil && len(clean.Alike(did)) == 0 {
		err = incomparable(clean)
	}
	return err
}

// longAgo returns an event that was accepted at least 100 events ago: the first of the run
// if all went to the same handler, as they do with a URL. In a careful try that event has
// just been delivered again.
func longAgo(ctx context.Context, s *session) (*webhooktest.Event, error) {
	const many = 100
	event, passed := (*webhooktest.Event)(nil), 0
	if s.subject.Handler == nil && !s.subject.Isolated && !s.probe.careful {
		event, passed = s.run.learned.first, len(s.run.log.responses())
	}
	for event == nil || passed < many {
		if event == nil { // with an object of its own, which shows a second effect
			first, err := s.sender.distinct(ctx, s.subject.control())
			if err != nil {
				return nil, err
			}
			event = first
			if _, err := s.sender.deliver(ctx, event); err != nil {
				return nil, err
			}
		}
		if _, err := s.sender.deliverControl(ctx); err != nil {
			return nil, err
		}
		passed++
	}
	return event, nil
}
