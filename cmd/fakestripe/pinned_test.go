package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
)

// foreign are the ways in which a file names what somebody else may change, and what a
// name must look like: an action by commit, an image by digest, a tool by version.
var foreign = []struct {
	name, files string // files: base names that begin or end so
	find, own   *regexp.Regexp
	pinned      *regexp.Regexp
}{
	{"action", ".yml .yaml", regexp.MustCompile(`(?m)^[^#\n]*\buses:\s*(\S+)`), regexp.MustCompile(`^\./`), regexp.MustCompile(`@[0-9a-f]{40}$`)},
	{"image", "Dockerfile", regexp.MustCompile(`(?m)^FROM\s+(\S+)`), regexp.MustCompile(`^scratch$`), digest},
	{"image", ".yml .yaml", regexp.MustCompile(`(?m)^\s*image:\s*(\S+)`), regexp.MustCompile(`^ghcr\.io/fakestripe/`), digest},
	{"image", ".go .md", regexp.MustCompile(`\b((?:postgres|redis|mysql|mariadb|node|python|ruby|golang|alpine|debian|busybox):[0-9][\w.-]*(?:@\S+?)?)["` + "`" + `\s]`), regexp.MustCompile(`^$`), digest},
	{"tool", ".yml .yaml run", regexp.MustCompile(`go (?:run|install) (\S+@\S+)`), regexp.MustCompile(`^github\.com/fakestripe/`), regexp.MustCompile(`@v\d+\.\d+\.\d+$`)},
}

var digest = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)

// TestWhatIsForeignIsPinned: what a tag names today may be something else tomorrow.
func TestWhatIsForeignIsPinned(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	found := make(map[string]int)
	root := filepath.Join("..", "..")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if name := entry.Name(); name == "node_modules" || name == ".git" || name == "testdata" {
				return fs.SkipDir
			}
			return err
		}
		var text []byte
		for _, f := range foreign {
			if !endsIn(entry.Name(), f.files) {
				continue
			}
			if text == nil {
				if text, err = os.ReadFile(path); err != nil {
					return err
				}
			}
			for _, match := range f.find.FindAllStringSubmatch(string(text), -1) {
				if !f.own.MatchString(match[1]) {
					found[f.name]++
					require.Regexp(t, f.pinned, match[1], "%s names a foreign %s that can change", path, f.name)
				}
			}
		}
		return nil
	}))
	require.GreaterOrEqual(t, found["action"], 5)
	require.GreaterOrEqual(t, found["image"], 2)
	require.GreaterOrEqual(t, found["tool"], 3)
}

func endsIn(name, ends string) bool {
	for end := range strings.FieldsSeq(ends) {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// TestAReleaseIsAccountedFor: SECURITY.md promises checksums, an SBOM for each archive and
// for the image, and a search for known vulnerabilities.
func TestAReleaseIsAccountedFor(t *testing.T) {
	t.Parallel()
	release := document(t, "../../.goreleaser.yaml")
	require.Regexp(t, `(?m)^checksum:\n  name_template: \S+`, release)
	require.Regexp(t, `(?m)^sboms:\n  - artifacts: archive`, release)
	require.Regexp(t, `(?m)^    sbom: true`, release)
	require.Regexp(t, `(?m)^      - run: go run golang\.org/x/vuln/cmd/govulncheck@v\S+ \./\.\.\.`, document(t, "../../.github/workflows/test.yml"))
}
