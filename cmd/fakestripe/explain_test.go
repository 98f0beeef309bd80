package main

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

var update = flag.Bool("update", false, "rewrite docs/contract.md")

// TestContractPage keeps docs/contract.md in step with the case files.
func TestContractPage(t *testing.T) {
	const file = "../../docs/contract.md"
	var page bytes.Buffer
	cmd := newExplain(shell{out: &page})
	cmd.SetArgs([]string{"--all", "--format", "markdown"})
	require.NoError(t, cmd.Execute())
	if *update {
		require.NoError(t, os.WriteFile(file, page.Bytes(), 0o644))
	}
	require.Equal(t, document(t, file), page.String(), "run go test ./cmd/fakestripe -run TestContractPage -update")
}

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		`a \u escape`:               `a \\u escape`,
		"*a* and api_version":       `\*a\* and api_version`,
		"a < b, [object Object]":    `a &lt; b, \[object Object]`,
		"`evt_test` stays as it is": "`evt_test` stays as it is",
	} {
		require.Equal(t, want, markdown(text))
	}
}

// TestContractLinks: the table of contents leads to a heading for each case.
func TestContractLinks(t *testing.T) {
	page := document(t, "../../docs/contract.md")
	headings := make(map[string]bool)
	for line := range strings.Lines(page) {
		if text, ok := strings.CutPrefix(line, "### "); ok {
			headings[anchor(strings.TrimSpace(text))] = true
		}
		if text, ok := strings.CutPrefix(line, "## "); ok {
			headings[strings.TrimSpace(text)] = true
		}
	}
	links := strings.Split(page, "](#")[1:]
	require.Len(t, headings, len(links))
	for _, link := range links {
		target, _, _ := strings.Cut(link, ")")
		require.True(t, headings[target], target)
	}
}

// TestOrderNeedsNoAPI: where a fix asks Stripe what is so now, there is one that does not.
func TestOrderNeedsNoAPI(t *testing.T) {
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	asks := regexp.MustCompile(`subscription\.Get\(|\.retrieve\(`)
	for _, c := range cases {
		for _, fix := range fixes(c) {
			if group(c) == "ordering" && asks.MatchString(fix.code) {
				require.Contains(t, fix.code, " Without the API: ", "%s in %s", c.ID, fix.language)
			}
		}
		require.Contains(t, explanation(c), "\nThe fix: "+c.Hint+"\n")
		require.NotRegexp(t, `[ \t]\n`, explanation(c), "no space at the end of a line")
	}
}
