package contract_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestStateIsReadAgain holds that a read which meets the handler's lock, as of SQLite, is
// repeated, and one that always fails ends the run with its error.
func TestStateIsReadAgain(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	errLocked := errors.New("database is locked")
	for _, test := range []struct {
		name  string
		fails func(reading int) bool
		want  error
	}{
		{"two of three fail", func(reading int) bool { return reading%3 > 0 }, nil},
		{"all fail", func(int) bool { return true }, errLocked},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				z := newZoo()
				defer z.Close()
				readings := 0
				s := zooNamed(t, "sound").subject(z, func(ctx context.Context) (any, error) {
					if readings++; test.fails(readings) {
						return nil, errLocked
					}
					return z.State(ctx)
				})
				report, err := contract.Check(t.Context(), contract.Suite{
					New: func() contract.Subject { return s }, Only: []string{"control", "idempotency/redelivered"},
				})
				require.ErrorIs(t, err, test.want)
				if err == nil {
					require.Empty(t, shortfalls(report, contract.Fail, contract.Warn, contract.Inconclusive))
				}
			})
		})
	}
}
