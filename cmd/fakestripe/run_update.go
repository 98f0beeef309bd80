package main

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// nothingWritten says why no golden file was written, or "" if one was.
func (c *checking) nothingWritten(found *contract.Report) string {
	wrote := func(result contract.Result) bool { return strings.HasPrefix(result.Reason, "written: ") }
	switch {
	case slices.ContainsFunc(found.Cases, wrote):
		return ""
	case !namesGolden(c.suite.Dir):
		return `--update wrote nothing: no case names a golden file. Give a step "golden": "golden/NAME.json", and show the state with --state-url or the like`
	case c.subject.State == nil && c.subject.StateOf == nil:
		return "--update wrote nothing: golden files hold what changes in the state: show it with --state-url, --state-cmd, --state-postgres or --state-sqlite"
	case found.Failed(false):
		return "--update wrote nothing: the golden files of cases that fail stay as they are, and no other has changed"
	}
	return "--update wrote nothing: no golden file of these cases has changed"
}

// maxCaseFile is more than a case has: what is larger is a payload.
const maxCaseFile = 1 << 20

// namesGolden reports whether a case in a folder may name a golden file.
func namesGolden(dir string) (named bool) {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || named || !entry.Type().IsRegular() || filepath.Ext(path) != ".json" {
			return nil // the run has said what cannot be read
		}
		text, err := readRegular(path, maxCaseFile)
		named = err == nil && bytes.Contains(text, []byte(`"golden"`)) && bytes.Contains(text, []byte(`"steps"`))
		return nil
	})
	return named
}
