package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestDocsAreTrue keeps figures and the table of commands in step with the code.
func TestDocsAreTrue(t *testing.T) {
	coverage := document(t, "../../docs/coverage.md")
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	for what, n := range map[string]int{
		"| contract | %d cases in":           len(cases),
		"all %d that stripe-go v76 declares": len(fixtures.Types(fixtures.DefaultVersion)),
		"| flows | %d business actions":      len(fixtures.Flows()),
		"| mutations | %d;":                  len(webhooktest.Mutations()),
	} {
		require.Contains(t, coverage, fmt.Sprintf(what, n))
	}
	_, table, found := strings.Cut(document(t, "README.md"), "| command | what it does |")
	require.True(t, found)
	for _, command := range newRoot(system()).Commands() {
		require.Contains(t, table, "`"+command.Name(), "the table lacks %s", command.Name())
	}
}

// TestReadmeIsShort: a README is read in a terminal, and to its end. What is looked up
// belongs into docs and cmd/fakestripe/README.md.
func TestReadmeIsShort(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(document(t, "../../README.md")), "\n")
	require.LessOrEqual(t, len(lines), 160)
	for i, line := range lines {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 100, "line %d", i+1)
	}
}

// TestReadmeListsExamples: every example is linked, none that is gone.
func TestReadmeListsExamples(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*/README.md")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	readme := document(t, "../../README.md")
	for _, example := range examples {
		name := filepath.Base(filepath.Dir(example))
		require.Contains(t, readme, "| ["+name+"](examples/"+name+") | ")
	}
	require.Equal(t, len(examples), strings.Count(readme, "| ["))
}

// TestArchitectureIsTrue: every path that it names is there.
func TestArchitectureIsTrue(t *testing.T) {
	named := regexp.MustCompile("`([a-z0-9_.-]+/[A-Za-z0-9_./-]*)`").FindAllStringSubmatch(document(t, "../../ARCHITECTURE.md"), -1)
	require.NotEmpty(t, named)
	for _, path := range named {
		_, err := os.Stat("../../" + path[1])
		require.NoError(t, err)
	}
}

// TestArchitectureIsWhole: every internal package is in it.
func TestArchitectureIsWhole(t *testing.T) {
	architecture := document(t, "../../ARCHITECTURE.md")
	for _, internal := range []string{"../../internal/*", "../../webhooktest/internal/*", "../../webhooktest/contract/internal/*"} {
		packages, err := filepath.Glob(internal)
		require.NoError(t, err)
		require.NotEmpty(t, packages, internal)
		for _, path := range packages {
			require.Regexp(t, `\b`+filepath.Base(path)+`\b`, architecture)
		}
	}
}

func document(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}
