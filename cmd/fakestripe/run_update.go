package main

import (
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// nothingWritten says why no golden file was written, or "" if one was.
func nothingWritten(subject *contract.Subject, found *contract.Report) string {
	switch {
	case slices.ContainsFunc(found.Cases, func(r contract.Result) bool { return len(r.Wrote) > 0 }):
		return ""
	case !slices.ContainsFunc(found.Cases, func(r contract.Result) bool { return r.Golden }):
		return `--update wrote nothing: no case names a golden file. Give a step "golden": "golden/NAME.json", and show the state with --state-url or the like`
	case subject.State == nil && subject.StateOf == nil:
		return "--update wrote nothing: golden files hold what changes in the state: show it with --state-url, --state-cmd, --state-postgres or --state-sqlite"
	case found.Failed(false):
		return "--update wrote nothing: the golden files of cases that fail stay as they are, and no other has changed"
	}
	return "--update wrote nothing: no golden file of these cases has changed"
}
