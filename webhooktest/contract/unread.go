package contract

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A handler that serves its own state takes it along when it exits. Under a supervisor both
// are back a moment later: a reading that failed meanwhile ends no run, and is held against
// the case that brings the handler down again.

// An errUnread is the error where the state could not be read.
type errUnread struct{ cause error }

func (e errUnread) Error() string { return "state: " + e.cause.Error() }

func (e errUnread) Unwrap() error { return e.cause }

// isUnread reports whether a try ended because the state could not be read.
func isUnread(err error) bool {
	var unread errUnread
	return errors.As(err, &unread)
}

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
