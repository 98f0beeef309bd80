package contract

import "slices"

// forges reports whether every step of a case expects a refusal.
func forges(c *contractCase) bool {
	return !slices.ContainsFunc(c.Steps, func(step caseStep) bool { return !step.refuses() })
}

// noteAlike says of an accepted forgery, whose effect nobody sees, that a genuine event gets
// the same response.
func noteAlike(e *execution) {
	if e.session.probe.observed() || e.plain == nil || !forges(e.spec) {
		return
	}
	for i, f := range e.findings {
		if f.accepts() && f.actual == answerOf(e.plain) {
			e.findings[i].actual += ", as a genuine event gets"
		}
	}
}
