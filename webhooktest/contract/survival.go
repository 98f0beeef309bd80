package contract

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A handler may exit: it crashes, or never answers again. The engine finds the case at
// fault by repeating it once the handler is back, restarted by the subject's hook or by its
// supervisor. Without that, each remaining case would wait in vain.

// surviving runs a try. If the handler has exited meanwhile, it runs the try again: a
// handler that crashed because of an earlier case does not crash again.
func (s *session) surviving(ctx context.Context, try func() ([]finding, error)) ([]finding, error) {
	findings, err := try()
	gone, ended := s.hasEnded(ctx, err)
	if !ended && errors.Is(err, errPrepare) { // the app was on its way down, or up again
		if err := s.run.machine.pause(ctx, time.Second); err != nil {
			return nil, err
		}
		return try()
	}
	if !ended && isUnread(err) && ctx.Err() == nil {
		return tryAgainReadable(ctx, s, try, err)
	}
	if !ended {
		return findings, err
	}
	if s.revived(ctx) {
		again, err := try()
		if _, ended := s.hasEnded(ctx, err); !ended {
			return again, err
		}
		if s.revived(ctx) {
			return append(again, gone.seenIn(again)), nil
		}
	}
	s.run.budget.end("the handler has stopped responding: " + gone.actual)
	return append(findings, gone.seenIn(findings)), nil
}

// A handler that serves its own state takes it along when it exits. Under a supervisor both
// are back a moment later: a reading that failed meanwhile ends no run, and is held against
// the case that brings the handler down again.

// tryAgainReadable runs a try again once the state can be read again. If it then ends the
// same way after a delivery without an answer, or the state refuses connections, the case
// brings the handler down.
func tryAgainReadable(ctx context.Context, s *session, try func() ([]finding, error), failed error) ([]finding, error) {
	if !becomesReadable(ctx, s) {
		return nil, failed
	}
	findings, err := try()
	if !isUnread(err) {
		return findings, err
	}
	last := killer(s)
	if !exitedAt(last, err) || !s.isAlive(ctx, 0, time.Second, 2*time.Second) || !becomesReadable(ctx, s) {
		return findings, err
	}
	return append(findings, exit(s, last, err)), nil
}

// exitedAt reports whether a state that could not be read shows that the handler exited at
// a delivery.
func exitedAt(last *webhooktest.Response, unread error) bool {
	return last != nil && last.Err != nil || errors.Is(unread, syscall.ECONNREFUSED)
}

// becomesReadable waits until the state can be read.
func becomesReadable(ctx context.Context, s *session) bool {
	s.probe.dirty.Store(true)
	for _, wait := range []time.Duration{0, time.Second, 3 * time.Second, 6 * time.Second} {
		if s.run.machine.pause(ctx, wait) != nil {
			return false
		}
		if _, err := s.probe.readNow(ctx, newObservation()); err == nil {
			return true
		}
	}
	return false
}

// seenIn adds what a case says of the delivery that got no answer.
func (f finding) seenIn(findings []finding) finding {
	if at := slices.IndexFunc(findings, func(f finding) bool { return f.silent }); at >= 0 {
		f.atOnce = findings[at].atOnce
		f.sent, f.actual = findings[at].sent, findings[at].actual+"; and none to a genuine event afterward"
	}
	return f
}

// killer returns the first of the deliveries without an answer at the end of the log: what
// came after it met a handler that had exited.
func killer(s *session) *webhooktest.Response {
	first := s.sender.last
	for _, response := range slices.Backward(s.run.log.responses()) {
		if response.Err == nil || s.subject.Isolated {
			break
		}
		first = response
	}
	return first
}

// asSent describes a delivery: as its case does or, outside of one, with its body if that is
// not the body of its event.
func asSent(s *session, response *webhooktest.Response) string {
	if s.sentAs != nil {
		if sent := s.sentAs(response.Event); sent != "" {
			return sent
		}
	}
	sent := response.Event.String()
	if !bytes.Equal(response.SentBody, response.Event.Body()) {
		sent += "\nbody: " + text.Excerpt(string(response.SentBody))
	}
	return sent
}

// hasEnded detects a handler that answers nothing any more, not even a genuine event.
func (s *session) hasEnded(ctx context.Context, failed error) (finding, bool) {
	_, inconclusive := isInconclusive(failed)
	quiet := failed == nil || inconclusive || errors.Is(failed, render.ErrNotApplicable)
	if s.run.budget.over() != "" || s.sender.last == nil || s.sender.last.Err == nil && quiet {
		return finding{}, false
	}
	last := killer(s)
	if s.isAlive(ctx, 0, 300*time.Millisecond, 2*time.Second) {
		return finding{}, false
	}
	return exit(s, last, s.sender.last.Err), true
}

// exit is the finding that the handler exited at a delivery; unanswered is what showed it, if
// the delivery itself got an answer.
func exit(s *session, last *webhooktest.Response, unanswered error) finding {
	return finding{
		grave: true, sent: asSent(s, last), expected: "a handler that still responds afterward",
		actual: strings.TrimSuffix(cmp.Or(last.Err, unanswered).Error(), ":"),
	}
}

// revived restarts a handler that has exited, or waits until it is back.
func (s *session) revived(ctx context.Context) bool {
	if s.subject.Restart != nil {
		s.probe.dirty.Store(true)
		if err := restart(ctx, s); err != nil {
			s.run.budget.end(fmt.Sprintf("the handler has stopped responding, and could not be restarted: %v", err))
			return false
		}
	}
	return s.isAlive(ctx, 500*time.Millisecond, 2*time.Second, 3*time.Second, 5*time.Second)
}

// lifeTimeout is how long to wait for a sign of life, each time. A handler that hangs must
// not take the time of all remaining cases.
const lifeTimeout = 5 * time.Second

// signOfLife delivers a control, or an event about nothing of the app's if the app cannot
// prepare for one: it may have exited with its handler.
func signOfLife(ctx context.Context, s *session) (*webhooktest.Response, error) {
	response, err := s.sender.deliverControl(ctx)
	if err == nil || ctx.Err() != nil || !s.subject.bindsEach() {
		return response, err
	}
	event, err := s.run.source.event(s.subject.control())
	if err != nil {
		return nil, err
	}
	return s.sender.deliver(ctx, event)
}

// isAlive reports whether the handler answers a genuine event after one of the pauses. If
// the context has ended, the result means nothing.
func (s *session) isAlive(ctx context.Context, pauses ...time.Duration) bool {
	for _, pause := range pauses {
		if err := s.run.machine.pause(ctx, pause); err != nil {
			return true
		}
		patient, cancel := context.WithTimeout(ctx, lifeTimeout)
		response, err := signOfLife(patient, s)
		hangs := patient.Err() != nil && ctx.Err() == nil
		cancel()
		if !hangs && (err != nil || response.Err == nil) {
			return true
		}
	}
	return false
}
