package verify

// From a mistake to a finding.

import "github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"

// found returns a finding proven by a matching signature.
func found(m *mistakes.Mistake, subject string) Finding {
	f := Finding{ID: m.ID, Problem: subject + m.Problem, Cause: m.Cause, Proven: true}
	f.setFix(m.Fixes())
	return f
}

func (f *Finding) setFix(list []mistakes.Fix) {
	f.Fix = make([]Fix, len(list))
	for i, fix := range list {
		f.Fix[i] = Fix(fix)
	}
}
