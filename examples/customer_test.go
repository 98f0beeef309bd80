//go:build unix

package examples_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// A customer has a browser.
type customer struct {
	t   *testing.T
	ctx context.Context
}

func newCustomer(t *testing.T) *customer {
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
	require.NoError(t, chromedp.Do(ctx)) // starts it; a deadline would be its end
	ctx, cancel := context.WithTimeout(ctx, ready)
	t.Cleanup(cancel)
	return &customer{t, ctx}
}

func (c *customer) visit(page string) {
	c.t.Helper()
	require.NoError(c.t, chromedp.Do(c.ctx, chromedp.Navigate(page)))
}

// press presses a button once it is there.
func (c *customer) press(button string) {
	c.t.Helper()
	element := `document.querySelector("` + button + `")`
	c.until(element)
	require.NoError(c.t, chromedp.Do(c.ctx, chromedp.Evaluate[chromedp.Void](element+".click()")))
}

// until waits until an expression is true on the page.
func (c *customer) until(expression string) {
	c.t.Helper()
	looking := time.NewTicker(10 * time.Millisecond)
	defer looking.Stop()
	for {
		holds, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if holds {
			return
		}
		select {
		case <-c.ctx.Done():
			c.t.Fatalf("never true: %s (%v)", expression, err)
		case <-looking.C:
		}
	}
}
