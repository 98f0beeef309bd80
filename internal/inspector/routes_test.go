package inspector_test

import (
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/inspector"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestEveryAnswerIsSecured(t *testing.T) {
	s := newStand(t, shop)
	id := s.deliver(s.event("charge.succeeded")).ID
	for path, contentType := range map[string]string{
		"/":                                     "text/html; charset=utf-8",
		"/inspect/assets/app.js":                "text/javascript; charset=utf-8",
		"/inspect/assets/style.css":             "text/css; charset=utf-8",
		"/inspect/assets/icon.svg":              "image/svg+xml",
		"/inspect/deliveries":                   "application/json",
		"/inspect/deliveries/" + id:             "application/json",
		"/inspect/deliveries/" + id + "/body":   "application/json",
		"/inspect/deliveries/" + id + "/curl":   "text/plain; charset=utf-8",
		"/inspect/deliveries/" + id + "/gotest": "text/plain; charset=utf-8",
		"/inspect/search?text=x":                "application/json",
		"/inspect/types":                        "application/json",
		"/inspect/calls":                        "application/json",
	} {
		status, header, body := s.get(path)
		require.Equal(t, http.StatusOK, status, path)
		require.Equal(t, contentType, header.Get("Content-Type"), path)
		secured(t, path, header)
		require.NotContains(t, body, secret, path)
	}
	for _, path := range []string{"/nothing", "/inspect/assets/nothing.js", "/inspect/deliveries/dlv_999"} {
		status, header, _ := s.get(path)
		require.Equal(t, http.StatusNotFound, status, path)
		secured(t, path, header)
	}
}

func secured(t *testing.T, path string, header http.Header) {
	t.Helper()
	policy := header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'", path)
	require.Contains(t, policy, "frame-ancestors 'none'", path)
	require.NotContains(t, policy, "unsafe", path)
	require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
	require.Equal(t, "no-referrer", header.Get("Referrer-Policy"), path)
	require.Empty(t, header.Get("Access-Control-Allow-Origin"), path)
}

func TestAssetsAreNoFolder(t *testing.T) {
	s := newStand(t, nil)
	for _, path := range []string{"/inspect/assets/", "/inspect/assets/..%2finspector.go", "/inspect/assets/%2e%2e/page.go", "/inspect/assets/index.html"} {
		status, _, _ := s.get(path)
		require.Equal(t, http.StatusNotFound, status, path)
	}
}

// Scripts that never touch markup cannot be made to write any.
func TestScriptsMakeNoMarkup(t *testing.T) {
	files, err := fs.Glob(os.DirFS("assets"), "*")
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	for _, name := range files {
		data, err := os.ReadFile("assets/" + name)
		require.NoError(t, err)
		for _, forbidden := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "createContextualFragment", "DOMParser", "setHTML", "eval(", "new Function", "srcdoc", " onclick", " style=\"", "javascript:"} {
			require.NotContains(t, string(data), forbidden, name)
		}
		if strings.HasSuffix(name, ".svg") {
			continue // its name space is an address
		}
		for _, foreign := range []string{"https://", "http://", "@import", " url(", ":url("} {
			require.NotContains(t, string(data), foreign, "%s loads something from elsewhere", name)
		}
	}
}

func TestListAndDetail(t *testing.T) {
	s := newStand(t, shop)
	good := s.deliver(s.event("charge.succeeded"))
	bad := s.deliver(s.event("invoice.paid"))
	var list struct{ Deliveries []row }
	s.getJSON("/inspect/deliveries", &list)
	require.Len(t, list.Deliveries, 2)
	require.Equal(t, row{ID: good.ID, EventID: good.EventID, Type: "charge.succeeded", URL: s.endpoint.URL, State: listen.Delivered, Status: 200, Attempts: 1}, list.Deliveries[0])
	require.Equal(t, listen.GivenUp, list.Deliveries[1].State)
	require.Equal(t, 500, list.Deliveries[1].Status)

	d := s.detail(bad.ID)
	require.Equal(t, string(bad.Body), d.Body)
	require.Empty(t, d.Sent)
	require.Len(t, d.Attempts, 1)
	require.Equal(t, "Internal Server Error", d.Attempts[0].StatusText)
	require.Equal(t, "cannot book invoices today\n", d.Attempts[0].ResponseBody)
	require.Equal(t, "genuine", d.Attempts[0].Signature.Verdict)
	require.Contains(t, d.Attempts[0].Request, [2]string{"Content-Type", "application/json; charset=utf-8"})
	require.Contains(t, d.Attempts[0].Response, [2]string{"X-Content-Type-Options", "nosniff"})
	require.NotEmpty(t, d.Reason)
}

func TestNoAnswer(t *testing.T) {
	s := newStand(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	d := s.detail(s.deliver(s.event("charge.succeeded")).ID)
	require.NotEmpty(t, d.Attempts[0].Error)
	require.Zero(t, d.Attempts[0].Status)
	require.Equal(t, "genuine", d.Attempts[0].Signature.Verdict)
}

// What lets somebody in is not shown, nor copied.
func TestCredentialsAreNotShown(t *testing.T) {
	app := newStand(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "cookie-of-the-app"})
	}))
	s := newStand(t, nil)
	withPassword := strings.Replace(app.endpoint.URL, "http://", "http://user:password-of-the-app@", 1)
	s.add(listen.Endpoint{URL: withPassword, Secret: secret, Header: http.Header{"Cookie": {"a=cookie-to-the-app"}, "X-Own": {"shown"}}})
	id := s.deliver(s.event("charge.succeeded")).ID
	for _, path := range []string{"", "/curl", "/gotest", "/body"} {
		_, _, body := s.get("/inspect/deliveries/" + id + path)
		for _, hidden := range []string{"password-of-the-app", "cookie-of-the-app", "cookie-to-the-app", secret, "dXNlcjpwYXNzd29yZC"} {
			require.NotContains(t, body, hidden, path)
		}
	}
	_, _, curl := s.get("/inspect/deliveries/" + id + "/curl")
	require.Contains(t, curl, "'X-Own: shown'")
	require.NotContains(t, curl, "xxxxx")
}

func TestTypes(t *testing.T) {
	s := newStand(t, nil)
	var all struct {
		Types     []fixtures.EventType
		Flows     []fixtures.FlowType
		Mutations []struct{ Name, Example, Doc string }
	}
	s.getJSON("/inspect/types", &all)
	require.Greater(t, len(all.Types), 100)
	require.NotEmpty(t, all.Types[0].Description)
	var thin []string
	for _, described := range all.Types {
		if described.Thin {
			thin = append(thin, described.Name)
		}
	}
	require.Equal(t, fixtures.ThinTypes(), thin)
	require.Greater(t, len(all.Flows), 10)
	require.NotEmpty(t, all.Flows[0].Types)
	require.Len(t, all.Mutations, len(webhooktest.Mutations()))
	require.NotEmpty(t, all.Mutations[0].Doc)
}

func TestSearch(t *testing.T) {
	s := newStand(t, shop)
	one := s.deliver(s.event("charge.succeeded", webhooktest.Add("data.object.metadata.order", "Grün-4711")))
	two := s.deliver(s.event("invoice.paid"))
	for text, want := range map[string][]string{
		"grün-4711":            {one.ID},
		"GRÜN":                 {one.ID},
		"cannot%20book":        {two.ID}, // in the answer
		`%22object%22`:         {one.ID, two.ID},
		"nowhere to be found":  {},
		"%3Cscript%3Ealert(1)": {},
	} {
		var found struct{ IDs []string }
		s.getJSON("/inspect/search?text="+strings.ReplaceAll(text, " ", "%20"), &found)
		require.Equal(t, want, found.IDs, text)
	}
}

func TestWrongMethods(t *testing.T) {
	s := newStand(t, shop)
	id := s.deliver(s.event("charge.succeeded")).ID
	for _, path := range []string{"/inspect/trigger", "/inspect/send", "/inspect/check", "/inspect/deliveries/" + id + "/replay"} {
		status, _, _ := s.get(path)
		require.Equal(t, http.StatusMethodNotAllowed, status, path)
	}
	response, err := http.Post(s.url+"/inspect/deliveries", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	require.Len(t, s.hub.Deliveries(0), 1, "nothing was delivered")
}

// Only JSON changes something, and only so much of it.
func TestBodies(t *testing.T) {
	realpart.Long(t)
	s := newStand(t, shop)
	id := s.deliver(s.event("charge.succeeded")).ID
	large := `{"payload":"` + strings.Repeat("x", inspector.MaxBody) + `"}`
	for _, path := range []string{"/inspect/trigger", "/inspect/send", "/inspect/check", "/inspect/deliveries/" + id + "/replay"} {
		for name, c := range map[string]struct {
			contentType, body string
			want              int
		}{
			"a form":              {"application/x-www-form-urlencoded", "name=charge.succeeded", 415},
			"plain text":          {"text/plain", `{"name":"charge.succeeded"}`, 415},
			"no type":             {"", `{"name":"charge.succeeded"}`, 415},
			"JSON of another":     {"application/json+evil", `{}`, 415},
			"too large":           {"application/json", large, 413},
			"no JSON":             {"application/json", `{"name":`, 400},
			"a list":              {"application/json", `[]`, 400},
			"two values":          {"application/json", `{} {}`, 400},
			"an unknown field":    {"application/json", `{"nmae":"charge.succeeded"}`, 400},
			"a field of a string": {"application/json", `{"mutations":"unsigned","payload":1,"name":1}`, 400},
		} {
			response, err := http.Post(s.url+path, c.contentType, strings.NewReader(c.body))
			require.NoError(t, err)
			response.Body.Close()
			if name == "too large" && path != "/inspect/send" && path != "/inspect/check" {
				require.GreaterOrEqual(t, response.StatusCode, 400, "%s: %s", path, name) // the field is unknown there
				continue
			}
			require.Equal(t, c.want, response.StatusCode, "%s: %s", path, name)
		}
	}
	require.Len(t, s.hub.Deliveries(0), 1, "nothing was delivered")
}
