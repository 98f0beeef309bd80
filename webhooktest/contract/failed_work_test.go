package contract_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const failedWork = "resilience/failed-work"

// judgeFailedWork returns what the case says of a subject.
func judgeFailedWork(t *testing.T, s contract.Subject) contract.Result {
	t.Helper()
	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{"control", failedWork}})
	require.NoError(t, err)
	for _, result := range report.Cases {
		if result.ID == failedWork {
			return result
		}
	}
	t.Fatal("the case was not run")
	return contract.Result{}
}

// Stripe's API, too, can fail when the event is accepted already.
func TestFailedWorkThatCallsStripe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, why string
		handler   outageHandler
		want      contract.Verdict
		says      string
	}{
		{"at once", "the work is done before the response", outageHandler{asks: true}, contract.Skip, "works after its response"},
		{"later, of itself", "nothing that fails is needed", outageHandler{later: true}, contract.Skip, "called nothing of Stripe's API"},
		{"repeats in a second", "as queues do", outageHandler{asks: true, later: true, again: time.Second}, contract.Pass, ""},
		{"repeats in a minute", "which is sound too", outageHandler{asks: true, later: true, again: time.Minute}, contract.Pass, ""},
		{"gives up", "nobody tries again", outageHandler{asks: true, later: true}, contract.Info, "not repeated within 1m5s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				test.handler.patience = 5 * time.Second
				s := test.handler.subject(t)
				s.Break, s.Heal = nil, nil
				result := judgeFailedWork(t, s)
				require.Equal(t, test.want, result.Verdict, "%s: %s", test.why, result)
				require.Contains(t, result.Reason+result.Actual, test.says)
				require.Equal(t, strings.HasPrefix(test.says, "called nothing"), result.Need == "faults", "what the user can give")
			})
		})
	}
}

// A database that is down shows no state either: what is done right after it is up again
// may have been done before it failed, and what is missing is missing.
func TestFailedWorkUnseen(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		name   string
		handle func(*zooHandler) func(*zooDelivery) error
		want   contract.Verdict
	}{
		{"repeated", func(z *zooHandler) func(*zooDelivery) error { return z.repeating(15 * time.Second) }, contract.Pass},
		{"dropped", func(z *zooHandler) func(*zooDelivery) error { return z.dropping }, contract.Info},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				z := newZoo()
				defer z.Close()
				z.handle, z.answer = test.handle(z), zooAnswerWith(202)
				s := zooNamed(t, "sound").subject(z, func(ctx context.Context) (any, error) {
					z.mu.Lock()
					down := z.down
					z.mu.Unlock()
					if down {
						return nil, errZooDown
					}
					return z.State(ctx)
				})
				require.Equal(t, test.want, judgeFailedWork(t, s).Verdict)
			})
		})
	}
}
