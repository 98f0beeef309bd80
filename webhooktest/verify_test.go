package webhooktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

const verifySecret = "whsec_NJ4TfXm2cQpR8sVb1LwYd7Ka9GzHeU3o"

// Every mutation that keeps a delivery from verifying is explained, and those that
// do not are valid.
func TestVerifyExplainsMutations(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	source := webhooktest.Source{Seed: 7, Now: stopped(epoch)}
	expected := map[string]string{
		"unsigned": "unsigned", "empty-signature": "unsigned", "wrong-secret": "other-secret", "secret=whsec_other": "other-secret",
		"empty-secret": "signed-with-empty-secret", "body-tampered": "other-secret", "timestamp-tampered": "timestamp-changed",
		"v0-only": "wrong-scheme", "v2-only": "wrong-scheme", "unstamped-mac": "signed-without-timestamp",
		"digest=truncated": "cut-digest", "digest=extended": "long-digest",
		"malformed=garbage": "header-garbage", "malformed=text-timestamp": "header-bad-timestamp", "malformed=no-timestamp": "header-no-timestamp",
		"malformed=empty-timestamp": "header-no-timestamp", "malformed=no-v1": "no-v1", "malformed=empty-v1": "header-odd-elements no-v1",
		"age=10m": "too-old", "age=-1h": "in-the-future", "timestamp=abc": "header-bad-timestamp", "stale": "too-old", "timestamp=0": "too-old", "timestamp=-5": "too-old",
		"timestamp=milliseconds": "timestamp-unit", "signature=": "unsigned",
	}
	for _, test := range mutationTests {
		if test.mutation == "hang-up" || strings.HasPrefix(test.mutation, "header") || strings.HasPrefix(test.mutation, "signature-name") {
			continue // of the request, not of what is verified
		}
		t.Run(test.mutation, func(t *testing.T) {
			t.Parallel()
			event, err := source.Event("payment_intent.succeeded")
			require.NoError(t, err)
			handler := new(recorder)
			deliver(t, &webhooktest.Endpoint{Handler: handler, Secrets: []string{verifySecret}, Now: stopped(epoch)}, event, test.mutation)
			got := handler.last(t)
			v, err := verify.Verify(t.Context(), verify.Received{
				Signature: got.signature(), Body: []byte(got.Body), Secrets: []string{verifySecret}, At: epoch.Add(2 * time.Second),
			})
			require.NoError(t, err)
			var found []string
			for _, finding := range v.Findings {
				found = append(found, finding.ID)
			}
			require.Equal(t, expected[test.mutation], strings.Join(found, " "), "%s", v)
		})
	}
}
