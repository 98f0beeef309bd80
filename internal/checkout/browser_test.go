package checkout_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// browserTimeout only guards against a hang.
const browserTimeout = 3 * time.Minute

// A customer clicks through in a real browser: declined, then paid, and is led back to the
// shop, on a phone and on a desk. Screenshots are kept in the folder that
// FAKESTRIPE_SCREENSHOTS names.
func TestPagesInABrowser(t *testing.T) {
	realpart.Browser(t)
	browser := startBrowser(t)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<link rel="icon" href="data:,"><h1>Shop `+r.URL.Path+`</h1><p id="session">`+url.QueryEscape(r.URL.Query().Get("s"))+`</p>`)
	}))
	t.Cleanup(shop.Close)
	s := newStand(t)
	mux := http.NewServeMux()
	mux.Handle("/", new(guard.Guard).Handler(checkout.Pages(s.completer)))
	pages := httptest.NewServer(mux)
	t.Cleanup(pages.Close)

	for _, look := range []struct {
		name          string
		width, height int64
	}{{"narrow", 390, 844}, {"wide", 1280, 800}} {
		s.sent = nil
		id := s.session("&customer_email=ada@example.com&success_url=" + url.QueryEscape(shop.URL+"/thanks?s={CHECKOUT_SESSION_ID}") + "&cancel_url=" + url.QueryEscape(shop.URL+"/cart"))
		page := pages.URL + stripeapi.SessionPage + id
		b := openTab(t, browser)
		_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: look.width, Height: look.height, DeviceScaleFactor: 1, Mobile: look.width < 600})
		require.NoError(t, err)

		b.visit(page)
		b.until(`document.querySelector("h1")?.innerText === "Pay 25.00 EUR"`)
		b.until(`document.documentElement.scrollWidth <= innerWidth`) // nothing is cut off
		b.shoot("checkout-" + look.name)
		b.press("cancel")
		b.until(`document.querySelector("h1")?.innerText === "Shop /cart"`)
		require.Empty(t, s.events())

		b.visit(page)
		b.press("decline")
		b.until(`document.querySelector("[role=alert]")?.innerText === "Your card was declined."`)
		b.shoot("checkout-declined-" + look.name)
		require.Len(t, s.events(), 3)

		b.press("pay")
		b.until(`document.querySelector("h1")?.innerText === "Shop /thanks"`)
		b.until(`document.querySelector("#session").innerText === "` + id + `"`)
		require.Equal(t, paid, s.events()[3:])

		b.visit(page)
		b.until(`document.querySelector("[role=status]")?.innerText === "25.00 EUR paid."`)
		b.shoot("checkout-paid-" + look.name)
	}
}

// A tab is a page in a browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func openTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser)
	require.NoError(t, chromedp.Do(ctx)) // opens the tab; a deadline would be the tab's end
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		end()
	})
	ctx, cancel := context.WithTimeout(ctx, browserTimeout)
	t.Cleanup(cancel)
	return &tab{t, ctx}
}

func (b *tab) visit(page string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Navigate(page)))
}

// press presses a button once it is there.
func (b *tab) press(action string) {
	b.t.Helper()
	button := `document.querySelector("button[value=` + action + `]")`
	b.until(button)
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](button+".click()")))
}

// until waits until an expression is true on the page.
func (b *tab) until(expression string) {
	b.t.Helper()
	looking := time.NewTicker(10 * time.Millisecond)
	defer looking.Stop()
	for {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if holds {
			return
		}
		select {
		case <-b.ctx.Done():
			b.t.Fatalf("never true: %s (%v)", expression, err)
		case <-looking.C:
		}
	}
}

func (b *tab) shoot(name string) {
	b.t.Helper()
	folder := os.Getenv("FAKESTRIPE_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644))
}

func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(realpart.FindBrowser()), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "en-US"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for its end
		end()
		stop()
	})
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// A page of another site cannot press a button, nor is the page shown under its name.
func TestPagesAreGuarded(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.session("")
	guarded := new(guard.Guard).Handler(checkout.Pages(s.completer))
	for name, header := range map[string][2]string{"a form elsewhere": {"Origin", "https://evil.example"}, "a fetch": {"Sec-Fetch-Site", "cross-site"}, "a name": {"Host", "evil.example"}} {
		r := httptest.NewRequest("POST", stripeapi.SessionPage+id+"?action=pay", nil)
		r.Host = "localhost:1"
		if header[0] == "Host" {
			r.Host = header[1]
		}
		r.Header.Set(header[0], header[1])
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		require.Equal(t, 403, w.Code, name)
	}
	require.Empty(t, s.events())
}
