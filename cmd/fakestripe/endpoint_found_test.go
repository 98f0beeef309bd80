package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExistingPaths(t *testing.T) {
	t.Parallel()
	refused := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no signature", http.StatusBadRequest) }
	page := func(http.ResponseWriter, *http.Request) {}
	for _, test := range []struct {
		name   string
		routes map[string]http.HandlerFunc
		want   []string
	}{
		{"one takes posts", map[string]http.HandlerFunc{"POST /api/webhook": refused, "GET /webhook": page}, []string{"/api/webhook"}},
		{"one accepts anything", map[string]http.HandlerFunc{"POST /stripe/webhook": page}, []string{"/stripe/webhook"}},
		{"all paths are a page", map[string]http.HandlerFunc{"/": page, "POST /webhooks/stripe": refused}, []string{"/webhooks/stripe"}},
		{"all paths are refused", map[string]http.HandlerFunc{"/": refused}, nil},
		{"two", map[string]http.HandlerFunc{"POST /webhook": refused, "POST /webhooks": refused}, []string{"/webhook", "/webhooks"}},
		{"with and without a slash", map[string]http.HandlerFunc{"POST /webhook": refused, "POST /webhook/{$}": refused}, []string{"/webhook"}},
		{"only with a slash", map[string]http.HandlerFunc{"POST /webhook/{$}": refused}, []string{"/webhook/"}},
		{"none", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			for pattern, handler := range test.routes {
				mux.HandleFunc(pattern, handler)
			}
			found, err := existing(t.Context(), serveTest(t, mux).URL, usualPaths)
			require.NoError(t, err)
			require.Equal(t, test.want, found)
		})
	}
	_, err := existing(t.Context(), "http://127.0.0.1:1", usualPaths)
	require.ErrorContains(t, err, "find the path of the webhook: ")
}

// What is found on the app's ports is taken if it is one; else the message says what to give.
func TestTheOnlyEndpoint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		found, ports  []string
		endpoint, why string
	}{
		{[]string{"3000/webhook"}, []string{"3000", "9229"}, "3000/webhook", "the app listens on port 3000, 9229, and answers a POST to no other usual path"},
		{nil, []string{"3000"}, "", "the app listens on port 3000, but no common webhook path exists there: give it, as --to 3000/PATH"},
		{[]string{"3000/webhook", "3000/webhooks"}, []string{"3000"}, "", "the app may take webhooks at 3000/webhook, 3000/webhooks: give one, as --to 3000/webhook"},
	} {
		endpoint, why, err := theOnly(test.found, test.ports)
		if test.endpoint == "" {
			require.EqualError(t, err, test.why)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, test.endpoint, endpoint)
		require.Equal(t, test.why, why)
	}
}
