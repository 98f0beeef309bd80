package contract

import (
	"context"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Two events that come at once come in some order. What they leave may be the work of the
// order alone, which no lock mends: it is no race, and other cases are about it.

// withAlternative judges a race once more, by the witness as well, if there is one: bursts
// leave it out until there is something to find.
func withAlternative(ctx context.Context, o *oracle, did statediff.Diff, differences []string) ([]string, error) {
	if len(differences) == 0 || o.variant.bursts == 0 || !o.spec.hasAlternative() || len(o.references) > 1 {
		return differences, nil
	}
	if err := o.takeReference(ctx); err != nil {
		return nil, err
	}
	b, did := o.baseline(did)
	differences, _ = b.Judge(did)
	return differences, nil
}

// notesOrder notes of findings about a race that the same events leave as much one after the
// other, in the reverse order.
func notesOrder(ctx context.Context, o *oracle, differences []string, findings []finding) ([]finding, error) {
	steps, turned := inTurn(o.spec.Steps)
	if !turned || o.variant.bursts == 0 || len(differences) == 0 {
		return findings, nil
	}
	_, did, err := o.execute(ctx, steps)
	if err != nil {
		return nil, err
	}
	b, did := o.baseline(did)
	without, _ := b.Judge(did)
	for i := range findings {
		findings[i].ofOrder = findings[i].ofState && isWithin(differences, without)
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

// orderCase returns the case about the order of the events that a case sends at once.
func orderCase(id string) string {
	for _, rule := range consequences {
		if rule.cause == orderDecides && rule.has(id) {
			return rule.of
		}
	}
	return id
}
