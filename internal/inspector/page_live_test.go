package inspector_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

func TestKeyboard(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	chosen := func(id string) {
		t.Helper()
		b.until(fmt.Sprintf(`document.getElementById(document.getElementById("list").getAttribute("aria-activedescendant"))?.dataset.id === %q`, id))
		b.sees("#detail .over", id)
	}
	b.keys("j")
	chosen("dlv_5")
	b.keys("j", "j")
	chosen("dlv_3")
	b.keys("k")
	chosen("dlv_4")
	b.keys(kb.ArrowDown, kb.ArrowDown)
	chosen("dlv_2")
	b.keys(kb.ArrowUp)
	chosen("dlv_3")
	b.keys("G")
	chosen("dlv_1")
	b.keys("j")
	chosen("dlv_1")
	b.keys("g")
	chosen("dlv_5")
	b.keys(kb.Enter)
	b.until(focused + ` === "detail"`)
	b.keys(kb.Escape)
	b.until(focused + ` === "list"`)
	b.keys("/")
	b.until(focused + ` === "filter-text"`)
	b.fill("#filter-text", "customer.") // over the slash, which the protocol types as well
	b.keys(kb.Enter)
	b.until(focused + ` === "list"`)
	b.until(shown + ` === "dlv_4 dlv_2"`)
	b.keys("j")
	chosen("dlv_4")
	b.keys(kb.Escape)
	b.sees("#count", "5 deliveries")
	b.keys("?")
	b.until(`document.getElementById("help-dialog").open`)
	b.shoot("help")
	b.keys("j", "r") // not behind a dialog
	b.keys(kb.Escape)
	b.until(`!document.getElementById("help-dialog").open`)
	chosen("dlv_4")
	b.keys("m")
	b.until(`document.getElementById("replay-dialog").open`)
	b.keys(kb.Escape)
	b.until(`!document.getElementById("replay-dialog").open`)
	b.keys("e")
	b.until(`document.getElementById("edit-dialog").open`)
	b.keys(kb.Escape)
	b.until(`!document.getElementById("edit-dialog").open`)
	require.Len(t, s.hub.Deliveries(0), 5)
	b.keys("r")
	b.sees("#detail .over", "dlv_6")
	b.sees("#detail .facts", "Replay of dlv_4")
	b.keys("k", "r") // what is chosen is replayed, even if it is not shown yet
	b.sees("#detail .over", "dlv_7")
	require.Equal(t, "dlv_6", s.finished("dlv_7").ReplayOf)
}

// Ten thousand deliveries are as quick to look through as ten.
func TestTenThousandDeliveries(t *testing.T) {
	needBrowser(t)
	const n = 10_000
	s := newStand(t, nil)
	s.add(listen.Endpoint{URL: "http://shop.example/webhook", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})})
	var last string
	for i := range n - 1 {
		eventType := []string{"charge.succeeded", "customer.updated", "invoice.paid"}[i%3]
		deliveries, err := s.hub.Submit(t.Context(), listen.Request{Event: s.event(eventType)})
		require.NoError(t, err)
		last = deliveries[0].ID
	}
	s.finished(last)
	b := open(t, s, light)
	b.sees("#count", "9,999 deliveries")
	nodes := func() int { return eval[int](b, `document.querySelectorAll("#rows *").length`) }
	require.Less(t, nodes(), 500)
	for _, at := range []int{100_000, 460_000, 230_000, 0} {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.getElementById('list').scrollTop = %d", at)))
		first := min(at/46, n-1-14) // the row at the top
		b.until(fmt.Sprintf(`document.querySelector('.row[data-id="dlv_%d"]')?.checkVisibility()`, n-1-first))
		require.Less(t, nodes(), 500)
	}
	b.do(chromedp.Evaluate[chromedp.Void]("document.getElementById('list').scrollTop = 4600"))
	b.until(`document.querySelector('.row[data-id="dlv_9899"]')`)
	top := eval[float64](b, `document.querySelector('.row[data-id="dlv_9899"]').getBoundingClientRect().top`)
	s.deliver(s.event("charge.refunded"))
	b.sees("#newer", "1 newer delivery")
	require.Equal(t, top, eval[float64](b, `document.querySelector('.row[data-id="dlv_9899"]').getBoundingClientRect().top`), "what is read stays where it is")
	b.shoot("ten-thousand")
	b.click("#newer")
	b.sees("#detail h2", "charge.refunded")
	b.fill("#filter-text", "invoice")
	b.sees("#count", "3,333 of 10,000")
	b.fill("#filter-text", "dlv_4999")
	b.sees("#count", "1 of 10,000")
	b.keys(kb.Enter, "j")
	b.sees("#detail .over", "dlv_4999")
	b.keys(kb.Escape, "G")
	b.sees("#detail .over", "dlv_1")
	require.Less(t, nodes(), 500)
}

// Retries come in while one looks, and what was unfolded stays so.
func TestRetriesComeIn(t *testing.T) {
	needBrowser(t)
	answers := make(chan int, 3)
	s := newStand(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case status := <-answers:
			w.WriteHeader(status)
		case <-r.Context().Done():
		}
	}))
	s.hub.Retries = listen.Schedule{time.Millisecond, time.Millisecond}
	_, err := s.hub.Submit(t.Context(), listen.Request{Event: s.event("charge.succeeded")})
	require.NoError(t, err)
	b := open(t, s, light)
	b.sees(rowOf("dlv_1"), "sending")
	b.click(rowOf("dlv_1"))
	b.sees("#detail .exchange", "No attempt has ended yet")
	answers <- 500
	b.sees("#detail .answer", "500")
	b.click("#detail [data-part=request] summary")
	b.click("#detail .tree details details summary")
	b.until(`!document.querySelector("#detail .tree details details").open`)
	answers <- 503
	b.sees("#detail .attempts", "2 attempts")
	answers <- 200
	b.sees("#detail .attempts", "3 attempts")
	b.sees("#detail h2", "200")
	b.sees(rowOf("dlv_1"), "attempt 3")
	b.until(`document.querySelector("#detail [data-part=request]").open && !document.querySelector("#detail .tree details details").open`)
	b.click("#detail [data-attempt='2']")
	b.sees("#detail .answer", "503 Service Unavailable")
	b.shoot("attempts")
}

// What the handler asks of the API while it handles an event is with the attempt.
func TestCallsToTheAPI(t *testing.T) {
	needBrowser(t)
	var api stripeapi.Server
	server := serve(t, &api)
	call := func(method, path, body string) {
		request, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
		if err == nil {
			request.Header.Set("Authorization", "Bearer sk_test_of_the_handler")
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Idempotency-Key", "<b>key</b>"+path)
			var response *http.Response
			if response, err = http.DefaultClient.Do(request); err == nil {
				response.Body.Close()
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
	s := newStand(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, _ := webhooktest.ParseEvent(body)
		charge, _ := event.Lookup("data.object.id")
		call("GET", "/v1/events/"+event.ID(), "")
		call("POST", "/v1/refunds", fmt.Sprintf("charge=%s&amount=100&metadata[note]=<i>x</i>", charge))
		call("GET", "/v1/customers/cus_nobody", "")
	}))
	s.hub.API = &api
	event := s.event("charge.succeeded")
	s.deliver(event)
	b := open(t, s, light)
	b.click(rowOf("dlv_1"))
	b.sees("#detail [data-part=calls]", "Calls to the API meanwhile 3")
	b.sees("#detail .calls", "GET /v1/events/"+event.ID()+" 200")
	b.sees("#detail .calls", "POST /v1/refunds 200")
	b.sees("#detail .calls", "idempotency key <b>key</b>/v1/refunds")
	b.sees("#detail .calls", "metadata[note] <i>x</i>")
	b.sees("#detail .calls", "GET /v1/customers/cus_nobody 404")
	b.sees("#detail .calls", "No such customer")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".calls").scrollIntoView()`))
	b.shoot("calls")

	call("POST", "/v1/customers", "email=later@example.com") // when it has answered long ago
	b.click("#calls-open")
	b.sees("#calls-list li", "POST /v1/customers 200")
	require.Equal(t, 4, eval[int](b, `document.querySelectorAll("#calls-list > ol > li").length`))
	b.shoot("all-calls")
	b.keys(kb.Escape)
}

func TestNoCallsToTheAPI(t *testing.T) {
	needBrowser(t)
	b := open(t, newStand(t, nil), narrow)
	b.keys("a")
	b.sees("#calls-list", "Nobody has called the API yet")
}

// The page says when it has lost the connection, and what it shows afterward is
// what the listen that is there then has.
func TestConnectionIsLost(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	b.click(rowOf("dlv_3"))
	b.sees("#detail h2", "invoice.paid")
	s.stop()
	b.sees("#lost", "Connection lost")
	b.sees("#connection", "not connected")
	b.sees("#detail h2", "invoice.paid")
	b.shoot("lost")
	b.keys("r")
	b.sees("#toast", "fakestripe does not answer")
	s.deliver(s.event("charge.refunded"))
	s.start()
	b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("lost-retry").click()`)) // gone if the page was quicker
	b.sees("#connection", "live")
	b.sees("#count", "6 deliveries")
	b.until(`document.getElementById("lost").hidden`)
	b.sees("#detail h2", "invoice.paid")

	s.stop()
	b.sees("#lost", "Connection lost")
	s.shutdown()
	s.hub = new(listen.Hub)
	s.add(s.endpoint)
	s.start() // another listen at the same address; the page finds it by itself
	b.sees("#empty", "No deliveries yet")
	b.until(`document.querySelector("#detail > .hint") && !document.querySelector("#detail h2")`)
	for _, complaint := range b.complaints() {
		require.Contains(t, complaint, "ERR_", "only that there was no connection")
	}
}
