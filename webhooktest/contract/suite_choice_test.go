package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A suite that could judge nothing is a mistake, not a success.
func TestSuiteMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*contract.Suite, *contract.Subject)
		want   string
	}{
		{"a level that there is not", func(s *contract.Suite, _ *contract.Subject) { s.Level = "nope" }, `level "nope": want must, should or info`},
		{"all skipped", func(s *contract.Suite, _ *contract.Subject) {
			s.Only, s.Skip = []string{"signature"}, []string{"signature"}
		}, "no case is left: all chosen cases are skipped, or have another level"},
		{"an unknown case", func(s *contract.Suite, _ *contract.Subject) { s.Only = []string{"signature/unsignd"} }, `no case or group "signature/unsignd": did you mean signature/unsigned`},
		{"no time", func(s *contract.Suite, _ *contract.Subject) { s.MaxTime = -time.Second }, "MaxTime -1s: must be positive, such as 3m"},
		{"no stillness", func(_ *contract.Suite, s *contract.Subject) { s.Settle = -time.Second }, "Settle -1s: must not be negative"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			subject := contract.Subject{Handler: accept}
			suite := contract.Suite{New: func() contract.Subject { return subject }}
			test.change(&suite, &subject)
			_, err := contract.Check(t.Context(), suite)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// When the time is not enough for a slow handler, it is the musts that were judged.
func TestMustsOfASlowHandlerComeFirst(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	slow := zooNamed(t, "every-copy-later")
	bubble(t, func(t *testing.T) {
		s := slow.subject(slow.build())
		defer s.Handler.(zooKeeper).Close()
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Seed: 7, MaxTime: 3 * time.Minute})
		require.NoError(t, err)
		judged, late := make(map[string]int), make(map[string]int)
		for _, result := range report.Cases {
			lookedBack := slices.Contains([]string{"http/no-secrets", "http/no-traces", "resilience/answers-in-time"}, result.ID) // at answers, which takes no time
			switch {
			case result.Need == contract.NeedTime:
				late[result.Level]++
			case result.Verdict != contract.Skip && !lookedBack:
				judged[result.Level]++
			}
		}
		require.NotZero(t, judged["must"])
		require.NotZero(t, late["should"], "the time must not be enough for this test")
		require.True(t, late["must"] == 0 || judged["should"] == 0, "a should was judged, a must was not: judged %v, late %v", judged, late)
	})
}
