package guard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/guard"
)

var inside = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("inside")) })

// ask sends a request with headers, given as name and value in turn.
func ask(g *guard.Guard, method, target, host string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.Handler(inside).ServeHTTP(w, r)
	return w
}

func TestTheHostMustBeOurs(t *testing.T) {
	t.Parallel()
	g := &guard.Guard{Hosts: []string{"devbox"}}
	for host, want := range map[string]int{
		"localhost:12113": 200, "localhost": 200, "LOCALHOST:1": 200, "localhost.:12113": 200, "app.localhost:12113": 200,
		"127.0.0.1:12113": 200, "127.0.0.1": 200, "[::1]:12113": 200, "[::1]": 200, "192.168.1.5:12113": 200,
		"devbox:12113": 200, "DevBox": 200,
		"evil.example:12113": 403, "evil.example": 403, "": 403, ":12113": 403, ".": 403,
		"127.0.0.1.evil.example:12113": 403, "localhost.evil.example": 403, "notlocalhost": 403, "127.0.0.1@evil.example": 403,
		"devbox.evil.example": 403, "localhost:12113.evil.example": 403, "localhost:x": 403,
	} {
		w := ask(g, "GET", "/", host)
		require.Equal(t, want, w.Code, "host %q", host)
		require.Equal(t, want == 200, w.Body.String() == "inside", "host %q", host)
	}
}

func TestAHostIsToldAsText(t *testing.T) {
	t.Parallel()
	w := ask(new(guard.Guard), "GET", "/", "<script>\x1b[31m"+strings.Repeat("x", 1000))
	require.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	require.NotContains(t, w.Body.String(), "\x1b")
	require.Less(t, w.Body.Len(), 300)
}

func TestAnotherOriginChangesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason, method string
		header               []string
		want                 int
	}{
		{"no browser", "the command, curl", "POST", nil, 200},
		{"the page itself", "of this origin", "POST", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:12113"}, 200},
		{"the user", "typed the address", "POST", []string{"Sec-Fetch-Site", "none"}, 200},
		{"another site", "a forged form", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"another port", "another app on this machine", "POST", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"}, 403},
		{"an old browser", "without Sec-Fetch-Site", "POST", []string{"Origin", "https://evil.example"}, 403},
		{"an old browser, our page", "without Sec-Fetch-Site", "POST", []string{"Origin", "http://localhost:12113"}, 200},
		{"a sandboxed frame", "its origin is hidden", "POST", []string{"Origin", "null"}, 403},
		{"DELETE", "any method that changes", "DELETE", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"reading", "the browser keeps the response from the other page", "GET", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 200},
	} {
		require.Equal(t, c.want, ask(new(guard.Guard), c.method, "/", "localhost:12113", c.header...).Code, "%s: %s", c.name, c.reason)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	g := &guard.Guard{Token: "the-token"}
	for _, c := range []struct {
		name, method, target, host string
		header                     []string
		want                       int
	}{
		{"without", "GET", "/", "192.168.1.5:12113", nil, 401},
		{"on loopback too", "GET", "/", "127.0.0.1:12113", nil, 401},
		{"wrong in the address", "GET", "/?token=the-toke", "192.168.1.5:12113", nil, 401},
		{"empty in the address", "GET", "/?token=", "192.168.1.5:12113", nil, 401},
		{"right in the address", "GET", "/?token=the-token", "192.168.1.5:12113", nil, 303},
		{"a POST with the address", "POST", "/?token=the-token", "192.168.1.5:12113", nil, 401},
		{"the cookie", "POST", "/", "192.168.1.5:12113", []string{"Cookie", "fakestripe-12113=the-token"}, 200},
		{"another port's cookie", "GET", "/", "192.168.1.5:12113", []string{"Cookie", "fakestripe-9999=the-token"}, 401},
		{"a wrong cookie", "GET", "/", "192.168.1.5:12113", []string{"Cookie", "fakestripe-12113=other"}, 401},
		{"a program", "POST", "/", "192.168.1.5:12113", []string{"Authorization", "Bearer the-token"}, 200},
		{"a program in a container", "POST", "/", "fakestripe:12113", []string{"Authorization", "Bearer the-token"}, 200},
		{"a program, wrong", "POST", "/", "192.168.1.5:12113", []string{"Authorization", "Bearer other"}, 401},
		{"a program, half", "POST", "/", "192.168.1.5:12113", []string{"Authorization", "the-token"}, 401},
		{"the cookie does not replace the host", "GET", "/", "evil.example:12113", []string{"Cookie", "fakestripe-12113=the-token"}, 403},
		{"nor the address", "GET", "/?token=the-token", "evil.example:12113", nil, 403},
		{"nor the cookie the origin", "POST", "/", "localhost:12113", []string{"Cookie", "fakestripe-12113=the-token", "Sec-Fetch-Site", "cross-site"}, 403},
	} {
		w := ask(g, c.method, c.target, c.host, c.header...)
		require.Equal(t, c.want, w.Code, c.name)
		require.Equal(t, c.want == 200, w.Body.String() == "inside", c.name)
		require.NotContains(t, w.Body.String(), "the-token", c.name)
	}
	require.Equal(t, 200, ask(new(guard.Guard), "GET", "/", "localhost", "Authorization", "Bearer ").Code)
	require.Equal(t, 403, ask(new(guard.Guard), "GET", "/", "evil.example", "Authorization", "Bearer ").Code, "no token is no token")
}

func TestTheTokenBecomesACookie(t *testing.T) {
	t.Parallel()
	g := &guard.Guard{Token: "the-token"}
	for target, want := range map[string]string{
		"/?token=the-token":                     "/",
		"/inspect/live?a=b&token=the-token":     "/inspect/live?a=b",
		"/%2F%2Fevil.example?token=the-token":   "/evil.example",
		"/%5C%5Cevil.example?token=the-token":   "/evil.example",
		"/a%20b?token=the-token&x=%3Cscript%3E": "/a%20b?x=%3Cscript%3E",
	} {
		w := ask(g, "GET", target, "192.168.1.5:12113")
		require.Equal(t, want, w.Header().Get("Location"), target)
		cookies := w.Result().Cookies()
		require.Len(t, cookies, 1)
		require.True(t, cookies[0].HttpOnly)
		require.Equal(t, http.SameSiteStrictMode, cookies[0].SameSite)
		w = ask(g, "GET", "/", "192.168.1.5:12113", "Cookie", cookies[0].Name+"="+cookies[0].Value)
		require.Equal(t, "inside", w.Body.String())
	}
}
