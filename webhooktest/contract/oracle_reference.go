package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// takeReferences runs the reference steps twice. If the two effects differ in size, one of
// them was read too early: a careful try runs both once more.
func (o *oracle) takeReferences(ctx context.Context) (err error) {
	if o.before, err = beforeChange(ctx, o); err != nil {
		return err
	}
	for range 2 {
		o.references = nil
		for range 2 {
			if err := o.takeReference(ctx); err != nil {
				return err
			}
			if !o.session.probe.careful && (o.variant.bursts > 0 || preparesMany(o)) {
				return nil // too many deliveries, until there is something to find
			}
		}
		if !o.session.probe.careful || o.references[0].AsMuchAs(o.references[1]) {
			break
		}
	}
	return checkAgreement(ctx, o)
}

// preparesMany reports whether clean delivery takes so many objects of the app that it is not
// repeated for nothing.
func preparesMany(o *oracle) bool {
	many := func(name string) bool { return o.spec.Events[name].Count > 1 }
	return o.session.subject.bindsEach() && !o.spec.hasAlternative() && slices.ContainsFunc(namesIn(o.spec.Reference), many)
}

// checkAgreement requires the two references to agree, in another careful try if need be.
// What still differs then is the handler's choice.
func checkAgreement(ctx context.Context, o *oracle) error {
	b, _ := o.baseline(nil)
	switch {
	case o.spec.hasAlternative() || b.Agrees():
		return nil
	case !o.session.probe.careful:
		return errInconclusive{reason: "two clean deliveries had different effects"}
	}
	b.Settle()
	return learnMadeUp(ctx, o.session)
}

// checkRepeats checks that clean delivery still does what it did at first, where all events
// of a type are about one object of the app: what that gathers is no effect of the case.
func checkRepeats(ctx context.Context, o *oracle) error {
	if !slices.ContainsFunc(o.session.subject.handled(), o.session.sender.binder.literal) {
		return nil
	}
	_, did, err := o.execute(ctx, o.spec.Reference)
	if err != nil {
		return err
	}
	b, did := o.baseline(did)
	if differences, _ := b.Judge(did); len(differences) > 0 || b.Differs(did) {
		return errInconclusive{need: needObjects, reason: oneObject}
	}
	return nil
}

// beforeChange runs what comes before the event that a case is about, and returns what the
// state says then.
func beforeChange(ctx context.Context, o *oracle) (statediff.Diff, error) {
	if !toldBefore(o.spec) {
		return nil, nil
	}
	e, did, err := o.execute(ctx, o.spec.Against)
	if err != nil {
		return nil, err
	}
	return o.session.probe.until(ctx, e.observed, did, func(did statediff.Diff) bool { return len(did) > 0 })
}

// lastCounts checks that the last event of the reference has an effect, if another event
// stands in for the creation that it depends on: the loss of no effect is not seen.
func lastCounts(ctx context.Context, o *oracle, b statediff.Baseline) error {
	steps := o.spec.Reference
	if !o.variant.beginsOtherwise() || o.spec.Compare != "" || len(steps) != 1 || len(steps[0].Send) < 2 {
		return nil
	}
	step := steps[0]
	first, last := step.Send[:len(step.Send)-1], step.Send[len(step.Send)-1:]
	step.Send = first
	e, did, err := o.execute(ctx, []caseStep{step})
	if err != nil || b.Lacks(did) || len(e.findings) > 0 {
		return err
	}
	return errInconclusive{reason: fmt.Sprintf("%s changes nothing after %s, so its loss would not show",
		strings.Join(o.spec.typesNamed(o.variant, last), ", "), strings.Join(o.spec.typesNamed(o.variant, first), ", "))}
}

// checkSeen leaves a row of a case out whose event clean delivery shows nothing of, where the
// case says so: an app that stores no card has none to lose.
func checkSeen(o *oracle) error {
	if !o.spec.Seen {
		return nil
	}
	references, before := statediff.WithoutLogs(o.references, o.before)
	references, before = statediff.WithoutHistories(references, before)
	b := statediff.Baseline{Volatile: o.session.run.known.madeUp(o.session.probe.careful), References: references}
	if b.Differs(before) {
		return nil
	}
	return fmt.Errorf("%w: the state shows nothing of what the case is about", render.ErrNotApplicable)
}

// takeReference runs the reference steps. The second time, it runs the witness instead, if
// the case has one: both are clean delivery, so where they differ, both are right. Or it
// runs the reference in another order, if the order does not matter.
func (o *oracle) takeReference(ctx context.Context) error {
	second := len(o.references) > 0
	steps := o.spec.Reference
	switch {
	case second && o.spec.hasAlternative():
		steps = o.spec.Witness
	case second && o.spec.independent():
		steps = reversed(steps)
	}
	e, did, err := o.execute(ctx, steps)
	if err != nil {
		return err
	}
	cause := "no trace of " + cmp.Or(o.spec.referenceKey(o.variant), o.spec.ID) // as of an object that is deleted in the end
	did, err = o.session.probe.untilFor(ctx, cause, e.observed, did, func(did statediff.Diff) bool {
		switch {
		case second && o.spec.hasAlternative(): // which may do less
			return len(did) > 0 && !lostAlone(o, e.observed, did)
		case second:
			return did.AsMuchAs(o.references[0])
		}
		return len(did) > 0 || !o.referenceHasEffect() || o.session.probe.moved(e.observed)
	})
	if err == nil && second && lostAlone(o, e.observed, did) {
		_, did, err = o.execute(ctx, o.spec.Reference)
	}
	if err != nil {
		return err
	}
	o.references = append(o.references, did)
	return nil
}

// lostAlone reports whether a witness that must have an effect has none, beside what was
// there before it: such an event is lost unless another came before, so this is no
// alternative to the reference.
func lostAlone(o *oracle, seen *observation, did statediff.Diff) bool {
	if !o.spec.Effective || !o.spec.hasAlternative() || len(o.references[0]) == 0 {
		return false
	}
	return statediff.Unmoved(seen.diff(seen.start, nil), o.references[0], did)
}

// keepReferences keeps the effects for later cases with the same reference steps.
func (o *oracle) keepReferences() {
	o.session.run.known.learnReference(o.spec.referenceKey(o.variant), o.references)
}

// baseline returns the reference's effect, and the part of the case's effect to compare
// with it.
func (o *oracle) baseline(did statediff.Diff) (statediff.Baseline, statediff.Diff) {
	b := statediff.Baseline{Volatile: o.session.run.known.madeUp(o.session.probe.careful), References: o.references}
	if o.spec.hasAlternative() {
		b.Volatile = new(statediff.Volatile) // a difference here is not the handler's choice
	}
	if forgetsLedger(o.spec) {
		b.References, did = statediff.WithoutLedger(o.references, did)
	}
	if o.spec.Compare == "object" {
		b.References, did = statediff.WithoutLogs(o.references, did)
		b.References, did = statediff.WithoutHistories(b.References, did)
		if sendsMore(o.spec) {
			b.References, did = statediff.WithoutMoreEntries(b.References, did)
		}
		if ofChange(o.spec) {
			b.References, did = statediff.OfChange(o.before, b.References, did)
			if o.spec.State == "differs" {
				b.References, did = statediff.OfAccess(o.before, b.References, did)
			}
		}
		if !o.spec.hasAlternative() { // else a count differs between the two
			b.References, did = statediff.WithoutCounts(b.References, did)
		} else if !ofChange(o.spec) {
			b.References, did = statediff.WithoutOwnFields(b.References, did)
		}
		b.References, did = statediff.WithoutMoreTimes(b.References, did)
		b.References, did = statediff.WithoutTypes(b.References, lastTypes(o), did, o.spec.types(o.variant))
	}
	return b, did
}

// forgetsLedger reports whether a case is about what a further event does beside the memory of
// it, and finds out whether the state shows that at all.
func forgetsLedger(c *contractCase) bool {
	return c.State == "differs" && c.Compare == "" && len(c.Witness) > 0
}

// lastTypes returns the type of the last event of each reference.
func lastTypes(o *oracle) []string {
	last := make([]string, len(o.references))
	for i := range last {
		steps := o.spec.Reference
		if i > 0 && o.spec.hasAlternative() {
			steps = o.spec.Witness
		}
		for _, step := range steps {
			if n := len(step.Send); n > 0 {
				last[i] = o.spec.typesNamed(o.variant, step.Send[n-1:])[0]
			}
		}
	}
	return last
}

// referenceHasEffect reports whether the reference delivers a type that is known to change
// the state.
func (o *oracle) referenceHasEffect() bool {
	return slices.ContainsFunc(o.spec.typesOf(o.variant, o.spec.Reference), func(eventType string) bool {
		known, _ := o.session.run.known.effect(eventType)
		return len(known) > 0
	})
}

// judgeRepeated requires the whole effect in the end, however often the work was tried.
func (o *oracle) judgeRepeated(ctx context.Context, e *execution) ([]finding, error) {
	if o.session.probe.learned.restless.Load() {
		return nil, errInconclusive{reason: "the state moves by itself, as control/quiet shows: there is no telling what an event did"}
	}
	did, done, err := e.failing.outlast(ctx)
	if err != nil || done {
		return e.findings, err
	}
	b, did := o.baseline(did)
	differences, judged := b.Judge(did)
	if judged == 0 {
		return e.findings, incomparable(b)
	}
	return e.withState(differences, sameState), nil
}

// silent reports whether all types that the steps deliver beyond the reference were waited
// for and had no effect.
func (o *oracle) silent(steps []caseStep) bool {
	types := further(o, steps)
	return len(types) > 0 && !slices.ContainsFunc(types, func(eventType string) bool { return !o.session.run.known.isSilent(eventType) })
}

// further returns the types that steps deliver beyond the reference.
func further(o *oracle, steps []caseStep) []string {
	further := make([]caseStep, len(steps))
	for i, step := range steps {
		further[i].Send = slices.DeleteFunc(slices.Clone(step.Send), func(name string) bool { return sends(o.spec.Reference, name) })
	}
	return o.spec.typesOf(o.variant, further)
}

// effectIsGone detects a handler that answers as before but no longer does anything, such
// as one whose worker has died: neither clean delivery nor the control has an effect.
func (o *oracle) effectIsGone(ctx context.Context) ([]finding, error) {
	if o.spec.State != "same" || slices.ContainsFunc(o.references, func(did statediff.Diff) bool { return len(did) > 0 }) {
		return nil, nil
	}
	if gone, err := o.session.baseline.isGone(ctx); err != nil || !gone {
		return nil, err
	}
	control := o.session.subject.control()
	o.session.run.budget.end("the handler responds, but a genuine " + control + " has no effect any more")
	return []finding{{grave: true, sent: "a genuine " + control, expected: "the effect that it had before", actual: "none: did a worker die?"}}, nil
}

// leftAlternative reports whether the witness, by which a race is judged as well, was left out
// as bursts do until there is something to find.
func leftAlternative(o *oracle) bool {
	return o.variant.bursts > 0 && o.spec.hasAlternative() && len(o.references) < 2
}
