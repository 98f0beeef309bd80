package contract

import (
	"context"
	"slices"
)

// Two events that come at once come in some order. What they leave may be the work of the
// order alone, which no lock mends: it is no race, and other cases are about it.

// judgeOrder judges a case, and looks closer at what is found about the order of events.
func judgeOrder(ctx context.Context, o *oracle) ([]finding, error) {
	findings, err := o.judge(ctx)
	if err == nil {
		findings, err = notesOrder(ctx, o, findings)
	}
	if err == nil {
		findings, err = notesDropped(ctx, o, findings)
	}
	return findings, err
}

// notesOrder notes of findings about a race that the same events leave as much one after the
// other, in the reverse order.
func notesOrder(ctx context.Context, o *oracle, findings []finding) ([]finding, error) {
	steps, turned := inTurn(o.spec.Steps)
	hung := slices.ContainsFunc(findings, func(f finding) bool { return f.silent }) // and would again
	if !turned || o.variant.bursts == 0 || len(o.differences) == 0 || hung {
		return findings, nil
	}
	_, did, err := o.execute(ctx, steps)
	if err != nil {
		return nil, err
	}
	b, did := o.baseline(did)
	without, _ := b.Judge(did)
	for i := range findings {
		findings[i].ofOrder = findings[i].ofState && isWithin(o.differences, without)
	}
	return findings, nil
}

// inTurn returns the steps with the events that they send at once one after the other, in the
// reverse order, and whether there are any.
func inTurn(steps []caseStep) (turned []caseStep, any bool) {
	turned = slices.Clone(steps)
	for i, step := range turned {
		if step.Together && len(step.Send) > 1 {
			turned[i].Send, turned[i].Together, any = slices.Clone(step.Send), false, true
			slices.Reverse(turned[i].Send)
		}
	}
	return turned, any
}

// isWithin reports whether all lines are among others.
func isWithin(lines, others []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool { return !slices.Contains(others, line) })
}
