package checkout_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A stand is a completer and what it has delivered.
type stand struct {
	t         *testing.T
	completer *checkout.Completer
	mu        sync.Mutex
	sent      []string // types and the id of the object
	err       error    // of Deliver
}

func newStand(t *testing.T) *stand {
	s := &stand{t: t, completer: &checkout.Completer{API: &stripeapi.Server{Seed: 1}}}
	s.completer.Deliver = func(_ context.Context, flow *webhooktest.Flow) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for event := range flow.Events() {
			s.sent = append(s.sent, event.Type())
		}
		return s.err
	}
	return s
}

func (s *stand) events() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// post calls the API as an app does, and returns what it answers.
func (s *stand) post(path, form string) (answer map[string]any) {
	s.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer sk_test_1")
	w := httptest.NewRecorder()
	s.completer.API.ServeHTTP(w, r)
	require.NoError(s.t, json.Unmarshal(w.Body.Bytes(), &answer))
	return answer
}

// session has the app create a Checkout Session.
func (s *stand) session(more string) string {
	s.t.Helper()
	const teapots = "mode=payment&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=1250&line_items[0][price_data][product_data][name]=Teapot&line_items[0][quantity]=2"
	id, _ := s.post("/v1/checkout/sessions", teapots+more)["id"].(string)
	require.NotEmpty(s.t, id)
	return id
}

var paid = []string{"charge.succeeded", "payment_intent.succeeded", "payment_intent.created", "checkout.session.completed"}

// Of several who pay a session one does.
func TestPaidOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.session("")
	var errs [8]error
	var payers sync.WaitGroup
	for i := range errs {
		payers.Go(func() { errs[i] = s.completer.Complete(t.Context(), payment.Request{Object: id}) })
	}
	payers.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			require.ErrorIs(t, err, payment.ErrEnded)
			refused++
		}
	}
	require.Equal(t, len(errs)-1, refused)
	require.Equal(t, paid, s.events())
}

func TestAuto(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		auto := &checkout.Auto{Completer: s.completer, Delay: time.Minute, Failed: func(err error) { t.Error(err) }}
		s.completer.API.OnCall = auto.Saw
		defer auto.Close()

		s.session("")
		time.Sleep(time.Minute - 1)
		synctest.Wait()
		require.Empty(t, s.events(), "not yet")
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, paid, s.events())

		s.sent = nil
		id := s.post("/v1/payment_intents", "amount=700&currency=eur")["id"].(string)
		time.Sleep(time.Second)
		s.post("/v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_chargeDeclined")
		s.post("/v1/customers", "email=ada@example.com")
		s.post("/v1/invoices", "customer=cus_1")
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, []string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"}, s.events(), "once, as it was confirmed; a draft is not paid")
	})
}

// Nothing goes on after Close, and nothing is begun.
func TestAutoEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		auto := &checkout.Auto{Completer: s.completer, Delay: time.Minute}
		s.completer.API.OnCall = auto.Saw
		s.session("")
		auto.Close()
		s.session("")
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Empty(t, s.events())
		new(checkout.Auto).Close()
	})
}

// page asks for a page, as a browser does, and does not follow where it leads.
func (s *stand) page(method, target string, form url.Values) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	checkout.Pages(s.completer).ServeHTTP(w, r)
	return w.Result()
}

func (s *stand) press(id, button string) *http.Response {
	return s.page("POST", stripeapi.SessionPage+id, url.Values{"action": {button}})
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.session("&customer_email=ada@example.com&success_url=" + url.QueryEscape("http://localhost:3000/thanks?s={CHECKOUT_SESSION_ID}") + "&cancel_url=" + url.QueryEscape("https://shop.example/cart"))
	shown := s.page("GET", stripeapi.SessionPage+id, nil)
	require.Equal(t, 200, shown.StatusCode)
	require.Contains(t, shown.Header.Get("Content-Security-Policy"), "form-action 'self' http://localhost:3000 https://shop.example")
	require.Contains(t, shown.Header.Get("Content-Security-Policy"), "default-src 'none'")
	for _, want := range []string{"Pay 25.00 EUR", "× 2", "ada@example.com", id} {
		require.Contains(t, text(t, s.page("GET", stripeapi.SessionPage+id, nil)), want)
	}

	canceled := s.press(id, "cancel")
	require.Equal(t, 303, canceled.StatusCode)
	require.Equal(t, "https://shop.example/cart", canceled.Header.Get("Location"))
	require.Empty(t, s.events())

	declined := s.press(id, "decline")
	require.Equal(t, 200, declined.StatusCode)
	require.Contains(t, text(t, declined), "Your card was declined.")
	require.Equal(t, []string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"}, s.events())

	s.sent = nil
	for range 2 { // the second press finds it paid
		done := s.press(id, "pay")
		require.Equal(t, 303, done.StatusCode)
		require.Equal(t, "http://localhost:3000/thanks?s="+id, done.Header.Get("Location"))
	}
	require.Equal(t, paid, s.events())
	thanks := text(t, s.page("GET", stripeapi.SessionPage+id, nil))
	require.Contains(t, thanks, "25.00 EUR paid")
	require.NotContains(t, thanks, "<button")

	require.Equal(t, 404, s.page("GET", stripeapi.SessionPage+"cs_other", nil).StatusCode)
	require.Equal(t, 404, s.press("cs_other", "pay").StatusCode)
	require.Equal(t, 404, s.page("GET", stripeapi.LinkPage+"plink_other", nil).StatusCode)
	require.Equal(t, 400, s.press(s.session(""), "sell").StatusCode)
}

// A session that says no way back ends on the page itself.
func TestAPageWithoutAWayBack(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.session("")
	require.Equal(t, 200, s.press(id, "cancel").StatusCode)
	done := s.press(id, "pay")
	require.Equal(t, 200, done.StatusCode)
	require.Contains(t, text(t, done), "25.00 EUR paid")
	require.Equal(t, paid, s.events())
}

func TestALinkIsVisited(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.completer.API.Pages = "http://127.0.0.1:1"
	link := s.post("/v1/payment_links", "line_items[0][price]=price_1&line_items[0][quantity]=1&metadata[shop]=north&after_completion[type]=redirect&after_completion[redirect][url]=http://localhost:3000/thanks")
	at, err := url.Parse(link["url"].(string))
	require.NoError(t, err)
	visited := s.page("GET", at.Path, nil)
	require.Equal(t, 303, visited.StatusCode)
	id := strings.TrimPrefix(visited.Header.Get("Location"), stripeapi.SessionPage)
	body, ok := s.completer.API.Object("checkout.session", id)
	require.True(t, ok)
	require.Contains(t, string(body), `"metadata":{"shop":"north"}`)
	require.Contains(t, string(body), `"payment_link":"`+link["id"].(string)+`"`)
	require.Equal(t, "http://localhost:3000/thanks", s.press(id, "pay").Header.Get("Location"))
}

// What a session says is text on the page, and leads nowhere but to http.
func TestAPageOfAnHostileSession(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, bad := range []string{
		"javascript:alert(1)", "data:text/html,x", "//evil.example", "/relative", "ftp://files.example", "file:///etc/passwd", "http://user@evil.example",
		"http://a;script-src *", "http://x y/", "http://", "https://a,b", "http://a%0d%0aSet-Cookie:x",
	} {
		s := newStand(t)
		id := s.session("&customer_email=" + url.QueryEscape("<script>alert(1)</script>") + "&success_url=" + url.QueryEscape(bad) + "&cancel_url=" + url.QueryEscape(bad))
		shown := s.page("GET", stripeapi.SessionPage+id, nil)
		require.True(t, strings.HasSuffix(shown.Header.Get("Content-Security-Policy"), "form-action 'self'"), bad)
		require.NotContains(t, text(t, shown), "<script")
		for _, button := range []string{"cancel", "pay"} {
			pressed := s.press(id, button)
			require.Empty(t, pressed.Header.Get("Location"), "%s %s", button, bad)
			body := text(t, pressed)
			require.Contains(t, body, "want an http or https URL", bad)
			require.NotContains(t, body, `href="`+bad, bad)
		}
		require.Equal(t, paid, s.events(), "it is paid all the same")
	}
}

func TestAPageTellsOfAFailure(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.err = errors.New("the queue is full")
	for button, status := range map[string]int{"pay": 500, "decline": 200} {
		pressed := s.press(s.session(""), button)
		require.Equal(t, status, pressed.StatusCode)
		require.Contains(t, text(t, pressed), "the queue is full")
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.session("")
	ask := func(method, query string) (int, string) {
		w := httptest.NewRecorder()
		checkout.Control(s.completer).ServeHTTP(w, httptest.NewRequest(method, checkout.ControlPath+query, nil))
		return w.Code, w.Body.String()
	}
	status, body := ask("POST", "?type=checkout.session.completed&api_version=2025-03-31.basil")
	require.Equal(t, 200, status)
	var made checkout.Completion
	require.NoError(t, json.Unmarshal([]byte(body), &made))
	require.Len(t, made.Events, 4)
	require.Contains(t, made.Events[3], "\n  \"api_version\": \"2025-03-31.basil\"", "as it is delivered")
	require.Contains(t, made.Events[3], id)
	require.Empty(t, s.events(), "they are the caller's")
	for query, want := range map[string]string{"?object=cs_other": "no such object", "?action=sell": "want pay", "?object=" + id + "&type=invoice.paid": "no event about checkout.session"} {
		status, body := ask("POST", query)
		require.Equal(t, 400, status, query)
		require.Contains(t, body, want)
	}
	status, _ = ask("GET", "")
	require.Equal(t, 405, status)
}
