package webhooktest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What a handler tells of secrets goes into no report.
func TestExcerptHasNoSecrets(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"the secret is " + zooSecret:                    "the secret is …",
		"or hunter2, not whsec_A1b2C3d4E5f6G7h8I9 !":    "or …, not whsec_… !",
		"STRIPE_KEY=sk_live_0123456789abcdefXYZ;DEBUG":  "STRIPE_KEY=sk_live_…;DEBUG",
		"want whsec_ and what follows, such as whsec_x": "want whsec_ and what follows, such as whsec_x",
	} {
		endpoint := &webhooktest.Endpoint{Secrets: []string{zooSecret, "hunter2"}, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, said)
		})}
		require.Equal(t, want, deliver(t, endpoint, next(t, new(webhooktest.Source), "charge.refunded")).Excerpt())
	}
}

// What was judged before a hook failed is not lost.
func TestReportComesWithTheError(t *testing.T) {
	t.Parallel()
	s := new(till)
	down := errors.New("no such service")
	var report *webhooktest.Report
	bubble(t, func(t *testing.T) {
		var err error
		report, err = webhooktest.Check(t.Context(), webhooktest.Suite{
			Only: []string{"control/accepted", "resilience/restart-keeps-ledger", "version/declared"},
			New: func() webhooktest.Subject {
				subject := s.subject()
				subject.Restart = func(context.Context) error { return down }
				return subject
			},
		})
		require.ErrorIs(t, err, down)
	})
	verdicts := make(map[string]webhooktest.Verdict)
	for _, result := range report.Cases {
		verdicts[result.ID] = result.Verdict
	}
	require.Equal(t, map[string]webhooktest.Verdict{
		"control/accepted": webhooktest.Pass, "resilience/restart-keeps-ledger": webhooktest.Inconclusive, "version/declared": webhooktest.Skip,
	}, verdicts)
}
