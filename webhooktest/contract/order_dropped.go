package contract

import "context"

// What comes too early is lost in one of two ways: the later event overwrites it, or the handler
// drops it at once. Each has a fix of its own.

// notesDropped notes of findings about the order that the event which came first was accepted, and
// that the state shows nothing of its object after it.
func notesDropped(ctx context.Context, o *oracle, findings []finding) ([]finding, error) {
	early, e := comesEarly(o.spec), o.judged
	if early == "" || e == nil || !showsState(findings) || !o.session.probe.careful {
		return findings, nil
	}
	for _, event := range e.observed.events[early] {
		if !e.accepted[event] {
			return findings, nil
		}
	}
	_, did, err := o.execute(ctx, []caseStep{{Send: names{early}}})
	if err != nil {
		return nil, err
	}
	for i := range findings {
		findings[i].early = findings[i].ofState && len(did) == 0
	}
	return findings, nil
}

// comesEarly returns the event that a case about the order of arrival delivers first, and clean
// delivery does not, or "".
func comesEarly(c *contractCase) string {
	if c.Cause != orderDecides || c.Compare != "object" || c.State != "same" {
		return ""
	}
	first, clean := firstOf(c.Steps), firstOf(c.Reference)
	if first == clean {
		return ""
	}
	return first
}

// firstOf returns the event that steps send first, or "".
func firstOf(steps []caseStep) string {
	for _, step := range steps {
		if len(step.Send) > 0 {
			return step.Send[0]
		}
	}
	return ""
}
