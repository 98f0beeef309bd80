package contract

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// An oracle compares the effect of a case's steps with that of its reference steps, which
// are clean delivery.
type oracle struct {
	session    *session
	spec       *contractCase
	variant    variant
	references []statediff.Diff // what the reference steps did, twice
	before     statediff.Diff   // what was before the event that the case is about, if it says so
	after      time.Duration    // how long the state must be unchanged after the steps, 0 if as usual
	shown      bool             // by the witness: the state shows what the case is about

	differences []string   // what judgeSame found
	judged      *execution // and in which execution
}

// judge compares the effect of the case with the expected one.
func (o *oracle) judge(ctx context.Context) ([]finding, error) {
	if err := o.session.recalibrate(ctx); err != nil {
		return nil, err
	}
	if err := (workFailure{probe: o.session.probe}).possible(o.spec); err != nil {
		return nil, err
	}
	if err := o.mustMove(ctx); err != nil {
		if _, ok := isInconclusive(err); ok && o.answersWillDo(err) {
			return o.session.answers(ctx, o.spec, o.variant)
		}
		return nil, err
	}
	if err := learnCreations(ctx, o); err != nil {
		return nil, err
	}
	switch o.spec.State {
	case "none":
		return o.judgeNone(ctx)
	case "moves":
		return o.judgeMoves(ctx)
	}
	if known := o.session.run.known.reference(o.spec.referenceKey(o.variant)); known != nil && !o.session.probe.careful && !o.spec.Repeats && !ofChange(o.spec) {
		if findings, judged, err := o.judgeBy(ctx, known); judged || err != nil {
			return findings, err
		}
		o.session.renew()
	}
	if answers, err := overrun(ctx, o.session, o.spec, o.variant); answers != nil || err != nil {
		return answers, err
	}
	if err := hearSilent(ctx, o); err != nil {
		return nil, err
	}
	defer func() { o.session.probe.brief = 0 }()
	if err := o.takeReferences(ctx); err != nil {
		return nil, err
	}
	if gone, err := o.effectIsGone(ctx); err != nil || gone != nil {
		return gone, err
	}
	if err := checkSeen(o); err != nil {
		return nil, err
	}
	if err := checkShown(ctx, o); err != nil {
		return nil, err
	}
	e, did, err := o.execute(ctx, o.spec.Steps)
	if err != nil {
		return nil, err
	}
	switch {
	case o.spec.State == "differs":
		return o.judgeDiffers(ctx, e, did)
	case o.spec.Repeats:
		return o.judgeRepeated(ctx, e)
	}
	return o.judgeSame(ctx, e, did)
}

// answersWillDo reports whether the answers decide even if the state shows nothing.
func (o *oracle) answersWillDo(why error) bool {
	if slices.Contains(o.spec.Needs, "state") {
		return false
	}
	return o.session.probe.careful || isSpent(why) || !slices.ContainsFunc(o.spec.types(o.variant), o.session.baseline.mayHaveEffect)
}

// learnCreations learns what the creations do that a session may come before.
func learnCreations(ctx context.Context, o *oracle) error {
	creations, err := afterSession(precedence{sender: o.session.sender, whole: true}, o.spec, o.variant)
	for _, creation := range creations {
		if _, err := o.effect(ctx, creation); err != nil && !isSpent(err) {
			return err
		}
	}
	return err
}

// judgeBy compares with the effect of the same reference in an earlier case. A difference
// leads to a careful try, which measures the reference again.
func (o *oracle) judgeBy(ctx context.Context, known []statediff.Diff) (findings []finding, judged bool, err error) {
	e, did, err := o.execute(ctx, o.spec.Steps)
	if err != nil {
		return nil, false, err
	}
	o.references = known
	b, did := o.baseline(did)
	if o.spec.State == "differs" {
		return e.findings, b.Differs(did), nil
	}
	differences, places := b.Judge(did)
	differences = append(differences, repeatedEffects(o.spec, b, e.sent, did)...)
	return e.withState(differences, sameState), places > 0, nil
}

// judgeSame requires the same effect as the reference.
func (o *oracle) judgeSame(ctx context.Context, e *execution, did statediff.Diff) ([]finding, error) {
	did, err := o.until(ctx, e, did, func(did statediff.Diff) bool {
		b, did := o.baseline(did)
		return !b.Lacks(did)
	})
	if err != nil {
		return nil, err
	}
	whole := did
	b, did := o.baseline(did)
	differences, judged := b.Judge(did)
	if len(differences) > 0 && leftAlternative(o) {
		if err := o.takeReference(ctx); err != nil {
			return nil, err
		}
		b, did = o.baseline(whole)
		differences, _ = b.Judge(did)
	}
	if len(differences) > 0 {
		if differences, err = withoutUnreached(ctx, o, b, did, differences); err != nil {
			return nil, err
		}
	}
	if o.spec.Compare == "object" {
		beyond, several := b.Untouched(did, toldBy(e.sent)), statediff.Multiplied(o.references, whole)
		judged += len(beyond) + len(several)
		if differences = append(differences, beyond...); !sendsMore(o.spec) {
			differences = append(differences, several...)
		}
	}
	if len(differences) == 0 {
		differences = repeatedEffects(o.spec, b, e.sent, did)
	}
	if len(differences) == 0 {
		if differences, err = keptAmounts(ctx, o, whole); err != nil {
			return nil, err
		}
		judged += len(differences)
	}
	if judged == 0 && len(e.findings) > 0 {
		return e.findings, errInconclusive{reason: fmt.Sprintf("the handler does not accept what the case is about: %s got %s", e.findings[0].sent, e.findings[0].actual)}
	}
	if judged == 0 && o.spec.Effective {
		return e.findings, errLacks{"a state that names what became of the object"}
	}
	if judged == 0 {
		if err := checkAbsent(ctx, o, b, did); err != nil {
			return e.findings, err
		}
	}
	if len(differences) == 0 {
		if err := lastCounts(ctx, o, b); err != nil {
			return e.findings, err
		}
		o.keepReferences()
	} else if o.variant.bursts > 0 && o.session.probe.updatedAtStripe(e.observed) {
		return e.findings, errInconclusive{reason: "the handler updates the object at Stripe meanwhile, which Stripe follows with an event of its own"}
	}
	if o.spec.Either && (len(differences) == 0 || len(e.findings) == 0) {
		return nil, nil
	}
	if len(differences) > 0 {
		if err := checkRepeats(ctx, o); err != nil {
			return e.findings, err
		}
		if err := checkTaken(ctx, o); err != nil {
			return e.findings, err
		}
	}
	o.differences, o.judged = differences, e
	return e.withState(differences, sameState), nil
}

// differs reports whether an effect is another one than the reference's.
func differs(o *oracle, did statediff.Diff) bool {
	b, did := o.baseline(did)
	return b.Differs(did)
}

// judgeDiffers requires another effect than the reference.
func (o *oracle) judgeDiffers(ctx context.Context, e *execution, did statediff.Diff) ([]finding, error) {
	did, err := o.session.probe.untilFor(ctx, missingFor(o, did), e.observed, did, func(did statediff.Diff) bool { return differs(o, did) || o.silent(o.spec.Steps) })
	if err != nil {
		return nil, err
	}
	b, did := o.baseline(did)
	if _, judged := b.Judge(did); judged == 0 && !o.spec.asksForEffect() && len(b.Touched()) > 0 {
		return e.findings, incomparable(b)
	}
	if b.Differs(did) {
		o.keepReferences()
		return e.findings, nil
	}
	if !o.shown {
		if err := o.checkWitness(ctx, b); err != nil {
			return e.findings, err
		}
	}
	if err := o.checkClaims(ctx); err != nil {
		return e.findings, err
	}
	if err := onlyLinks(ctx, o, e, did); err != nil {
		return e.findings, err
	}
	if movedAtStripe(o.session.probe, e.observed) {
		return e.findings, errInconclusive{reason: "the handler itself moves the object on at Stripe, so that the event about it tells nothing new"}
	}
	if err := checkRepeats(ctx, o); err != nil {
		return e.findings, err
	}
	same := []string{"no effect"}
	if lines := did.Lines(); len(lines) > 0 {
		same = append([]string{"the same:"}, lines...)
	}
	return e.withState(same, "another effect than "+cleanly(o.spec)), nil
}

// until waits for the effect of the case's steps: at full length once for the cases of one
// cause, and of one type if the handler works after its answer.
func (o *oracle) until(ctx context.Context, e *execution, did statediff.Diff, hoped func(statediff.Diff) bool) (statediff.Diff, error) {
	return o.session.probe.untilFor(ctx, causeOf(o), e.observed, did, hoped)
}

// effect returns the effect of one event of a type. If it no longer shows because the
// app's only object has been used, the effect of the first event stands in for it.
func (o *oracle) effect(ctx context.Context, eventType string) (did statediff.Diff, err error) {
	did, err = o.session.baseline.effect(ctx, eventType)
	if first := o.session.run.known.first(eventType); isSpent(err) && foreign(o.spec) && len(first) > 0 {
		return first, nil
	}
	return did, err
}

// checkClaims checks that the handler is meant to act on the type whose effect the case
// asks for, in this shape.
func (o *oracle) checkClaims(ctx context.Context) error {
	if !o.spec.asksForEffect() || len(o.spec.Witness) > 0 {
		return nil
	}
	without := o.spec.typesOf(o.variant, o.spec.Reference)
	for _, eventType := range o.spec.typesOf(o.variant, o.spec.Steps) {
		if slices.Contains(without, eventType) {
			continue
		}
		if err := upToDate(ctx, o.session, eventType); err != nil {
			return err
		}
		if err := o.session.unclaimed(ctx, eventType); err != nil {
			return err
		}
	}
	return nil
}

// execute runs steps of the case and returns their effect on the state.
func (o *oracle) execute(ctx context.Context, steps []caseStep) (e *execution, did statediff.Diff, err error) {
	if e, err = o.session.setUp(ctx, o.spec, o.variant, steps); err != nil {
		return nil, nil, err
	}
	e.failing = workFailure{o.session.probe, e.observed, func(did statediff.Diff) bool {
		b, did := o.baseline(did)
		return len(o.references) > 0 && !b.Lacks(did) // nothing that the reference has
	}}
	did, err = o.session.probe.measure(ctx, e.observed, func() error { return runBriefly(ctx, o, e, steps) })
	if err == nil {
		err = checkPlain(ctx, e)
	}
	return e, did, err
}
