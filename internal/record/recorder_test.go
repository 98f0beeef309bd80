package record_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"
	"go.uber.org/goleak"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestByteForByte compares input and output on the wire, in both directions.
func TestByteForByte(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	tests := []struct{ name, request, answer string }{
		{"a webhook", "POST /webhook HTTP/1.1\r\nHost: shop.test\r\nStripe-Signature: t=1,v1=2\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 13\r\n\r\n{\"type\": \"a\"}",
			"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"},
		{"nothing that net/http likes to add", "POST /webhook HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\n\r\n\x00\xff", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html"},
		{"odd paths and queries", "GET /a%2Fb//c/../%e2%82%ac;x?q=%zz&a=b;c=d&& HTTP/1.1\r\nHost: shop.test\r\n\r\n", "HTTP/1.1 204 No Content\r\nX-A: 1\r\nX-A: 2\r\n\r\n"},
		{"forwarded for somebody", "GET /x HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.test\r\nForwarded: for=192.0.2.1\r\nUser-Agent: x\r\nAccept-Encoding: br\r\nCookie: a=b\r\n\r\n",
			"HTTP/1.1 302 Found\r\nLocation: /elsewhere?a=b\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n"},
		{"a webhook in chunks", "POST /w HTTP/1.1\r\nHost: shop.test\r\nStripe-Signature: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"ty\r\n9\r\npe\": \"a\"}\r\n0\r\n\r\n",
			"HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n"},
		{"a webhook that is too large to keep", "POST /w HTTP/1.1\r\nHost: shop.test\r\nStripe-Signature: x\r\nContent-Length: 1048577\r\n\r\n" + strings.Repeat("x", 1<<20+1), "HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\n\r\n"},
		{"bytes that are compressed", "POST /w HTTP/1.1\r\nHost: shop.test\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"},
	}
	for _, test := range tests {
		upstream := newWire(t, test.answer)
		s := newStand(t, "http://"+upstream.address)
		got := exchange(t, strings.TrimPrefix(s.url, "http://"), test.request)
		require.Equal(t, parseRequest(t, test.request), parseRequest(t, <-upstream.got), test.name)
		require.Equal(t, parseAnswer(t, test.answer), parseAnswer(t, got), test.name)
		<-s.done
	}
}

// TestTarget checks where requests go.
func TestTarget(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 1)
	handler := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Host + r.RequestURI }))
	host := strings.TrimPrefix(handler, "http://")
	for _, test := range []struct{ to, path, host, want string }{
		{"", "/hook?a=b", "", host + "/hook?a=b"},
		{"", "/", "", host + "/"},
		{"/webhook?k=1", "/", "", host + "/webhook?k=1"},
		{"/webhook?k=1", "/?a=b", "", host + "/webhook?a=b"},
		{"/webhook", "/other", "", host + "/other"},
		{"/webhook", "/", "shop.example.com", "shop.example.com/webhook"},
	} {
		s := newStand(t, handler+test.to)
		request, err := http.NewRequest(http.MethodGet, s.url+test.path, nil)
		require.NoError(t, err)
		request.Host = test.host
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, test.want, <-seen)
	}
}

// TestReplay records a shop written with stripe-go and replays the recording: it passes
// on that shop, and fails on one with a different check of the amount.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := newStand(t, serve(t, shop.New(secret)), secret)
	for _, body := range [][]byte{
		event(t, "payment_intent.succeeded", webhooktest.Set("data.object.amount_received", 4200)),
		event(t, "charge.dispute.created"), event(t, "invoice.paid"), event(t, "payment_intent.succeeded"),
	} {
		require.Equal(t, 200, s.post(t, body, nil).StatusCode)
		require.NoError(t, (<-s.done).Err)
	}
	require.Empty(t, replay(t, s.dir, shop.New("whsec_another"), "whsec_another"), "with a fresh signature of any secret")
	strict := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
		if err != nil || e.Type == "payment_intent.succeeded" && e.Data.Object["amount_received"].(float64) < 4500 {
			http.Error(w, "too little", http.StatusUnprocessableEntity)
		}
	})
	require.Equal(t, []string{"00001-payment_intent.succeeded.json: 422, want 200: too little"}, replay(t, s.dir, strict, secret))
}

// replay delivers the events of a recording and returns the responses that differ from
// the recorded ones.
func replay(t testing.TB, dir string, handler http.Handler, secret string) (failed []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	endpoint := webhooktest.Endpoint{Handler: handler, Secrets: []string{secret}}
	defer endpoint.Close()
	for _, file := range files {
		var c struct {
			Events map[string]struct{ File string }
			Steps  []struct{ Send, Expect string }
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &c))
		require.Len(t, c.Steps, 1)
		payload, err := os.ReadFile(filepath.Join(dir, c.Events[c.Steps[0].Send].File))
		require.NoError(t, err)
		e, err := webhooktest.ParseEvent(payload)
		require.NoError(t, err)
		answer, err := endpoint.Deliver(context.Background(), e)
		require.NoError(t, err)
		expected, err := expect.Parse(c.Steps[0].Expect)
		require.NoError(t, err)
		if !expected.Met(answer.StatusCode, answer.Err) {
			failed = append(failed, fmt.Sprintf("%s: %d, want %s: %s", filepath.Base(file), answer.StatusCode, c.Steps[0].Expect, answer.Excerpt()))
		}
	}
	return failed
}

func TestRedacted(t *testing.T) {
	t.Parallel()
	body := event(t, "charge.succeeded", webhooktest.Set("data.object.receipt_email", "nora@corp.test"))
	s := newStand(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "session=s3cr3t")
		w.Header().Set("X-Request-Id", "s3cr3t")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"mailed":"nora@corp.test","key":"sk_test_51HqABCDEFGHIJKL"}`)
	})))
	s.post(t, body, http.Header{"Authorization": {"Bearer s3cr3t"}, "Cookie": {"a=s3cr3t"}})
	require.Equal(t, "00001-charge.succeeded.json", (<-s.done).File)
	all := s.file(t, "00001-charge.succeeded.json") + s.file(t, "payloads/00001-charge.succeeded.json") + s.file(t, "exchanges/00001-charge.succeeded.http")
	for _, gone := range []string{"nora@corp.test", "s3cr3t", "51HqABCDEFGH", "Nora", "v1=", "Stripe-Signature"} {
		require.NotContains(t, all, gone)
	}
	require.Regexp(t, `(?s)^POST /webhook HTTP/1.1\nAuthorization: redacted\n.*\nCookie: redacted\n.*\n\nHTTP/1.1 200 OK\n.*\nSet-Cookie: redacted\n.*\n\n\{"mailed":"person-[0-9a-f]{12}@example.com","key":"redacted-[0-9a-f]{16}"\}$`,
		s.file(t, "exchanges/00001-charge.succeeded.http"))
}

// TestAnswers checks the kept part of a response.
func TestAnswers(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(zip, "sent to nora@corp.test")
	require.NoError(t, zip.Close())
	tests := []struct{ name, kind, encoding, body, want string }{
		{"text", "text/plain; charset=utf-8", "", "thanks, nora@corp.test", `thanks, person-[0-9a-f]{12}@example\.com`},
		{"no type", "", "", "ok", "ok"},
		{"nothing", "text/plain", "", "", ""},
		{"JSON", "application/problem+json", "", `{"email":"a@b.test"}`, `{"email":"person-[0-9a-f]{12}@example\.com"}`},
		{"JSON by another name", "text/plain", "", `{"name":"Nora"}`, `{"name":"Name [0-9a-f]{8}"}`},
		{"JSON that is none", "application/json", "", `{"name":"Nora`, `\(13 bytes of application/json, not kept\)\n`},
		{"or looks so", "", "", `[{"name":"Nora`, `\(14 bytes of no type, not kept\)\n`},
		{"a page, which may show settings", "text/html", "", "<pre>DB=s3cr3t", `\(14 bytes of text/html, not kept\)\n`},
		{"compressed", "text/plain", "gzip", zipped.String(), `sent to person-[0-9a-f]{12}@example\.com`},
		{"compressed in a way of its own", "text/plain", "br", "abc", `\(3 bytes of text/plain, not kept\)\n`},
		{"compressed by name only", "text/plain", "gzip", "abc", `\(3 bytes of text/plain, not kept\)\n`},
		{"much", "text/plain", "", strings.Repeat("no ", 40_000), `(no )+\n\(65536 of 120000 bytes\)\n`},
	}
	for _, test := range tests {
		s := newStand(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			if test.kind != "" {
				w.Header().Set("Content-Type", test.kind)
			}
			if test.encoding != "" {
				w.Header().Set("Content-Encoding", test.encoding)
			}
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, test.body)
		})))
		answer := s.post(t, event(t, "charge.failed"), nil)
		passed, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, test.body, string(passed), test.name)
		require.Equal(t, 202, (<-s.done).Status)
		_, kept, found := strings.Cut(s.file(t, "exchanges/00001-charge.failed.http"), "HTTP/1.1 202 Accepted\n")
		require.True(t, found)
		_, kept, found = strings.Cut(kept, "\n\n")
		require.True(t, found)
		require.Regexp(t, "^"+test.want+"$", kept, test.name)
	}
}

// TestNotKept checks the requests passed on but not kept.
func TestNotKept(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	good := event(t, "charge.failed")
	ok := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	const nobody = "http://127.0.0.1:1" // nothing listens there; another program may have taken the port of a closed listener
	closing := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	breaking := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	tests := []struct {
		name, to string
		body     []byte
		header   http.Header
		status   int
		reason   string
	}{
		{"no signature", ok, good, http.Header{"Stripe-Signature": nil}, 200, "no webhook: not a POST with a Stripe-Signature"},
		{"a web page", ok, good, http.Header{"Origin": {"http://localhost:4243"}}, 200, "no webhook: a web page sent it: it has the header Origin"},
		{"a web page's form", ok, good, http.Header{"Content-Type": {"text/plain"}}, 200, `no webhook: a web page sent it: it has the content type "text/plain"`},
		{"another secret", ok, good, http.Header{"Stripe-Signature": {webhooktest.Sign(good, time.Now(), "whsec_x")}}, 200, "its signature does not match the given secret"},
		{"an old signature", ok, good, http.Header{"Stripe-Signature": {webhooktest.Sign(good, time.Now().Add(-6*time.Minute), secret)}}, 200, "its signature is older than 5 minutes"},
		{"no signature in it", ok, good, http.Header{"Stripe-Signature": {"t=,,v1"}}, 200, "its signature is older than 5 minutes"},
		{"no JSON", ok, []byte("type=x"), nil, 200, "the body is not an event: it has no type"},
		{"no event", ok, []byte(`{"a":1}`), nil, 200, "the body is not an event: it has no type"},
		{"no object", ok, []byte(`[1]`), nil, 200, "the body is not an event: it has no type"},
		{"too large", ok, []byte(`{"type":"` + strings.Repeat("x", 1<<20) + `"}`), nil, 200, "the body is larger than 1 MiB"},
		{"nested too deeply", ok, []byte(`{"type":"x","a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "}"), nil, 200, "cannot redact it: line 1, column 529: nested deeper than 512"},
		{"handler down", nobody, good, nil, 502, "no response: connection refused: nothing listens on " + strings.TrimPrefix(nobody, "http://")},
		{"no such host", "http://nosuch.invalid", good, nil, 502, "no response: no address found for host nosuch.invalid"},
		{"handler closes", closing, good, nil, 502, "no response: " + strings.TrimPrefix(closing, "http://") + " closed the connection without a response"},
		{"no status", raw(t, "HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"), good, nil, 502, "no response: the handler answered with status 000, which is not a final HTTP status: want 200 to 599"},
		{"a status that is none", raw(t, "HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n"), good, nil, 502, "no response: the handler answered with status 600, which is not a final HTTP status: want 200 to 599"},
		{"an upgrade that nobody asked for", raw(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), good, nil, 502, "no response: the handler answered with status 101, which is not a final HTTP status: want 200 to 599"},
		{"an upgrade of a webhook", raw(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), good, http.Header{"Upgrade": {"x"}, "Connection": {"Upgrade"}}, 502, "no response: the handler answered with status 101, which is not a final HTTP status: want 200 to 599"},
		{"handler breaks off", breaking, good, nil, 200, "the response was cut off"},
	}
	for _, test := range tests {
		if runtime.GOOS == "windows" && test.to == nobody {
			continue // this sets another number, with another text
		}
		s := newStand(t, test.to, secret, "whsec_second")
		answer := s.post(t, test.body, test.header)
		require.Equal(t, test.status, answer.StatusCode, test.name)
		e := <-s.done
		require.Equal(t, test.reason, e.Reason, test.name)
		require.Empty(t, e.File, test.name)
		entries, err := os.ReadDir(s.dir)
		require.NoError(t, err)
		require.Empty(t, entries, test.name)
		if test.status == http.StatusBadGateway {
			said, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.Equal(t, "fakestripe record: "+test.reason+"\n", string(said))
		}
	}
}

// TestFolderGone passes requests on after a write error, and reports it.
func TestFolderGone(t *testing.T) {
	t.Parallel()
	s := newStand(t, serve(t, shop.New(secret)))
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "payloads"), nil, 0o644)) // in place of a folder
	require.Equal(t, 200, s.post(t, event(t, "charge.failed"), nil).StatusCode)
	e := <-s.done
	require.ErrorContains(t, e.Err, "payloads")
	require.Contains(t, e.Reason, "cannot write it: ")
}

// TestTogether keeps many concurrent webhooks, each in files of its own.
func TestTogether(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	store := shop.New(secret)
	s := newStand(t, serve(t, store), secret)
	endpoint := webhooktest.Endpoint{URL: s.url + "/webhook", Secrets: []string{secret}}
	defer endpoint.Close()
	var source webhooktest.Source
	events := func(yield func(*webhooktest.Event) bool) {
		for range 60 {
			e, err := source.Event("payment_intent.succeeded")
			if err != nil || !yield(e) {
				return
			}
		}
	}
	for answer, err := range endpoint.DeliverAll(context.Background(), events, 20) {
		require.NoError(t, err)
		require.Equal(t, 200, answer.StatusCode)
	}
	for range 60 {
		require.NoError(t, (<-s.done).Err)
	}
	require.Len(t, store.Ledger(), 60)
	files, err := filepath.Glob(filepath.Join(s.dir, "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 60)
	require.Empty(t, replay(t, s.dir, shop.New(secret), secret))
}
