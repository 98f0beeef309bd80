package report

import (
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shortfall is what people are told of one cause: the first case that shows it, and the
// other cases that do.
type shortfall struct {
	contract.Result
	also []contract.Result
}

// shortfalls are the results with a verdict, those of one cause together.
func (v *view) shortfalls(verdict contract.Verdict) []*shortfall {
	var all []*shortfall
	byCause := make(map[string]*shortfall)
	for _, r := range v.of(verdict) {
		if first := byCause[r.Cause]; first != nil && r.Cause != "" {
			first.also = append(first.also, r)
			continue
		}
		s := &shortfall{Result: r}
		all = append(all, s)
		byCause[r.Cause] = s
	}
	return all
}

// headline is the cause if several cases show it, else what happened.
func (s *shortfall) headline() string {
	if len(s.also) == 0 {
		return headline(s.Result)
	}
	return fmt.Sprintf("%s (%d cases)", s.Cause, 1+len(s.also))
}

// evidence is that of the first case, and what the others show, a line each.
func (s *shortfall) evidence() []fact {
	if len(s.also) == 0 {
		return evidence(s.Result)
	}
	return append([]fact{{"case", s.ID + ": " + headline(s.Result)}}, append(evidence(s.Result), fact{"also", s.others()})...)
}

func (s *shortfall) others() string {
	lines := make([]string, len(s.also))
	for i, r := range s.also {
		lines[i] = r.ID + ": " + headline(r)
	}
	return strings.Join(lines, "\n")
}
