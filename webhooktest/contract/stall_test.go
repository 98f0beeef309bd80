package contract_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A reading of the state that takes a moment, and then all at once a second, tells of a
// machine that stalls: the report says so, and that the speed was measured again.
func TestStallIsNoticed(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	bubble(t, func(t *testing.T) {
		bug := zooNamed(t, "after-50-ms")
		s := bug.subject(bug.build())
		defer s.Handler.(zooKeeper).Close()
		reads, state := 0, s.State
		s.State = func(ctx context.Context) (any, error) {
			reads++
			time.Sleep(time.Millisecond)
			if reads > 120 {
				time.Sleep(time.Second)
			}
			return state(ctx)
		}
		report, err := contract.Check(t.Context(), contract.Suite{
			Only: []string{"control", "idempotency"}, New: func() contract.Subject { return s }, MaxTime: time.Hour,
		})
		require.NoError(t, err)
		require.Empty(t, complaints(report))
		require.Greater(t, reads, 120)
		require.Len(t, report.Notes, 2)
		require.Contains(t, report.Notes[1], "reading the state took")
		require.Contains(t, report.Notes[0], "this machine stalls: a timer or a reading of the state came 1s late")
	})
}

// A machine on which all is as fast as ever gets no note.
func TestNoStallNoNote(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	for _, note := range checkZoo(t, zooNamed(t, "after-500-ms"), "control").Notes {
		require.NotContains(t, note, "stalls")
	}
}

// An effect is waited for until the time of the run is over, and not held against the
// handler then.
func TestWaitEndsWithTheRun(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		s := contract.Subject{Handler: accept, State: func(context.Context) (any, error) { return map[string]any{}, nil }}
		start := time.Now()
		report, err := contract.Check(t.Context(), contract.Suite{
			Only: []string{"control/effect"}, New: func() contract.Subject { return s }, MaxTime: 7 * time.Second,
		})
		require.NoError(t, err)
		require.Less(t, time.Since(start), 8*time.Second)
		require.Equal(t, contract.Inconclusive, report.Cases[0].Verdict, "%s", report.Cases[0])
		require.Contains(t, report.Cases[0].Reason, "the time of the run, 7s, was over")
	})
}

// How long an answer took is held against a handler only if the machine's stalls cannot
// have added what is too much.
func TestTimeOnAMachineThatStalls(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		late    time.Duration // by which the machine stalls
		answers time.Duration
		verdict contract.Verdict
	}{
		{"a slow handler", 0, 2100 * time.Millisecond, contract.Warn},
		{"too slow for a must", 0, 10100 * time.Millisecond, contract.Fail},
		{"slow, or the machine is", 100 * time.Millisecond, 2100 * time.Millisecond, contract.Inconclusive},
		{"much slower than the machine can have made it", 100 * time.Millisecond, 4 * time.Second, contract.Warn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(test.answers) })
				reads := 0
				s := contract.Subject{Handler: handler, State: func(context.Context) (any, error) {
					time.Sleep(time.Millisecond)
					if reads++; reads > 1 {
						time.Sleep(test.late)
					}
					return reads, nil
				}}
				report, err := contract.Check(t.Context(), contract.Suite{
					Only: []string{"resilience/answers-in-time"}, New: func() contract.Subject { return s }, MaxTime: time.Hour,
				})
				require.NoError(t, err)
				require.Equal(t, test.verdict, report.Cases[0].Verdict, "%s", report.Cases[0])
			})
		})
	}
}
