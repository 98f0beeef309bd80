package webhooktest_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What a handler tells of secrets goes into no report.
func TestExcerptHasNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "whsec_Q7RqLm3Xv9TbN2sKd5WfHy8Pc"
	for said, want := range map[string]string{
		"the secret is " + secret:                       "the secret is whsec_…",
		"or hunter2, not whsec_A1b2C3d4E5f6G7h8I9 !":    "or …, not whsec_… !",
		"STRIPE_KEY=sk_live_0123456789abcdefXYZ;DEBUG":  "STRIPE_KEY=sk_live_…;DEBUG",
		"want whsec_ and what follows, such as whsec_x": "want whsec_ and what follows, such as whsec_x",
	} {
		endpoint := &webhooktest.Endpoint{Secrets: []string{secret, "hunter2"}, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, said)
		})}
		require.Equal(t, want, deliver(t, endpoint, next(t, new(webhooktest.Source), "charge.refunded")).Excerpt())
	}
}
