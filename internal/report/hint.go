package report

import (
	"path"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// settled lists, for a case, the cases of the same cause whose hints say nothing more than
// its own: whoever acts on this one has acted on them.
var settled = map[string][]string{
	"signature/unsigned":     {"signature/content-type", "signature/empty-header", "signature/test-looking-id", "signature/unsigned-test-mode", "resilience/bad-input"},
	"signature/wrong-secret": {"signature/*", "freshness/*", "thin/*", "resilience/bad-input"},
	"idempotency/redelivered": {
		"freshness/exact-replay", "idempotency/changed-body", "idempotency/interleaved", "resilience/hang-up", "resilience/late-duplicate",
		"resilience/restart-keeps-ledger", "resilience/retry-after-failure", "thin/redelivered",
	},
	"idempotency/acknowledged":  {"freshness/retry"},
	"freshness/one-day-old":     {"freshness/ten-minutes-old", "freshness/zero-timestamp"},
	"dispatch/look-alike-types": {"dispatch/sibling-types"},
	"ordering/stale-update":     {"ordering/reversed", "ordering/updated-first"},
}

// A piece of advice is a hint and the cases that it is for.
type advice struct {
	hint  string
	cases []string
}

// advice returns the distinct hints of a finding, that of the best case first.
func (s *shortfall) advice() (all []*advice) {
	for _, r := range s.all() {
		if r.Hint == "" || r.ID != s.ID && s.settles(r.ID) {
			continue
		}
		at := slices.IndexFunc(all, func(a *advice) bool { return strings.HasPrefix(a.hint, r.Hint) || strings.HasPrefix(r.Hint, a.hint) })
		if at < 0 {
			all = append(all, &advice{r.Hint, []string{r.ID}})
			continue
		}
		all[at].cases = append(all[at].cases, r.ID)
		if len(r.Hint) > len(all[at].hint) {
			all[at].hint = r.Hint // which begins as the other does
		}
	}
	return all
}

// settles reports whether the hint of another case of the finding contains a case's hint.
func (s *shortfall) settles(id string) bool {
	return slices.ContainsFunc(s.all(), func(r contract.Result) bool {
		return r.ID != id && slices.ContainsFunc(settled[r.ID], func(pattern string) bool {
			matches, _ := path.Match(pattern, id)
			return matches
		})
	})
}

// hint says what to do about all cases, a paragraph for each hint. The first needs no names:
// the evidence is of its case.
func (s *shortfall) hint() string {
	var lines []string
	for _, a := range s.advice() {
		line := a.hint
		if a.cases[0] != s.ID {
			line = strings.Join(a.cases, ", ") + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
