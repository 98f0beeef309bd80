//go:build unix

package examples_test

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

var update = flag.Bool("update", false, "rewrite what the README of examples/express quotes")

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
	at := strings.LastIndex(readme, begin) // before it are others
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
