package contract

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// tryState compares what adverse delivery does to the state with what it should do.
func (r *runner) tryState(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if err := r.learnPaceAgain(ctx); err != nil {
		return nil, err
	}
	if err := r.mustMove(ctx, c, v); err != nil {
		if _, ok := isInconclusive(err); ok && !slices.Contains(c.Needs, "state") && (r.careful || !slices.ContainsFunc(c.types(v), r.mayMove)) {
			return r.answers(ctx, c, v) // the answers can be judged all the same
		}
		return nil, err
	}
	return r.compareState(ctx, c, v)
}

func (r *runner) compareState(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if c.State == "none" {
		return r.compareNone(ctx, c, v)
	}
	perfection := c.perfection(v)
	if known := r.perfect(perfection); known != nil && !r.careful {
		if findings, judged, err := r.compareKnown(ctx, c, v, known); judged || err != nil {
			return findings, err
		}
		r.fresh()
	}
	if err := r.learnReferences(ctx, c, v); err != nil {
		return nil, err
	}
	if gone, err := r.effectIsGone(ctx, c); err != nil || gone != nil {
		return gone, err
	}
	p, adverse, err := r.performed(ctx, c, v, c.Steps)
	if err != nil {
		return nil, err
	}
	if c.State == "differs" {
		return r.compareDiffers(ctx, c, v, p, adverse)
	}
	adverse, err = r.until(ctx, p, adverse, func(moved statediff.Diff) bool {
		y, moved := r.baseline(c, moved)
		return !y.Lacks(moved)
	})
	if err != nil {
		return nil, err
	}
	y, adverse := r.baseline(c, adverse)
	differences, judged := y.Judge(adverse)
	if c.Compare == "object" {
		more := y.Untouched(adverse)
		differences, judged = append(differences, more...), judged+len(more)
	}
	if judged == 0 {
		return p.findings, errInconclusive{"nothing in the state is comparable: " + y.String()}
	}
	if len(differences) == 0 {
		r.keep(perfection, r.references)
	}
	if c.Either && (len(differences) == 0 || len(p.findings) == 0) {
		return nil, nil
	}
	return p.blame(differences, "the state as after perfect delivery"), nil
}

// compareDiffers is for what must do something else than the reference.
func (r *runner) compareDiffers(ctx context.Context, c *contractCase, v variant, p *play, adverse statediff.Diff) ([]finding, error) {
	y, _ := r.baseline(c, adverse)
	adverse, err := r.until(ctx, p, adverse, func(moved statediff.Diff) bool { return y.Differs(moved) || r.allSilent(c, v) })
	if err != nil {
		return nil, err
	}
	if _, judged := y.Judge(adverse); judged == 0 && !c.asksForEffect() && len(y.Touched()) > 0 {
		return p.findings, errInconclusive{"nothing in the state is comparable: " + y.String()}
	}
	if y.Differs(adverse) {
		r.keep(c.perfection(v), r.references)
		return p.findings, nil
	}
	if err := r.hearWitness(ctx, c, v, y); err != nil {
		return p.findings, err
	}
	return p.blame([]string{"the state is as if nothing had come second"}, "another state"), nil
}

// baseline is what perfect delivery did, and what of adverse delivery is measured
// by it.
func (r *runner) baseline(c *contractCase, adverse statediff.Diff) (statediff.Baseline, statediff.Diff) {
	y := statediff.Baseline{Volatile: &r.volatile, References: r.references}
	if c.Compare == "object" {
		y.References, adverse = statediff.WithoutLogs(r.references, adverse)
	}
	return y, adverse
}

// learnReferences takes the reference steps twice. If they seem to do another number of
// things, one of them was read too early: in a careful try both are taken once more.
func (r *runner) learnReferences(ctx context.Context, c *contractCase, v variant) error {
	for range 2 {
		r.references = nil
		if err := r.takeReferences(ctx, c, v); err != nil {
			return err
		}
		if !r.careful || r.references[0].AsMuchAs(r.references[1]) {
			break
		}
	}
	return nil
}

// takeReferences takes the reference steps twice. If their order is nobody's business,
// it is another the second time.
func (r *runner) takeReferences(ctx context.Context, c *contractCase, v variant) error {
	for i := range 2 {
		steps := c.Reference
		if i == 1 && c.independent() {
			steps = slices.Clone(steps)
			slices.Reverse(steps)
		}
		p, moved, err := r.performed(ctx, c, v, steps)
		if err != nil {
			return err
		}
		moved, err = r.until(ctx, p, moved, func(moved statediff.Diff) bool {
			if i == 1 {
				return moved.AsMuchAs(r.references[0])
			}
			return len(moved) > 0 || !r.hasEffect(c, v)
		})
		if err != nil {
			return err
		}
		r.references = append(r.references, moved)
	}
	return nil
}

// hasEffect reports whether the reference delivers a type that is known to move the
// state.
func (r *runner) hasEffect(c *contractCase, v variant) bool {
	return slices.ContainsFunc(c.typesOf(v, c.Reference), func(eventType string) bool {
		known, _ := r.effect(eventType)
		return len(known) > 0
	})
}

// allSilent reports whether all types that the steps deliver were waited for, and did
// nothing.
func (r *runner) allSilent(c *contractCase, v variant) bool {
	return !slices.ContainsFunc(c.typesOf(v, c.Steps), func(eventType string) bool { return !r.isSilent(eventType) })
}

// hearWitness makes sure that the state could show the difference that was asked
// for: what the witness delivers must differ from the reference too.
func (r *runner) hearWitness(ctx context.Context, c *contractCase, v variant, y statediff.Baseline) error {
	if len(c.Witness) == 0 {
		return nil
	}
	p, seen, err := r.performed(ctx, c, v, c.Witness)
	if err == nil {
		seen, err = r.until(ctx, p, seen, y.Differs)
	}
	if err != nil {
		return err
	}
	if !y.Differs(seen) {
		return errInconclusive{"the state does not show what the case is about"}
	}
	return nil
}

// effectIsGone notices a handler that answers as ever but does nothing any more, as
// one whose worker has died: perfect delivery has no effect, nor has the control.
func (r *runner) effectIsGone(ctx context.Context, c *contractCase) ([]finding, error) {
	if c.State != "same" || slices.ContainsFunc(r.references, func(moved statediff.Diff) bool { return len(moved) > 0 }) {
		return nil, nil
	}
	control := r.subject.control()
	if known, _ := r.effect(control); len(known) == 0 {
		return nil, nil
	}
	r.forget(control)
	moved, err := r.effectOf(ctx, control)
	if err != nil || len(moved) > 0 || !r.last.Accepted() {
		return nil, err
	}
	if !r.careful {
		return nil, errInconclusive{"the effect of a genuine " + control + " was not waited for"} // it will be
	}
	r.stop("the handler answers, but a genuine " + control + " has no effect any more")
	return []finding{{grave: true, sent: "a genuine " + control, expected: "the effect that it had before", actual: "none: did a worker die?"}}, nil
}

// performed takes steps and returns what they did to the state.
func (r *runner) performed(ctx context.Context, c *contractCase, v variant, steps []caseStep) (p *play, moved statediff.Diff, err error) {
	p, err = r.stage(ctx, c, v, steps)
	if err != nil {
		return nil, nil, err
	}
	moved, err = r.measure(ctx, p, func(p *play) error { return p.perform(ctx, steps) })
	return p, moved, err
}

// compareNone is for what must have no effect: no more than the noise floor, at
// the places that a genuine event touches.
func (r *runner) compareNone(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	touched := make(statediff.Diff)
	for _, eventType := range c.types(v) {
		moved, err := r.effectOf(ctx, eventType)
		if err != nil {
			return nil, err
		}
		maps.Copy(touched, moved)
	}
	p, adverse, err := r.performed(ctx, c, v, c.Steps)
	if err != nil {
		return nil, err
	}
	var differences []string
	for place, effect := range adverse {
		if _, ok := touched[place]; ok && !statediff.IsGone(place) {
			differences = append(differences, place+": "+effect.String())
		}
	}
	slices.Sort(differences)
	return p.blame(differences, "no change of the state"), nil
}

// blame adds what the state shows to what the answers show.
func (p *play) blame(differences []string, wanted string) []finding {
	if len(differences) == 0 {
		return p.findings
	}
	return append(p.findings, finding{sent: p.sentSoFar(), expected: wanted, actual: strings.Join(differences, "; ")})
}

// mustMove makes sure that the probe sees what the case is about.
func (r *runner) mustMove(ctx context.Context, c *contractCase, v variant) error {
	types := c.types(v)
	if c.asksForEffect() {
		types = []string{r.subject.control()}
	}
	for _, eventType := range types {
		moved, err := r.effectOf(ctx, eventType)
		if err == nil && len(moved) > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errInconclusive{"no event of the case moves the state by itself: " + strings.Join(types, ", ")}
}

// asksForEffect reports whether the question is if an event moves the state at all.
// A state need not show every type, so that is never a must.
func (c *contractCase) asksForEffect() bool { return c.State == "differs" && c.Level != "must" }

// types are the handled types of a case's events.
func (c *contractCase) types(v variant) []string {
	return c.typesNamed(v, slices.Sorted(maps.Keys(c.Events)))
}

// typesOf are the types of the events that steps deliver.
func (c *contractCase) typesOf(v variant, steps []caseStep) []string {
	var sent []string
	for _, step := range steps {
		sent = append(sent, step.Send...)
	}
	return c.typesNamed(v, sent)
}

func (c *contractCase) typesNamed(v variant, events []string) (types []string) {
	for _, name := range events {
		event := c.Events[name]
		eventType := event.Type
		if payload := event.payload(v); payload != nil {
			eventType = payload.event.Type()
		}
		if bound := v.types[eventType]; bound != "" {
			eventType = bound
		}
		if !slices.Contains(types, eventType) {
			types = append(types, eventType)
		}
	}
	return types
}

// independent reports whether the events of a case are about objects of their own.
func (c *contractCase) independent() bool {
	for _, event := range c.Events {
		if event.About != "" {
			return false
		}
	}
	return true
}
