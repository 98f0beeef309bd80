package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// Flags are known to the command only: a package that names one in a message speaks to
// those who use it from Go, too, and is forgotten when the flag gets another name.
func TestFlagsAreNamedHereOnly(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	own := make(map[string]bool)
	var add func(cmd *cobra.Command)
	add = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { own[flag.Name] = true })
		for _, child := range cmd.Commands() {
			add(child)
		}
	}
	add(newRoot(shell{}))
	require.Contains(t, own, "allow-remote")
	for _, folder := range []string{"internal", "webhooktest", "fixtures"} {
		for place, text := range literals(t, filepath.Join("..", "..", folder)) {
			text = strings.ReplaceAll(text, "stripe listen --print-secret", "") // of the Stripe CLI
			for _, found := range flagName.FindAllStringSubmatch(text, -1) {
				require.False(t, own[found[1]], "%s names --%s: return a typed error, or take the advice as a field", place, found[1])
			}
		}
	}
}

var flagName = regexp.MustCompile(`(?:^|[^-\w])--([a-z][a-z-]*)`)

// literals returns the string literals of the Go files in a folder that are no tests, by
// their place.
func literals(t *testing.T, folder string) map[string]string {
	t.Helper()
	found, files := make(map[string]string), token.NewFileSet()
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				found[files.Position(literal.Pos()).String()] = literal.Value
			}
			return true
		})
		return nil
	}))
	require.NotEmpty(t, found)
	return found
}
