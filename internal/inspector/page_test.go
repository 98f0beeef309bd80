package inspector_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// shown lists the ids of the rows on the screen, from the top.
const shown = `[...document.querySelectorAll(".row")].sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map((row) => row.dataset.id).join(" ")`

// focused says which element has the focus.
const focused = `document.activeElement.id`

// What a person sees who has just started listen, and does next.
func TestFirstSteps(t *testing.T) {
	needBrowser(t)
	s := newStand(t, shop)
	b := open(t, s, light)
	b.sees("#empty", "No deliveries yet")
	b.sees("#empty", "fakestripe trigger payment_intent.succeeded")
	b.sees("#empty", strings.TrimPrefix(s.endpoint.URL, "http://"))
	b.shoot("empty")

	b.click("#empty > p:last-child button")
	b.until(`document.getElementById("trigger-dialog").open`)
	b.sees("#trigger-about", "charge.succeeded, payment_intent.succeeded, payment_intent.created")
	b.shoot("trigger")
	b.click("#trigger-dialog [type=submit]")
	b.sees("#count", "3 deliveries")
	b.sees("#toast", "3 deliveries on the way")
	b.until(`!document.getElementById("trigger-dialog").open`)
	b.sees("#detail h2", "payment_intent.created")
	b.sees("#detail .answer", "200 OK")
	b.sees("#detail .signature", "genuine")
	require.Equal(t, "dlv_3 dlv_2 dlv_1", eval[string](b, shown))
}

func TestWithoutAnEndpoint(t *testing.T) {
	needBrowser(t)
	s := newStand(t, nil)
	b := open(t, s, light)
	b.sees("#empty", "fakestripe listen --forward-to")
	b.keys("t")
	b.until(`document.getElementById("trigger-dialog").open`)
	b.keys(kb.Enter)
	b.sees("#toast", "No endpoint takes this type of event")
}

// filled is a stand with deliveries of several kinds.
func filled(t *testing.T) *stand {
	s := newStand(t, shop)
	s.deliver(s.event("charge.succeeded", webhooktest.Add("data.object.metadata.order", "order-4711")))
	s.deliver(s.event("customer.updated"))
	s.deliver(s.event("invoice.paid"))
	s.deliver(s.event("customer.created"))
	s.deliver(s.event("charge.succeeded"), "body-tampered")
	return s
}

func TestFilters(t *testing.T) {
	needBrowser(t)
	b := open(t, filled(t), light)
	is := func(ids string) {
		t.Helper()
		b.until(fmt.Sprintf("%s === %q", shown, ids))
	}
	is("dlv_5 dlv_4 dlv_3 dlv_2 dlv_1")
	b.choose("#filter-status", "accepted")
	is("dlv_4 dlv_2 dlv_1")
	b.choose("#filter-type", "customer.*")
	is("dlv_4 dlv_2")
	b.sees("#count", "2 of 5")
	b.choose("#filter-status", "5xx")
	b.sees("#empty", "Nothing matches")
	b.shoot("no-match")
	b.click("#empty button")
	is("dlv_5 dlv_4 dlv_3 dlv_2 dlv_1")
	for text, ids := range map[string]string{
		"CHARGE.": "dlv_5 dlv_1", "body-tampered": "dlv_5", "order-4711": "dlv_1", "cannot book": "dlv_3", "dlv_2": "dlv_2",
	} {
		b.fill("#filter-text", text)
		is(ids)
	}
	b.keys(kb.Escape)
	is("dlv_5 dlv_4 dlv_3 dlv_2 dlv_1")
}

func TestOneDelivery(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	b.click(rowOf("dlv_3"))
	b.sees("#detail h2", "invoice.paid")
	b.sees("#detail .answer", "500 Internal Server Error")
	b.sees("#detail .answer pre", "cannot book invoices today")
	b.click("#detail [data-part=request] summary")
	b.sees("#detail [data-part=request]", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	b.click("#detail [data-part=signature] summary")
	b.sees("#detail [data-part=signature]", "a decoy")

	b.sees("#detail .tree", "created:")
	b.click("#detail [data-do=fold]")
	b.until(`!document.querySelector("#detail .tree details[open]")`)
	b.click("#detail [data-do=unfold]")
	b.until(`!document.querySelector("#detail .tree details:not([open])")`)
	b.click("#detail [data-do=raw]")
	body, err := json.Marshal(s.detail("dlv_3").Body)
	require.NoError(t, err)
	b.until(fmt.Sprintf(`document.querySelector("#detail pre.raw").textContent === %s`, body))

	b.click(rowOf("dlv_5"))
	b.sees("#detail .signature", "to be refused")
	b.sees("#detail .facts", "body-tampered")
	b.sees("#detail .event h3", "as the mutations left it")
	require.Equal(t, "#dlv_5", eval[string](b, "location.hash"))
	require.NotEmpty(t, eval[string](b, `document.querySelector("#detail [data-part=request]").open ? "still open" : ""`))
	b.shoot("refused")
}

// An update shows what was there before, and times as times.
func TestTree(t *testing.T) {
	needBrowser(t)
	s := newStand(t, shop)
	body := `{"id":"evt_1","object":"event","type":"customer.updated","created":1700000000,"data":{"object":{"id":"cus_1","big":12345678901234567890,
		"one":1.0,"10":"second key","9":"third key","twice":1,"twice":2,"nothing":null,"none":{},"nobody":[],"amount":1700000000,
		"name":"new","address":{"city":"Graz"},"long":[` + strings.Repeat("0,", 250) + `0]},"previous_attributes":{"name":"old","address":{"city":null}}}}`
	event, err := webhooktest.ParseEvent([]byte(body))
	require.NoError(t, err)
	s.deliver(event)
	b := open(t, s, light)
	b.click(rowOf("dlv_1"))
	b.sees("#detail .tree", `name: "new" was "old"`)
	for _, line := range []string{"created: 1700000000 Nov 14, 2023 22:13:20", "big: 12345678901234567890", "one: 1.0", "nothing: null", "none: {}", "nobody: []"} {
		b.sees("#detail .tree", line)
	}
	text := b.text("#detail .tree")
	require.Less(t, strings.Index(text, "10:"), strings.Index(text, "9:"), "keys keep their order")
	require.Contains(t, text, "twice: 1\ntwice: 2")
	require.Contains(t, text, "amount: 1700000000\n", "an amount is no time")
	b.click("#detail [data-do=unfold]")
	b.sees("#detail .tree", `city: "Graz" was null`)
	b.sees("#detail .tree", "51 more")
	require.Equal(t, 200, eval[int](b, `[...document.querySelectorAll(".tree details")].find((d) => d.textContent.startsWith("long")).querySelectorAll(".leaf").length`))
	b.shoot("tree")
}

// Whatever an event, a handler or a caller says is text.
func TestMarkupIsText(t *testing.T) {
	needBrowser(t)
	const evil = `</script><script>window.ran="script"</script><img src=x onerror="window.ran='img'"><svg onload="window.ran='svg'"><b>bold</b>javascript:alert(1)`
	s := newStand(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Evil", evil)
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(evil))
	}))
	event := s.event("charge.succeeded", webhooktest.Set("id", evil), webhooktest.Set("type", evil), webhooktest.Set("data.object.description", evil),
		webhooktest.Add(strings.ReplaceAll("data.object.metadata."+strings.ReplaceAll(evil, ".", `\.`), "\x00", ""), evil), webhooktest.Set("data.object.id", evil))
	s.deliver(event, "header=X-Sent: "+evil)
	b := open(t, s, light)
	b.sees("#rows", `<img src=x onerror=`)
	b.click(rowOf("dlv_1"))
	b.sees("#detail h2", evil)
	b.sees("#detail .answer pre", evil)
	b.click("#detail [data-part=request] summary")
	b.click("#detail [data-part=response] summary")
	b.sees("#detail [data-part=request]", evil)
	b.sees("#detail [data-part=response]", evil)
	b.click("#detail [data-do=unfold]")
	b.sees("#detail .tree", `<svg onload=`)
	b.shoot("markup")
	b.click("#detail [data-do=raw]")
	b.choose("#filter-type", evil)
	b.fill("#filter-text", "<img src=x")
	b.sees("#count", "1 delivery")
	b.click("#detail [data-do=edit]")
	b.sees("#edit-state", "<b>bold</b>")
	b.keys(kb.Escape)
	b.click("#detail [data-do=mutate]")
	b.until(`document.getElementById("replay-dialog").open`)
	b.keys(kb.Escape)
	require.Empty(t, eval[string](b, `window.ran ?? ""`))
	require.Zero(t, eval[int](b, `document.querySelectorAll("main img, main svg, main script, main b:not(.type):not(.row b), main [onerror], main [onload]").length`))
}

func TestLooks(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	s.deliver(s.event("payment_intent.succeeded"), "compact", "age=4m")
	for range 20 {
		s.deliver(s.event("customer.subscription.updated"))
	}
	for _, how := range []look{light, dark, narrow} {
		t.Run(how.name, func(t *testing.T) {
			b := open(t, s, how)
			b.sees("#count", "26 deliveries")
			b.shoot(how.name)
			b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("list").scrollTop = 1e6`))
			b.click(rowOf("dlv_3"))
			b.sees("#detail h2", "invoice.paid")
			b.shoot(how.name + "-delivery")
			require.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), int(how.width), "nothing is wider than the page")
			if how == narrow {
				b.click("#detail [data-do=back]")
				b.until(`document.querySelector(".deliveries").checkVisibility() && !document.querySelector("#detail").checkVisibility()`)
				b.keys("k", kb.Enter)
				b.sees("#detail h2", "customer.created")
			}
			b.keys("m")
			b.until(`document.getElementById("replay-dialog").open`)
			b.shoot(how.name + "-replay")
		})
	}
}

// What the page remembers is bounded.
func TestThePageForgets(t *testing.T) {
	needBrowser(t)
	b := open(t, newStand(t, nil), light)
	kept := eval[[]any](b, `import("/inspect/assets/store.js").then(({Store, LIMIT}) => {
		const store = new Store();
		for (let n = 0; n < LIMIT + 500; n++) store.put([{id: "dlv_" + n}]);
		store.put([{id: "dlv_600", status: 200}]);
		return [store.rows.length === LIMIT, store.rows[0].id, store.get("dlv_499") === undefined, store.get("dlv_600").status];
	})`)
	require.Equal(t, []any{true, "dlv_500", true, 200.0}, kept)
}

// The tree's reading of JSON is the browser's, for every event that there is.
func TestTreeReadsJSON(t *testing.T) {
	needBrowser(t)
	s := newStand(t, nil)
	texts := []string{`{}`, `[]`, `""`, `"\\"`, `"\"\\\u2028"`, ` [ 1 , -2.5e+3 , true, null , {"":{"a]":"}"}} ] `, strings.Repeat("[", 5000) + strings.Repeat("]", 5000)}
	for _, name := range fixtures.Types(fixtures.DefaultVersion) {
		texts = append(texts, string(s.event(name).Body()))
	}
	encoded, err := json.Marshal(texts)
	require.NoError(t, err)
	wrong := eval[[]string](open(t, s, light), `import("/inspect/assets/json.js").then(({parse}) => {
		const written = (root) => {
			const out = [];
			const todo = [root];
			while (todo.length) {
				const node = todo.pop();
				if (typeof node === "string") out.push(node);
				else if (!node.members) out.push(node.text);
				else {
					const [from, to] = node.kind === "array" ? "[]" : "{}";
					out.push(from);
					todo.push(to);
					node.members.toReversed().forEach((member, i, all) => {
						todo.push(member);
						if (node.kind === "object") todo.push(JSON.stringify(member.key) + ":");
						if (i < all.length - 1) todo.push(",");
					});
				}
			}
			return out.join("");
		};
		const canonical = (text) => text.startsWith("[[[") ? text : JSON.stringify(JSON.parse(text));
		return `+string(encoded)+`.filter((text) => canonical(written(parse(text))) !== canonical(text));
	})`)
	require.Empty(t, wrong)
	require.Greater(t, len(texts), 100)
}
