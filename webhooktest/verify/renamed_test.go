package verify_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// A signature under another name is found, and verified. Without any, the fixes say what
// drops the header.
func TestRenamedHeader(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id": "evt_1", "object": "event"}`)
	header := webhooktest.Sign(body, epoch, testSecret)
	for name, test := range map[string]struct {
		header http.Header
		want   string // finding
		fix    string
	}{
		"as CGI has it":        {http.Header{"HTTP_STRIPE_SIGNATURE": {header}}, "header-renamed", "proxy_set_header"},
		"by a relay":           {http.Header{"X-Original-Stripe-Signature": {header}}, "header-renamed", "origin request policy"},
		"in quotes, too":       {http.Header{"X-Stripe-Signature": {"['" + header + "']"}}, "header-renamed header-list header-quoted", "proxy_set_header"},
		"lost":                 {http.Header{"User-Agent": {"Stripe/1.0"}}, "unsigned", "origin request policy"},
		"another's, unrelated": {http.Header{"X-Hub-Signature-256": {"sha256=" + strings.Repeat("0", 64)}}, "unsigned", "reject it with 400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := verify.Verify(t.Context(), verify.Received{Body: body, Header: test.header, Secrets: []string{testSecret}, At: epoch})
			require.NoError(t, err)
			require.False(t, v.Valid)
			var ids []string
			for _, finding := range v.Findings {
				ids = append(ids, finding.ID)
			}
			require.Equal(t, test.want, strings.Join(ids, " "), "%s", v)
			require.Contains(t, v.String(), test.fix)
		})
	}
}
