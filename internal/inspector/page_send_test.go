package inspector_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestReplayOnThePage(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	b.click(rowOf("dlv_1"))
	b.sees("#detail h2", "charge.succeeded")
	b.click("#detail [data-do=replay]")
	b.sees("#detail .over", "dlv_6")
	b.sees("#detail .facts", "Replay of dlv_1")
	b.sees("#detail .answer", "200 OK")
	b.click("#detail .facts a")
	b.sees("#detail .over", "dlv_1")
}

func TestReplayWithAMutation(t *testing.T) {
	needBrowser(t)
	const visible = `[...document.querySelectorAll("#replay-list li")].filter((item) => item.checkVisibility()).length`
	s := filled(t)
	b := open(t, s, light)
	b.click(rowOf("dlv_1"))
	b.click("#detail [data-do=mutate]")
	b.until(`document.getElementById("replay-dialog").open`)
	require.Equal(t, len(webhooktest.Mutations()), eval[int](b, `document.querySelectorAll("#replay-list li").length`))
	b.fill("#replay-filter", "signed that long ago")
	b.until(visible + ` >= 1 && ` + visible + ` < 8`)
	b.fill("#replay-list input[aria-label='Value of age']", "eleven")
	b.fill("#replay-filter", "white space")
	b.until(visible + ` >= 2 && ` + visible + ` < 8`) // that, and what is chosen
	b.click("#replay-list input[value=compact]")
	b.sees("#replay-chosen", "age=eleven, compact")
	b.shoot("replay")
	b.click("#replay-dialog [type=submit]")
	b.sees("#replay-problem", `"eleven" is not a duration`)
	b.fill("#replay-filter", "")
	b.fill("#replay-list input[aria-label='Value of age']", "11m")
	b.click("#replay-dialog [type=submit]")
	b.sees("#detail .facts", "age=11m compact")
	b.sees("#detail .answer", "timestamp wasn't within tolerance")
	b.sees("#detail .signature", "old when it was sent; handlers take 5m")
	require.Len(t, s.hub.Deliveries(0), 6)
}

func TestEditAndResend(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	b.click(rowOf("dlv_1"))
	b.click("#detail [data-do=edit]")
	b.sees("#edit-state", "Valid JSON, an event of type charge.succeeded.")
	b.fill("#edit-text", "{\n  \"id\": \"evt_mine\",\n  \"type\": \"invoice.paid\"\n  \"object\": \"event\", \"data\": {\"object\": {}}}")
	b.sees("#edit-state", "line 4, column 3")
	b.shoot("edit")
	b.click("#edit-dialog [type=submit]")
	b.sees("#edit-state", "line 4, column 3")
	require.Len(t, s.hub.Deliveries(0), 5, "nothing was sent")
	b.click("#edit-goto")
	require.Equal(t, "edit-text", eval[string](b, focused))
	require.Equal(t, `"`, eval[string](b, `getSelection().toString()`))
	b.keys(kb.ArrowLeft, ", ")
	b.sees("#edit-state", "Valid JSON, an event of type invoice.paid.")
	b.click("#edit-new-id")
	b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("edit-text").focus()`), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.sees("#detail h2", "invoice.paid")
	b.sees("#detail .over", "dlv_6")
	b.sees("#detail .facts", "evt_mine")
	b.sees("#detail .answer", "cannot book")
	b.sees("#detail .signature", "genuine")
	require.Equal(t, "{\n  \"id\": \"evt_mine\",\n  \"type\": \"invoice.paid\"\n  , \"object\": \"event\", \"data\": {\"object\": {}}}", string(s.finished("dlv_6").Body))
}

// What was written is not lost by a slip.
func TestEditAsksBeforeItDiscards(t *testing.T) {
	needBrowser(t)
	b := open(t, filled(t), light)
	b.click(rowOf("dlv_1"))
	b.click("#detail [data-do=edit]")
	b.sees("#edit-state", "Valid JSON")
	b.keys("x", kb.Escape)
	b.until(`!document.getElementById("edit-dialog").open`)
	require.Equal(t, []string{"dialog: Discard what you changed?"}, b.complaints())
}

func TestTriggerOnThePage(t *testing.T) {
	needBrowser(t)
	s := newStand(t, shop)
	b := open(t, s, light)
	b.click("#trigger-open")
	b.until(`document.getElementById("trigger-dialog").open`)
	b.fill("#trigger-filter", "charge.refunded")
	b.until(`document.getElementById("trigger-name").value === "type charge.refunded"`)
	b.click("#trigger-alone")
	b.fill("#trigger-set", "data.object.amuont=4711")
	b.click("#trigger-dialog [type=submit]")
	b.sees("#trigger-problem", "amuont")
	b.fill("#trigger-set", "data.object.amount=4711")
	b.click("#trigger-dialog [type=submit]")
	b.sees("#detail h2", "charge.refunded")
	b.sees("#detail .tree", "amount: 4711")
	require.Len(t, s.hub.Deliveries(0), 1)

	b.keys("t")
	b.until(`document.getElementById("trigger-dialog").open`)
	b.fill("#trigger-set", "")
	b.fill("#trigger-filter", "subscription-created")
	b.until(`document.getElementById("trigger-name").value === "flow subscription-created"`)
	b.keys(kb.Enter)
	b.until(`!document.getElementById("trigger-dialog").open`)
	b.until(`document.querySelectorAll(".row").length > 3`)
	b.fill("#filter-text", "") // the keyboard is not the dialog's any more

	b.click("#trigger-open")
	b.until(`document.getElementById("trigger-dialog").open`)
	b.fill("#trigger-filter", "v1.charge.refunded")
	b.until(`document.getElementById("trigger-name").value === "type v1.charge.refunded"`)
	b.until(`document.querySelector("#trigger-name optgroup").label === "Thin events"`)
	b.until(`document.getElementById("trigger-alone-line").hidden`)
	b.keys(kb.Enter)
	b.sees("#detail h2", "v1.charge.refunded")
}

func TestCopies(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	b.mayCopy(browser.PermissionSettingGranted)
	b.click(rowOf("dlv_1"))
	b.click("#detail [data-do=curl]")
	b.sees("#toast", "goes stale in five minutes")
	require.Contains(t, b.clipboard(), "curl -X POST "+s.endpoint.URL)
	require.NotContains(t, b.clipboard(), secret)
	b.click("#detail [data-do=gotest]")
	b.sees("#toast", "webhook_test.go")
	require.Contains(t, b.clipboard(), "func TestChargeSucceeded(t *testing.T)")
	b.click("#detail [data-do=copy]")
	b.until(`document.getElementById("toast").textContent === "Copied."`)
	require.Equal(t, string(s.finished("dlv_1").Body), b.clipboard())

	b.mayCopy(browser.PermissionSettingDenied)
	b.click("#detail [data-do=curl]")
	b.until(`document.getElementById("copy-dialog").open`)
	b.until(`getSelection().toString().startsWith("curl -X POST")`)
	b.keys(kb.Escape)
}

func TestSaveAsAFixture(t *testing.T) {
	needBrowser(t)
	s := filled(t)
	b := open(t, s, light)
	folder := t.TempDir()
	params := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder}
	_, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, params)
	require.NoError(t, err)
	b.click(rowOf("dlv_1"))
	b.click("#detail [data-do=save]")
	d := s.finished("dlv_1")
	file := filepath.Join(folder, "charge.succeeded."+d.EventID+".json")
	require.Eventually(t, func() bool {
		data, err := os.ReadFile(file)
		return err == nil && string(data) == string(d.Body)
	}, browserTimeout, 10*time.Millisecond)
}
