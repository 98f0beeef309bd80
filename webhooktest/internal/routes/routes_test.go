package routes_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

func TestTable(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, r := range routes.All() {
		path := "/" + strings.Join(r.Path, "/")
		require.True(t, strings.HasPrefix(path, "/v1/"), path)
		require.False(t, seen[path], "twice: %s", path)
		seen[path] = true
		require.NotContains(t, r.Kinds, "", path)
		require.Contains(t, []routes.Use{routes.Collection, routes.Singleton, routes.MakeOnly}, r.Use, path)
		require.True(t, r.Event == "" || r.Use == routes.Singleton, path)
	}
	require.Greater(t, len(seen), 100)
}

func TestHome(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"charge":      "/v1/charges",
		"refund":      "/v1/refunds",  // rather than below its charge, or below test_helpers
		"account":     "/v1/accounts", // rather than /v1/account, which is one's own
		"discount":    "/v1/customers/{customer}/discount",
		"person":      "/v1/accounts/{account}/persons",
		"credit_note": "/v1/credit_notes", // rather than its preview
	} {
		home, ok := routes.Home(kind)
		require.True(t, ok, kind)
		require.Equal(t, want, "/"+strings.Join(home.Path, "/"), kind)
	}
	for _, kind := range []string{"account_link", "application", "nonsense", ""} {
		_, ok := routes.Home(kind)
		require.False(t, ok, "%s: cannot be fetched", kind)
	}
}
