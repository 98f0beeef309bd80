package contract

import (
	"context"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A handler that answers first, and calls Stripe in a queue or after its response, may call
// when another type is tried already. Such calls are told by the ids that they name and by
// when they come; then all types are tried again, with time for the calls after each.

// A callLog knows the calls that were made while types were tried.
type callLog struct {
	tries   []callTry
	patient bool
	lag     time.Duration // for which a call is waited for, if patient
}

// A callTry is a delivery, with the numbers of the last calls before it and before its answer.
type callTry struct {
	event         *webhooktest.Event
	before, until int
	answered      time.Time
}

const (
	leastLag = 100 * time.Millisecond
	usualLag = 500 * time.Millisecond // if nothing tells how late calls come
	mostLag  = time.Second
)

// begin notes that an event is tried next.
func (l *callLog) begin(s *session, event *webhooktest.Event) {
	called := s.subject.called()
	l.tries = append(l.tries, callTry{event: event, before: called, until: called})
}

// deliver delivers the event, and waits for the calls that follow, if there is time for it.
func (l *callLog) deliver(ctx context.Context, s *session, event *webhooktest.Event) error {
	try := &l.tries[len(l.tries)-1]
	if _, err := s.sender.deliver(ctx, event); err != nil {
		return err
	}
	try.until, try.answered = s.subject.called(), time.Now()
	if !l.patient {
		return nil
	}
	for waited := time.Duration(0); waited < l.lag && s.subject.called() == try.before; waited += quietFor / 2 {
		if err := s.run.machine.pause(ctx, quietFor/2); err != nil {
			return err
		}
	}
	if s.subject.called() == try.before {
		return nil
	}
	return awaitQuiet(ctx, s)
}

// any reports whether the handler called Stripe for the event that was tried last.
func (l *callLog) any(s *session) bool {
	if s.subject.API == nil {
		return false
	}
	last := l.tries[len(l.tries)-1]
	return len(callsFor(s, last.event, s.subject.API.CallsSince(last.before))) > 0
}

// anyLate reports whether a call came too late to tell which type it was for. It waits a
// moment for the calls of the last types.
func (l *callLog) anyLate(ctx context.Context, s *session) (late bool, err error) {
	if s.subject.API == nil || len(l.tries) == 0 {
		return false, nil
	}
	if err := l.awaitLast(ctx, s); err != nil {
		return false, err
	}
	for _, call := range s.subject.API.CallsSince(l.tries[0].before) {
		if named := l.naming(call); !l.inTime(call, named) {
			late = true
			l.learn(call, named)
		}
	}
	if l.lag = min(2*l.lag, mostLag); l.lag == 0 {
		l.lag = usualLag
	}
	l.lag = max(l.lag, leastLag)
	return late, nil
}

// awaitLast waits a moment for the calls of the last types: longer for a handler that has
// called nothing yet, as queues do at first.
func (l *callLog) awaitLast(ctx context.Context, s *session) error {
	first := l.tries[0].before
	for waited := time.Duration(0); waited < usualLag && s.subject.called() == first; waited += quietFor {
		if err := s.run.machine.pause(ctx, quietFor); err != nil {
			return err
		}
	}
	if s.subject.called() == first {
		return nil
	}
	return s.run.machine.pause(ctx, leastLag)
}

// naming returns the places of the tries whose events have an id that a call names.
func (l *callLog) naming(call stripeapi.Call) (named []int) {
	ids := idsIn(call)
	for i := range l.tries {
		if namesAny(l.tries[i].event, ids) {
			named = append(named, i)
		}
	}
	return named
}

// inTime reports whether it is certain for which try a call was made: it was made before the
// answer to an event that it names, or names no other and came before the next was tried.
func (l *callLog) inTime(call stripeapi.Call, named []int) bool {
	at := slices.IndexFunc(l.tries, func(t callTry) bool { return call.N > t.before && call.N <= t.until })
	if at >= 0 && (len(named) == 0 || slices.Contains(named, at)) {
		return true
	}
	if len(named) != 1 {
		return false
	}
	next := named[0] + 1
	return next < len(l.tries) && call.N > l.tries[named[0]].before && call.N <= l.tries[next].before
}

// learn learns how late calls come, from one that is about the event of one try.
func (l *callLog) learn(call stripeapi.Call, named []int) {
	if len(named) == 1 && !l.tries[named[0]].answered.IsZero() {
		l.lag = max(l.lag, call.At.Sub(l.tries[named[0]].answered))
	}
}
