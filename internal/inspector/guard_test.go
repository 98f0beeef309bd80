package inspector_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/internal/inspector"
	"github.com/fakestripe/fakestripe/internal/listen"
)

// guarded is the inspector as listen mounts it.
func guarded(g *guard.Guard) func(method, target, host string, header ...string) *httptest.ResponseRecorder {
	handler := g.Handler(inspector.New(inspector.Config{Hub: new(listen.Hub)}))
	return func(method, target, host string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader(`{"name":"charge.refunded","alone":true}`))
		r.Host = host
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
}

var routes = map[string]string{
	"/": "GET", "/inspect/assets/app.js": "GET", "/inspect/deliveries": "GET", "/inspect/search": "GET", "/inspect/types": "GET", "/inspect/trigger": "POST",
}

func TestAnotherHostIsRefused(t *testing.T) {
	ask := guarded(new(guard.Guard))
	for path, method := range routes {
		for _, own := range []string{"localhost:12113", "127.0.0.1:12113", "[::1]:12113"} {
			require.Less(t, ask(method, path, own).Code, 300, "%s %s", own, path)
		}
		for _, other := range []string{"evil.example:12113", "evil.example", "127.0.0.1.evil.example:12113", ""} {
			require.Equal(t, http.StatusForbidden, ask(method, path, other).Code, "%s %s", other, path)
		}
	}
}

func TestAnotherOriginChangesNothing(t *testing.T) {
	ask := guarded(new(guard.Guard))
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
	} {
		require.Equal(t, http.StatusForbidden, ask("POST", "/inspect/trigger", "localhost:12113", header...).Code, header)
	}
	require.Equal(t, http.StatusAccepted, ask("POST", "/inspect/trigger", "localhost:12113", "Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:12113").Code)
}

func TestToken(t *testing.T) {
	const host = "192.168.1.5:12113"
	g := &guard.Guard{Token: "the-token-of-this-test"}
	ask := guarded(g)
	for path, method := range routes {
		require.Equal(t, http.StatusUnauthorized, ask(method, path, host).Code, path)
		require.Equal(t, http.StatusUnauthorized, ask(method, path+"?token=wrong", host).Code, path)
		require.Less(t, ask(method, path, host, "Authorization", "Bearer "+g.Token).Code, 300, path)
	}
	first := ask("GET", "/?token="+g.Token, host)
	require.Equal(t, http.StatusSeeOther, first.Code)
	require.Equal(t, "/", first.Header().Get("Location"))
	cookies := first.Result().Cookies()
	require.Len(t, cookies, 1)
	require.True(t, cookies[0].HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookies[0].SameSite)
	for path, method := range routes {
		require.Less(t, ask(method, path, host, "Cookie", cookies[0].Name+"="+cookies[0].Value).Code, 300, path)
	}
}
