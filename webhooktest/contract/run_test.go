package contract_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Side by side, isolated subjects get the verdicts that they get one by one.
func TestIsolatedSubjectsAreCheckedSideBySide(t *testing.T) {
	t.Parallel()
	realpart.Gate(t)
	for _, name := range []string{"sound", "no-check", "works-later"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				bug := zooNamed(t, name)
				verdicts := func(isolated bool) map[string]contract.Verdict {
					suite := contract.Suite{MaxTime: time.Hour, New: func() contract.Subject {
						s := bug.subject(bug.build())
						t.Cleanup(s.Handler.(zooKeeper).Close)
						s.Isolated = isolated
						return s
					}}
					report, err := contract.Check(t.Context(), suite)
					require.NoError(t, err)
					found := make(map[string]contract.Verdict)
					for _, result := range report.Cases {
						found[result.ID] = result.Verdict
					}
					return found
				}
				require.Equal(t, verdicts(false), verdicts(true))
			})
		})
	}
}

// The time of a run is bounded: what is left is skipped, not forgotten.
func TestRunEndsInTime(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hanging := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Stripe-Signature") == "" {
				<-r.Context().Done() // until it is given up
			}
		})
		report, err := contract.Check(t.Context(), contract.Suite{
			New:     func() contract.Subject { return contract.Subject{Handler: hanging} },
			Only:    []string{"signature"},
			MaxTime: webhooktest.DefaultTimeout / 2,
		})
		require.NoError(t, err)
		last := report.Cases[len(report.Cases)-1]
		require.Equal(t, contract.Skip, last.Verdict)
		require.Contains(t, last.Reason, "the time of the run, 15s, was over")
	})
}

// zooNamed returns one handler of the zoo.
func zooNamed(t *testing.T, name string) zooBug {
	t.Helper()
	for _, bug := range append(zooSound(), zooBugs()...) {
		if bug.name == name {
			return bug
		}
	}
	t.Fatalf("no handler of the zoo is called %q", name)
	return zooBug{}
}
