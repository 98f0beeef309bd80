package guard_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/guard"
)

// call sends a request to the API, with headers given as name and value in turn.
func call(api *guard.API, method, target, host string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	api.Handler(inside).ServeHTTP(w, r)
	return w
}

// The Host header must hold alone: the GET of a page whose name was rebound may have no
// other sign.
func TestTheAPIHasNoForeignName(t *testing.T) {
	t.Parallel()
	api := &guard.API{Hosts: []string{"stripe.test.example", "Box.Example."}}
	for host, want := range map[string]int{
		"localhost:12113": 200, "localhost": 200, "LOCALHOST.:1": 200, "app.localhost": 200,
		"127.0.0.1:12113": 200, "[::1]:12113": 200, "192.168.1.5:12113": 200, "[fd00::5]": 200, "203.0.113.5": 200,
		"host.docker.internal:12113": 200, "HOST.docker.internal.": 200, "stripe:12113": 200, "my_service-1": 200,
		"stripe.test.example:12113": 200, "STRIPE.test.example.": 200, "box.example": 200,
		"evil.example": 403, "evil.example:12113": 403, "evil.example.": 403, "": 403, ":12113": 403, ".": 403,
		"x.host.docker.internal": 403, "host.docker.internal.evil.example": 403, "localhost.evil.example": 403,
		"x.stripe.test.example": 403, "127.0.0.1.evil.example": 403, "127.0.0.1@evil.example": 403, "stripe:x": 403,
		"stripe:12113.evil.example": 403, "0x7f.1.evil.example": 403,
	} {
		w := call(api, "GET", "/v1/events", host)
		require.Equal(t, want, w.Code, "host %q", host)
		require.Equal(t, want == 200, w.Body.String() == "inside", "host %q", host)
	}
	require.Equal(t, 403, call(new(guard.API), "GET", "/v1/events", "stripe.test.example").Code)
}

func TestAPageMayNotCallTheAPI(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, method, path string
		header             []string
		want               int
	}{
		{"an SDK that reads", "GET", "/v1/events", nil, 200},
		{"an SDK that writes", "POST", "/v1/refunds", []string{"Content-Type", form}, 200},
		{"an SDK, with a charset", "POST", "/v1/refunds", []string{"Content-Type", form + ";charset=UTF-8"}, 200},
		{"an SDK and API v2", "POST", "/v2/core/events", []string{"Content-Type", "application/json"}, 200},
		{"an SDK that uploads", "POST", "/v1/files", []string{"Content-Type", "multipart/form-data; boundary=x"}, 200},
		{"stripe-node with fetch", "POST", "/v1/refunds", []string{"Content-Type", form, "Sec-Fetch-Mode", "cors"}, 200},

		{"a page of another origin", "GET", "/v1/events", []string{"Origin", "https://evil.example"}, 403},
		{"a page of another app here", "GET", "/v1/events", []string{"Origin", "http://localhost:3000"}, 403},
		{"a page of this origin", "POST", "/v1/events", []string{"Origin", "http://localhost:12113"}, 403},
		{"a hidden origin", "POST", "/v1/refunds", []string{"Origin", "null", "Content-Type", form}, 403},
		{"an empty origin", "GET", "/v1/events", []string{"Origin", ""}, 403},
		{"a question before a request", "OPTIONS", "/v1/events", []string{"Origin", "https://evil.example"}, 403},
		{"an image", "GET", "/v1/events", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"the inspector's page", "GET", "/v1/events", []string{"Sec-Fetch-Site", "same-origin"}, 403},
		{"the address bar", "GET", "/v1/events", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-User", "?1"}, 403},
		{"a form", "POST", "/v1/refunds", []string{"Content-Type", form, "Sec-Fetch-Site", "cross-site"}, 403},
		{"a form of text", "POST", "/v1/refunds", []string{"Content-Type", "text/plain"}, 403},
		{"odd text", "POST", "/v1/refunds", []string{"Content-Type", " TEXT/Plain ; x"}, 403},
		{"text behind a form", "POST", "/v1/refunds", []string{"Content-Type", form, "Content-Type", "text/plain"}, 403},
		{"a form in parts", "POST", "/v1/webhook_endpoints", []string{"Content-Type", "Multipart/Form-Data; boundary=x"}, 403},
		{"an upload by a page", "POST", "/v1/files", []string{"Content-Type", "multipart/form-data; boundary=x", "Origin", "http://localhost:3000"}, 403},
	} {
		for _, host := range []string{"localhost:12113", "stripe"} {
			require.Equal(t, c.want, call(new(guard.API), c.method, c.path, host, c.header...).Code, c.name)
		}
	}
}

// What is refused is told as Stripe tells errors, and says how to fix it.
func TestARefusalOfTheAPI(t *testing.T) {
	t.Parallel()
	w := call(&guard.API{Remedy: "ask for it"}, "GET", "/v1/events", "evil.example\x1b[31m"+strings.Repeat("x", 1000))
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var said struct {
		Error struct{ Type, Message string }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
	require.Equal(t, "invalid_request_error", said.Error.Type)
	require.Contains(t, said.Error.Message, "is not known to be this machine: ask for it")
	require.NotContains(t, said.Error.Message, "\x1b")
	require.Less(t, w.Body.Len(), 400)
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Contains(t, call(new(guard.API), "GET", "/", "stripe", "Origin", "x").Body.String(), "the header Origin")
}
