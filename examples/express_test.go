//go:build unix

package examples_test

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

var update = flag.Bool("update", false, "rewrite what the README of examples/express quotes")

// checkoutHandles are the types of the Express shop.
var checkoutHandles = []string{
	"checkout.session.completed", "checkout.session.async_payment_succeeded",
	"checkout.session.async_payment_failed", "charge.refunded",
}

func TestExpress(t *testing.T) {
	t.Parallel()
	needExpress(t)
	for _, server := range []string{"server.js", "latest.js"} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			requireSound(t, check(t, start(t, "express", nil, "node", server).subject(checkoutHandles...)))
		})
	}
}

// TestExpressLateEvents: late events revert nothing.
func TestExpressLateEvents(t *testing.T) {
	t.Parallel()
	needExpress(t)
	shop := start(t, "express", nil, "node", "server.js")
	hook := webhooktest.NewURL(t, shop.url(), secret)
	paid := hook.Event("checkout.session.async_payment_succeeded")
	unpaid := hook.Event("checkout.session.completed", webhooktest.About(paid), webhooktest.Set("data.object.payment_status", "unpaid"))
	refund := hook.Event("charge.refunded", webhooktest.Version(1))
	another := hook.Event("charge.refunded", webhooktest.Version(2), webhooktest.About(refund))
	for _, event := range []*webhooktest.Event{paid, unpaid, another, refund} {
		require.True(t, hook.Deliver(event).Accepted())
	}
	var book struct {
		Orders  map[string]struct{ Status string }
		Refunds map[string]int
	}
	require.NoError(t, shop.show(t.Context(), &book))
	require.Len(t, book.Orders, 1)
	for _, order := range book.Orders {
		require.Equal(t, "paid", order.Status)
	}
	require.Equal(t, []int{1200}, slices.Collect(maps.Values(book.Refunds)))
}

// TestExpressBroken verifies the README's quotation: the check's report of the classic
// mistake.
func TestExpressBroken(t *testing.T) {
	t.Parallel()
	needExpress(t)
	broken := start(t, "express", nil, "node", "broken.js")
	said := ""
	for _, path := range []string{"/webhook", "/stringified"} {
		command := "fakestripe check --secret whsec_test --to 4242" + path
		out, err := shell(t, ".", broken.port, command).Output()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, 2, exit.ExitCode(), "nothing could be judged")
		paragraphs := strings.Split(string(out), "\n\n") // the subject, the diagnosis, the sums
		require.Len(t, paragraphs, 3, "%s", out)
		said += "$ " + command + "\n…\n" + paragraphs[1] + "\n"
	}
	const begin, end = "```console\n", "```"
	readme := read(t, "express/README.md")
	at := strings.LastIndex(readme, begin) // before it is another one
	require.GreaterOrEqual(t, at, 0)
	before, rest := readme[:at], readme[at+len(begin):]
	quoted, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile("express/README.md", []byte(before+begin+said+end+after), 0o644))
		return
	}
	require.Equal(t, lasting(quoted), lasting(said), "go test ./examples -run TestExpressBroken -update rewrites it")
}

// lasting removes what differs between runs: IDs and durations, and the line breaks
// around them.
func lasting(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	text = regexp.MustCompile(`evt_\w+`).ReplaceAllString(text, "evt_…")
	return regexp.MustCompile(`\d+(µs|ms|s)\b`).ReplaceAllString(text, "1ms")
}

func needExpress(t *testing.T) {
	t.Helper()
	needProcesses(t)
	if _, err := exec.LookPath("node"); err != nil {
		realpart.Missing(t, "node: install Node.js 20")
	}
	for _, name := range []string{"express", "stripe", "stripe-latest"} {
		if _, err := os.Stat("express/node_modules/" + name); err != nil {
			realpart.Missing(t, "the npm package "+name+": run npm ci in examples/express")
		}
	}
}
