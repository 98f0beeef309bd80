package contract_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A handler that exits takes the state that it serves along, until its supervisor has it
// back. The case that brings it down says so, and the run goes on.
func TestUnreadableStateCostsItsOwnCase(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const noEvent, noEffect = "body/not-an-event", "body/not-an-event-no-effect"
	for _, c := range []struct {
		why      string
		back     time.Duration // after which the supervisor has restarted it
		deadly   int           // how many times the body brings it down
		answered bool          // it exits after its answer
		warned   []string
	}{
		{"a supervisor", 1500 * time.Millisecond, 100, false, []string{noEffect, noEvent}},
		{"a slow supervisor", 5 * time.Second, 100, false, []string{noEffect, noEvent}},
		{"after its answer", 1500 * time.Millisecond, 100, true, []string{noEffect, noEvent}},
		{"once, of something else", 1500 * time.Millisecond, 1, true, nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				z := newZoo()
				defer z.Close()
				var until time.Time
				s := zooNamed(t, "sound").subject(z, func(ctx context.Context) (any, error) {
					if time.Now().Before(until) {
						return nil, syscall.ECONNREFUSED
					}
					return z.State(ctx)
				})
				s.Break, s.Heal, s.Restart = nil, nil, nil
				s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					isDown := time.Now().Before(until)
					if exits := err == nil && string(body) == "null" && c.deadly > 0; exits && !isDown {
						c.deadly--
						until, isDown = time.Now().Add(c.back), !c.answered
					}
					if isDown {
						panic(http.ErrAbortHandler)
					}
					r.Body = io.NopCloser(strings.NewReader(string(body)))
					z.ServeHTTP(w, r)
				})
				report, err := contract.Check(t.Context(), contract.Suite{
					New: func() contract.Subject { return s }, Only: []string{"control", noEvent, noEffect, "http/no-session"},
				})
				require.NoError(t, err)
				require.Equal(t, c.warned, shortfalls(report, contract.Warn))
				require.Empty(t, shortfalls(report, contract.Fail))
				require.Contains(t, shortfalls(report, contract.Pass), "http/no-session")
			})
		})
	}
}
