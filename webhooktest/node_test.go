package webhooktest_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// TestNodeJudges delivers every mutation to a handler on the stripe npm package,
// over the network. It agrees with stripe-go on all of them but one.
func TestNodeJudges(t *testing.T) {
	hook := webhooktest.NewURL(t, startNode(t), secret)
	for _, test := range mutationTests {
		if test.mutation == "hang-up" {
			continue // there is no answer to judge
		}
		t.Run(test.mutation, func(t *testing.T) {
			event := hook.Event("payment_intent.succeeded")
			want := 200
			if test.refused != nil && test.mutation != "body={}" { // stripe-go misses its API version
				require.Equal(t, 200, hook.Deliver(event).StatusCode, "the genuine event must get through")
				want = 400
			}
			require.Equal(t, want, hook.Deliver(event, test.mutation).StatusCode)
		})
	}
}

// startNode starts the handler of testdata/node and returns its URL.
func startNode(t *testing.T) string {
	t.Helper()
	const folder = "testdata/node"
	node, err := exec.LookPath("node")
	if err != nil {
		realpart.Missing(t, "node: install Node.js 20")
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "stripe")); err != nil {
		realpart.Missing(t, "the stripe npm package: run npm ci in webhooktest/"+folder)
	}
	command := exec.CommandContext(t.Context(), node, "server.mjs")
	command.WaitDelay = patience
	command.Dir, command.Stderr = folder, os.Stderr
	command.Env = append(os.Environ(), "STRIPE_WEBHOOK_SECRET="+secret)
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Wait() }) // the context has ended it
	hung := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
	defer hung.Stop()
	url, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(url)
}
