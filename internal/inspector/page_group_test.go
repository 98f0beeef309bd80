package inspector_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// branches is a stand with two endpoints of one host: a shop that checks signatures, and a
// mailer that takes whatever comes, except invoices.
func branches(t *testing.T) (s *stand, shopID, mailID string) {
	s = newStand(t, nil)
	mux := http.NewServeMux()
	mux.Handle("/webhooks/shop", shop)
	mux.HandleFunc("/webhooks/mail", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if event, err := webhooktest.ParseEvent(body); err == nil && event.Type() == "invoice.paid" {
			http.Error(w, "mailbox full", http.StatusServiceUnavailable)
		}
	})
	host := serve(t, mux).URL
	shopID = s.add(listen.Endpoint{URL: host + "/webhooks/shop", Secret: secret}).ID
	mailID = s.add(listen.Endpoint{URL: host + "/webhooks/mail", Secret: secret}).ID
	return s, shopID, mailID
}

// play triggers a flow as the page does, and waits until its deliveries are finished.
func (s *stand) play(name string) []listen.Delivery {
	s.t.Helper()
	flow, err := s.source.Flow(name)
	require.NoError(s.t, err)
	all, err := s.hub.Play(s.t.Context(), listen.NewTrigger(name), flow.Events())
	require.NoError(s.t, err)
	for _, d := range all {
		s.finished(d.ID)
	}
	return all
}

// submit delivers an event to all endpoints, and waits for their answers.
func (s *stand) submit(event *webhooktest.Event, mutations ...string) []listen.Delivery {
	s.t.Helper()
	all, err := s.hub.Submit(s.t.Context(), listen.Request{Event: event, Mutations: mutations})
	require.NoError(s.t, err)
	for _, d := range all {
		s.finished(d.ID)
	}
	return all
}

// The events of one trigger are one group, which folds, by mouse and by keyboard.
func TestOneTriggerIsOneGroup(t *testing.T) {
	needBrowser(t)
	s, _, _ := branches(t)
	s.submit(s.event("customer.created"))
	s.play("payment")
	b := open(t, s, light)
	b.sees("#count", "4 events, 8 deliveries")
	b.sees(".group", "payment")
	b.sees(".group", "3 events 6 right")
	require.Equal(t, 1, eval[int](b, `document.querySelectorAll(".group").length`))
	require.Equal(t, 4, eval[int](b, `document.querySelectorAll(".row").length`))
	require.Equal(t, "2 2 2 1", eval[string](b, `[...document.querySelectorAll(".row")].map((row) => row.getAttribute("aria-level")).sort().reverse().join(" ")`))

	b.click(".group")
	b.until(`document.querySelectorAll(".row").length === 1`)
	require.Equal(t, "false", eval[string](b, `document.querySelector(".group").getAttribute("aria-expanded")`))
	b.sees("#detail", "payment: 3 events of one trigger")
	b.keys("g", kb.ArrowRight)
	b.until(`document.querySelectorAll(".row").length === 4 && document.querySelector(".group").getAttribute("aria-expanded") === "true"`)
	b.keys(kb.ArrowRight)
	b.sees("#detail h2", "payment_intent.created")
	b.keys(kb.ArrowLeft)
	b.sees("#detail", "payment: 3 events of one trigger")
	b.keys(kb.Enter)
	b.until(`document.querySelectorAll(".row").length === 1`)
	b.keys("r")
	require.Len(t, s.hub.Deliveries(0), 8, "a trigger is not replayed")
}

// A trigger on the page, and one of an earlier process, are groups of their own.
func TestTriggersOnThePageAreGroups(t *testing.T) {
	needBrowser(t)
	s, _, _ := branches(t)
	b := open(t, s, light)
	for n := range 2 {
		status, answer := s.post("/inspect/trigger", `{"name":"payment"}`)
		require.Equal(t, http.StatusAccepted, status, answer.Error)
		b.until(fmt.Sprintf(`document.querySelectorAll(".group").length === %d`, n+1))
	}
	b.sees("#count", "6 events, 12 deliveries")
}

// An event is one row with an answer of each endpoint, told apart by what differs.
func TestAnEventIsOneRow(t *testing.T) {
	needBrowser(t)
	s, _, _ := branches(t)
	s.submit(s.event("charge.succeeded"), "body-tampered")
	b := open(t, s, light)
	b.sees("#count", "1 event, 2 deliveries")
	require.Equal(t, 1, eval[int](b, `document.querySelectorAll(".row").length`))
	b.sees(`.chip[data-delivery="dlv_1"]`, "400 …/shop")
	b.sees(`.chip[data-delivery="dlv_2"]`, "200 …/mail")
	tone := func(id string) string {
		return eval[string](b, fmt.Sprintf(`document.querySelector('.chip[data-delivery="%s"] .status').dataset.tone`, id))
	}
	require.Equal(t, "pass", tone("dlv_1"), "the forgery was refused")
	require.Equal(t, "fail", tone("dlv_2"), "the forgery was taken")
	require.Contains(t, eval[string](b, `document.querySelector('.chip[data-delivery="dlv_2"]').title`), "/webhooks/mail: a forgery was accepted")
	b.sees(".row .status", "1/2")

	b.click(`.chip[data-delivery="dlv_2"]`)
	b.sees("#detail .over", "dlv_2")
	b.click(`#detail [data-answer="dlv_1"]`)
	b.sees("#detail .over", "dlv_1")
	b.sees("#detail .answer", "400")
	b.keys("g", kb.ArrowRight)
	b.sees("#detail .over", "dlv_2")
}

func TestReplayToAChosenEndpoint(t *testing.T) {
	needBrowser(t)
	s, shopID, mailID := branches(t)
	s.submit(s.event("charge.succeeded"))
	b := open(t, s, light)
	b.click(`.chip[data-delivery="dlv_2"]`)
	b.sees("#detail .over", "dlv_2")
	require.Equal(t, mailID, eval[string](b, `document.getElementById("to").value`), "that of the row")
	b.click("#detail [data-do=replay]")
	b.sees("#detail .facts", "Replay of dlv_2")
	require.Equal(t, mailID, s.finished("dlv_3").Endpoint)
	b.choose("#to", shopID)
	b.click("#detail [data-do=replay]")
	b.sees("#detail .facts", "Replay of dlv_3")
	require.Equal(t, shopID, s.finished("dlv_4").Endpoint)
	b.sees(rowOf("dlv_4"), "replay of dlv_3")

	b.click("#detail [data-do=mutate]")
	b.until(`document.getElementById("replay-dialog").open`)
	require.Equal(t, shopID, eval[string](b, `document.getElementById("replay-to").value`))
	b.choose("#replay-to", mailID)
	b.click("#replay-list input[value=compact]")
	b.click("#replay-dialog [type=submit]")
	b.sees("#detail .over", "dlv_5")
	require.Equal(t, mailID, s.finished("dlv_5").Endpoint)
}

func TestEditForAChosenEndpoint(t *testing.T) {
	needBrowser(t)
	s, _, mailID := branches(t)
	first := s.submit(s.event("charge.succeeded"))[1]
	b := open(t, s, light)
	resend := func() {
		t.Helper()
		b.click("#detail [data-do=edit]")
		b.sees("#edit-state", "Valid JSON")
	}
	b.click(`.chip[data-delivery="dlv_2"]`)
	b.sees("#detail .over", "dlv_2")
	resend()
	require.Equal(t, mailID, eval[string](b, `document.getElementById("edit-to").value`))
	b.click("#edit-dialog [type=submit]")
	b.sees("#detail .over", "dlv_3")
	origin := fmt.Sprintf("resent from %s by hand", first.EventID)
	b.sees("#detail .facts", origin)
	b.sees(rowOf("dlv_3"), origin)
	made := s.finished("dlv_3")
	require.Equal(t, mailID, made.Endpoint)
	require.Equal(t, listen.Original{Delivery: "dlv_2", EventID: first.EventID}, made.Edited)

	resend()
	b.choose("#edit-to", "")
	b.click("#edit-dialog [type=submit]")
	b.sees("#count", "3 events, 5 deliveries")
}

// When the endpoint is gone, another one can be chosen.
func TestReplayWithoutTheEndpoint(t *testing.T) {
	needBrowser(t)
	s, shopID, mailID := branches(t)
	s.submit(s.event("charge.succeeded"))
	s.hub.RemoveEndpoint(mailID)
	b := open(t, s, light)
	b.click(`.chip[data-delivery="dlv_2"]`)
	b.sees("#detail .over", "dlv_2")
	b.until(`document.getElementById("to").value === ""`)
	b.click("#detail [data-do=replay]")
	b.sees("#toast", "no longer exists")
	b.choose("#to", shopID)
	b.click("#detail [data-do=replay]")
	b.sees("#detail .over", "dlv_3")
	require.Equal(t, shopID, s.finished("dlv_3").Endpoint)
}

func TestSearchForWords(t *testing.T) {
	needBrowser(t)
	b := open(t, filled(t), light)
	b.click(rowOf("dlv_1"))
	b.sees("#detail h2", "charge.succeeded")
	for text, ids := range map[string]string{
		"succeeded charge":     "dlv_5 dlv_1",
		"order-4711 charge":    "dlv_1", // one is in the event, the other in the list
		"today invoices 500":   "dlv_3",
		"TAMPERED  succeeded ": "dlv_5",
	} {
		b.fill("#filter-text", text)
		b.until(fmt.Sprintf("%s === %q", shown, ids))
	}
	b.fill("#filter-text", "succeeded charge")
	const marks = `[...document.querySelectorAll(%q)].map((mark) => mark.textContent).join(" ")`
	b.until(fmt.Sprintf(marks, ".row[data-id=dlv_1] .type mark") + ` === "charge succeeded"`)
	b.until(fmt.Sprintf(marks, "#detail h2 mark") + ` === "charge succeeded"`)
	b.fill("#filter-text", "order-4711")
	b.until(`document.querySelector(".row .inside mark").checkVisibility()`)
	b.click("#detail [data-do=unfold]")
	b.until(fmt.Sprintf(marks, "#detail .tree mark") + `.includes("order-4711")`)
	b.shoot("marked")
	b.fill("#filter-text", "charge nowhere")
	b.sees("#empty", "Nothing matches “charge” and “nowhere”")
	b.keys(kb.Escape)
	b.until(`document.querySelectorAll("#rows mark:not(.inside mark), #detail mark").length === 0`)

	b.click("#detail [data-do=mutate]")
	b.until(`document.getElementById("replay-dialog").open`)
	b.fill("#replay-filter", "space white")
	b.until(`document.querySelectorAll("#replay-list mark").length >= 2`)
	b.fill("#replay-filter", "nothing like it")
	b.sees("#replay-none", "No mutation has all of these words.")
	b.click("#replay-dialog [data-close]") // Escape would clear the field first
	b.click("#trigger-open")
	b.until(`document.getElementById("trigger-dialog").open`)
	b.fill("#trigger-filter", "refunded charge")
	b.until(`document.getElementById("trigger-name").value.includes("charge.refunded")`)
	b.fill("#trigger-filter", "nothing like it")
	b.sees("#trigger-about", "No event type or flow has all of these words.")
}

// Short names of endpoints are different ones.
func TestNamesOfEndpoints(t *testing.T) {
	needBrowser(t)
	b := open(t, newStand(t, nil), light)
	names := func(urls ...string) []string {
		return eval[[]string](b, fmt.Sprintf(`import("/inspect/assets/names.js").then(({namesOf}) => [...namesOf(%s).values()])`, encode(t, urls)))
	}
	for name, c := range map[string]struct{ urls, want []string }{
		"one":               {[]string{"http://localhost:1/webhook"}, []string{"localhost:1/webhook"}},
		"hosts":             {[]string{"http://localhost:1/webhook", "http://localhost:2/webhook"}, []string{"localhost:1", "localhost:2"}},
		"last segment":      {[]string{"http://a/hooks/shop", "http://a/hooks/mail"}, []string{"…/shop", "…/mail"}},
		"first segment":     {[]string{"http://a/shop/hook", "http://a/mail/hook"}, []string{"/shop/…", "/mail/…"}},
		"longer":            {[]string{"http://a/hook", "http://a/hook/mail"}, []string{"/hook", "…/mail"}},
		"the root":          {[]string{"http://a/", "http://a/hook"}, []string{"/", "/hook"}},
		"a query":           {[]string{"http://a/hook?x=1", "http://a/hook?x=2"}, []string{"/hook?x=1", "/hook?x=2"}},
		"the same segments": {[]string{"http://a/x/y", "http://a/y/x"}, []string{"/x/y", "/y/x"}},
		"of several hosts":  {[]string{"http://a/x", "http://a/y", "http://b/x"}, []string{"a/x", "a/y", "b"}},
		"schemes":           {[]string{"http://a/x", "https://a/x"}, []string{"http://a/x", "https://a/x"}},
	} {
		require.Equal(t, c.want, names(c.urls...), name)
	}
}

// The secret is on the clipboard after a click, and nowhere in the page.
func TestCopyTheSecret(t *testing.T) {
	needBrowser(t)
	s, shopID, _ := branches(t)
	b := open(t, s, light)
	b.mayCopy(browser.PermissionSettingGranted)
	b.click("#endpoints-open")
	b.until(`document.getElementById("endpoints-dialog").open`)
	b.sees("#endpoints-list", "whsec_••••")
	b.shoot("endpoints")
	b.click(fmt.Sprintf(`[data-secret=%q]`, shopID))
	b.sees("#toast", "Copied the signing secret.")
	require.Equal(t, secret, b.clipboard())
	require.NotContains(t, eval[string](b, "document.documentElement.outerHTML"), secret)
}

// shapes are widths at which people look at the page.
var shapes = []look{light, {"tablet", 768, 1024, "light"}, narrow}

// The toast has a place of its own, and what is above it stays within reach.
func TestTheToastCoversNothing(t *testing.T) {
	needBrowser(t)
	s, _, _ := branches(t)
	for range 12 {
		s.play("payment")
	}
	for _, how := range shapes {
		t.Run(how.name, func(t *testing.T) {
			b := open(t, s, how)
			b.do(chromedp.Evaluate[chromedp.Void](`import("/inspect/assets/dom.js").then(({toast}) => toast("It was not sent, ".repeat(12), true))`, chromedp.EvalAwaitPromise))
			b.sees("#toast", "It was not sent")
			b.shoot("toast-" + how.name)
			covered := eval[[]string](b, `(() => {
				const box = document.getElementById("toast").getBoundingClientRect();
				const over = (e) => e.checkVisibility() && ((r) => r.bottom > box.top + 1 && r.top < box.bottom - 1)(e.getBoundingClientRect());
				return [...document.querySelectorAll(".bar, .bar button, main, #list, #detail, #filters")].filter(over).map((e) => e.id || e.className);
			})()`)
			require.Empty(t, covered)
		})
	}
}

// Neither the host nor anything else is shown at the cost of the type.
func TestTheTypeIsNeverCut(t *testing.T) {
	needBrowser(t)
	s, _, _ := branches(t)
	types := []string{"customer.subscription.trial_will_end", "billing_portal.configuration.created", "charge.succeeded"}
	for _, name := range types {
		all := s.submit(s.event(name))
		_, err := s.hub.Replay(t.Context(), all[1].ID, "", "body-tampered", "age=10m")
		require.NoError(t, err)
	}
	long := s.event("v1.billing.meter.error_report_triggered")
	s.submit(long)
	for _, how := range shapes {
		b := open(t, s, how)
		b.sees("#count", "7 events, 11 deliveries")
		b.until(`document.querySelectorAll(".row").length === 7`)
		b.shoot("types-" + how.name)
		require.Empty(t, eval[[]string](b, `[...document.querySelectorAll(".row .type")].filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 2).map((e) => e.textContent)`), how.name)
		require.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), int(how.width))
	}
}

// Pictures of a busy page: triggers, forgeries that were taken and refused, retries.
func TestBusyLooks(t *testing.T) {
	needBrowser(t)
	s, _, _ := branches(t)
	s.hub.Retries = listen.Schedule{time.Millisecond, time.Millisecond}
	s.play("payment")
	s.submit(s.event("charge.succeeded"), "body-tampered")
	s.submit(s.event("invoice.paid"))
	s.play("subscription-created")
	require.True(t, slices.ContainsFunc(s.hub.Deliveries(0), func(d listen.Delivery) bool { return len(d.Attempts) == 3 }))
	for _, how := range append(shapes, dark) {
		b := open(t, s, how)
		b.until(`document.querySelectorAll(".group").length === 2`)
		b.shoot("busy-" + how.name)
		b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("list").scrollTop = 1e6`))
		b.click(rowOf("dlv_7"))
		b.sees("#detail h2", "charge.succeeded")
		b.shoot("busy-" + how.name + "-delivery")
		require.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), int(how.width))
	}
}

func encode(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return string(data)
}
