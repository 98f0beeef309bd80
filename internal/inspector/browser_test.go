package inspector_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// Tests in a real browser: Debian's chromium, driven by its DevTools protocol.
// Screenshots are kept in the folder that FAKESTRIPE_SCREENSHOTS names.

// browserTimeout ends a test whose page does not come to what is waited for. It only
// guards against a hang: a busy machine needs a part of it.
const browserTimeout = 3 * time.Minute

// The browser is started by the first test that needs it, and shared.
var (
	browserOnce  sync.Once
	browserCtx   context.Context
	closeBrowser = func() {}
)

// needBrowser skips a test where there is no browser. It comes first in a test, before
// anything that would have to be ended: open fails where it was forgotten.
func needBrowser(t *testing.T) {
	t.Helper()
	realpart.Browser(t)
}

func startBrowser(t *testing.T, path string) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "en-US"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	browserCtx, closeBrowser = ctx, func() {
		_ = chromedp.Cancel(ctx) // waits for its end
		end()
		stop()
	}
	if err := chromedp.Do(ctx); err != nil {
		t.Errorf("%s does not start: %v", path, err)
	}
}

// A tab is the page in a browser, and what it complained about.
type tab struct {
	t      *testing.T
	ctx    context.Context
	mu     sync.Mutex
	errors []string
}

// A look is how the page is shown.
type look struct {
	name          string
	width, height int64
	scheme        string
}

var (
	light  = look{"light", 1280, 800, "light"}
	dark   = look{"dark", 1280, 800, "dark"}
	narrow = look{"narrow", 390, 844, "light"}
)

// open shows the inspector of a stand, and waits until it is live. The test has called
// needBrowser.
func open(t *testing.T, s *stand, how look) *tab {
	t.Helper()
	path := realpart.FindBrowser()
	require.NotEmpty(t, path, "no browser: needBrowser(t) is to be the first line of the test")
	browserOnce.Do(func() { startBrowser(t, path) })
	b := &tab{t: t}
	ctx, end := chromedp.NewContext(browserCtx, chromedp.WithListener(b.hear))
	require.NoError(t, chromedp.Do(ctx)) // opens the tab; a deadline would be the tab's end
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		end()
	})
	var cancel context.CancelFunc
	b.ctx, cancel = context.WithTimeout(ctx, browserTimeout)
	t.Cleanup(cancel)
	command(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: how.width, Height: how.height, DeviceScaleFactor: 1, Mobile: how.width < 600})
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: how.scheme}}})
	command(b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "UTC"})
	b.do(chromedp.Navigate(s.url))
	b.until(`document.getElementById("connection").dataset.state === "live"`)
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		require.Empty(t, b.errors, "what the browser complained about")
	})
	return b
}

// hear keeps what goes wrong on the page: exceptions, what it logs, and what its
// policy forbids. A question whether to discard something is answered with yes.
func (b *tab) hear(event any) {
	var text string
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		text = (&chromedp.ExceptionError{ExceptionDetails: event.ExceptionDetails}).Error()
	case *runtime.EventConsoleAPICalled:
		text = fmt.Sprintf("console.%s", event.Type)
	case *log.EventEntryAdded:
		if strings.Contains(event.Entry.Text, "status of 4") && !strings.Contains(event.Entry.URL, "/assets/") {
			return // a refusal, which the page itself tells of
		}
		text = fmt.Sprintf("%s: %s %s", event.Entry.Source, event.Entry.Text, event.Entry.URL)
	case *page.EventJavascriptDialogOpening:
		text = "dialog: " + event.Message
		go func() {
			_, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}()
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errors = append(b.errors, text)
}

// complaints takes what was heard so far, for a test that expects some.
func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	heard := b.errors
	b.errors = nil
	return heard
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.fail("%v", err)
	}
}

// command runs a command of the protocol.
func command[P, R any](b *tab, c cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, c, params); err != nil {
		b.fail("%v", err)
	}
}

// eval returns the value of an expression on the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.fail("%s: %v", expression, err)
	}
	return value
}

// fail ends the test with a picture of the page.
func (b *tab) fail(format string, values ...any) {
	b.t.Helper()
	var cancel context.CancelFunc
	b.ctx, cancel = context.WithTimeout(context.WithoutCancel(b.ctx), patience) // the test's may be over
	defer cancel()
	b.shoot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
	b.t.Fatalf(format, values...)
}

// until waits until an expression is true on the page. It looks every few
// milliseconds; chromedp.Poll would need the page to allow eval.
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
			b.fail("never true: %s (%v)", expression, err)
		case <-looking.C:
		}
	}
}

// click clicks what a selector finds, as soon as a person could. A click is at a place on
// the screen, and the page may draw something else there in the meantime: that does not
// hear of it, and the click is made again. No node is kept from one command to the next.
func (b *tab) click(selector string) {
	b.t.Helper()
	for hit := false; !hit; hit = eval[bool](b, "aimed.hit()") {
		b.until(fmt.Sprintf(aim, selector))
		at := eval[struct{ X, Y float64 }](b, "({x: aimed.x, y: aimed.y})")
		b.do(chromedp.MouseClickXY(at.X, at.Y))
	}
}

// aim is true when an element can be seen, nothing covers it, and it is where it was at
// the look before: a list that still scrolls would get the click elsewhere. From then on
// nothing else gets a click, until aimed.hit tells whether the element did.
const aim = `((selector) => {
	const element = document.querySelector(selector);
	element?.scrollIntoViewIfNeeded();
	const box = element?.checkVisibility() && element.getClientRects()[0];
	if (!box) return false;
	const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
	const stands = window.aimed?.element === element && aimed.x === x && aimed.y === y;
	window.aimed = {element, x, y};
	if (!stands || !element.contains(document.elementFromPoint(x, y))) return false;

	let hit = false;
	const guard = (event) => {
		if (!event.target.closest?.(selector)) {
			event.preventDefault();
			event.stopImmediatePropagation();
		} else if (event.type === "click") hit = true;
	};
	const types = ["mousedown", "mouseup", "click"];
	for (const type of types) addEventListener(type, guard, true);
	aimed.hit = () => {
		for (const type of types) removeEventListener(type, guard, true);
		window.aimed = undefined;
		return hit;
	};
	return true;
})(%q)`

// fill types a text in the place of what is in a field.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.click(selector)
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).select()", selector)))
	b.keys(kb.Delete + text)
}

// choose chooses an option of a select.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{const s = document.querySelector(%q); s.value = %q; s.dispatchEvent(new Event("change", {bubbles: true}))}`, selector, value)))
}

// keys types on the keyboard, wherever the focus is.
func (b *tab) keys(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// sees waits until a part of the page has a text, wherever its lines end.
func (b *tab) sees(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelector(%q)?.innerText.replace(/\s+/g, " ").includes(%q)`, selector, text))
}

// rowOf is the selector of a delivery in the list.
func rowOf(id string) string { return fmt.Sprintf(`.row[data-id="%s"]`, id) }

// shoot keeps a picture of the page.
func (b *tab) shoot(name string) {
	b.t.Helper()
	folder := os.Getenv("FAKESTRIPE_SCREENSHOTS")
	if folder == "" {
		if artifacts, ok := any(b.t).(interface{ ArtifactDir() string }); ok { // since Go 1.26
			folder = artifacts.ArtifactDir()
		} else {
			folder = b.t.TempDir()
		}
	}
	drawn := `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`
	err := chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](drawn, chromedp.EvalAwaitPromise))
	var picture []byte
	if err == nil {
		picture, err = chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	}
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	file := filepath.Join(folder, cmp.Or(name, "page")+".png")
	if err == nil {
		err = os.WriteFile(file, picture, 0o644)
	}
	if err != nil {
		b.t.Logf("no screenshot %s: %v", file, err)
		return
	}
	b.t.Logf("screenshot %s", file)
}

// clipboard reads what was copied.
func (b *tab) clipboard() string {
	b.t.Helper()
	return eval[string](b, "navigator.clipboard.readText()")
}

// mayCopy lets the page use the clipboard, or forbids it.
func (b *tab) mayCopy(setting browser.PermissionSetting) {
	b.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		params := browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: setting}
		if _, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, params); err != nil {
			b.fail("%v", err)
		}
	}
}
