package contract

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// TestAnEarlyReadingIsDoubted holds that a case is tried again if all that it relies on was
// measured for another case, which may have read the state too early.
func TestAnEarlyReadingIsDoubted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		paid := 0
		subject := Subject{
			Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { paid++ }),
			State:   func(context.Context) (any, error) { return paid, nil },
			Handles: []string{"payment_intent.succeeded"},
		}
		subjects := func() Subject { return subject }
		s := newRun(Suite{New: subjects, Seed: 1}, &subject).newSession(subject, subjects)
		defer s.close()
		s.run.known.learn(subject.control(), nil) // by a case at work at the same time

		did, err := s.baseline.effect(t.Context(), subject.control())
		require.NoError(t, err)
		require.Empty(t, did)
		require.True(t, s.distrust([]string{subject.control()}))
		did, err = s.baseline.effect(t.Context(), subject.control())
		require.NoError(t, err)
		require.NotEmpty(t, did)
	})
}
