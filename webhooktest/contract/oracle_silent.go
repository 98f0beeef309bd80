package contract

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// hearSilent waits for the effect of a type that seems to have none, before a careful try
// asks for it, together with all others that seem to have none: a handler that works after
// its answer would be waited for as long for each. What was waited for in vain needs no
// wide window afterwards.
func hearSilent(ctx context.Context, o *oracle) error {
	b := o.session.baseline
	if !b.probe.careful || b.probe.settle == 0 || !o.spec.asksForEffect() || b.probe.learned.restless.Load() {
		return nil
	}
	for _, eventType := range further(o, o.spec.Steps) {
		if known, _ := b.known.effect(eventType); len(known) > 0 || !b.mayHaveEffect(eventType) {
			return nil
		}
		if err := lookAround(ctx, b); err != nil {
			return err
		}
		if known, _ := b.known.effect(eventType); len(known) > 0 {
			return nil
		}
		if _, err := b.awaitEffect(ctx, eventType); err != nil {
			return err
		}
	}
	if o.silent(o.spec.Steps) {
		b.probe.brief = b.probe.quiet()
	}
	return nil
}

// causeOf names what an effect of the case is missing for. Of a handler that works after its
// answer, one type may take longer than another.
func causeOf(o *oracle) string {
	cause := cmp.Or(o.spec.Cause, o.spec.ID)
	if o.session.probe.settle > 0 {
		cause += " of " + strings.Join(o.spec.types(o.variant), ", ")
	}
	return cause
}

// nothingFurther is the cause of an effect that is there and stays what it is, of a handler
// that always works before it answers.
const nothingFurther = "no second effect follows"

// missingFor names what an effect that should differ is missing for. Where one is there
// already, the handler would have to do something again: that is waited for once.
func missingFor(o *oracle, did statediff.Diff) string {
	if o.session.probe.settle == 0 && len(did) > 0 {
		return nothingFurther
	}
	return causeOf(o)
}

// runBriefly runs steps, after which the oracle may wait for another time than usual.
func runBriefly(ctx context.Context, o *oracle, e *execution, steps []caseStep) error {
	err := e.run(ctx, steps)
	o.session.probe.brief = max(o.session.probe.brief, o.after)
	return err
}

// lookAround measures at a glance the effects of all handled types that are not known yet.
// Objects of the app are too few to look.
func lookAround(ctx context.Context, b *baseline) error {
	if b.sender.subject.bindsSomething() {
		return nil
	}
	b.probe.careful = false
	defer func() { b.probe.careful = true }()
	for _, eventType := range slices.Compact(slices.Sorted(slices.Values(b.sender.subject.handled()))) {
		if _, err := b.effect(ctx, eventType); err != nil && !isSpent(err) {
			return err
		}
	}
	return nil
}

// quiet is how long the state must be unchanged after what is known to have no effect.
func (p *probe) quiet() time.Duration {
	const stalls = 4
	return max(p.settle, carefulWindow) + stalls*p.machine.stall()
}

// fewDropped is how many forgeries that were accepted without an effect are waited for as
// any missing effect is.
const fewDropped = 3

// droppedBefore reports whether the handler is known to accept forgeries and to drop them.
func droppedBefore(o *oracle) bool {
	return o.session.probe.settle > 0 && o.session.run.learned.dropped.Load() >= fewDropped
}

// noteDropped counts a forgery that a careful try found to have no effect.
func noteDropped(o *oracle) {
	if o.session.probe.careful {
		o.session.run.learned.dropped.Add(1)
	}
}

// cleanOnce is cleanEffect, measured once for the forgeries after several that were dropped.
func cleanOnce(ctx context.Context, o *oracle) (statediff.Baseline, error) {
	key := "clean " + strings.Join(o.spec.types(o.variant), ", ")
	if known := o.session.run.known.reference(key); known != nil && droppedBefore(o) && !o.session.probe.careful {
		return statediff.Baseline{Volatile: o.session.run.known.madeUp(false), References: known}, nil
	}
	for _, eventType := range o.spec.types(o.variant) {
		o.session.run.known.forgetAgain(eventType) // it may have none any more
	}
	clean, err := o.cleanEffect(ctx)
	if err == nil && len(clean.References[1]) > 0 {
		o.session.run.known.learnReference(key, clean.References)
	}
	return clean, err
}

// executeForgery runs the steps of a forgery. Of a handler that has dropped several before,
// it waits for several times as long as a genuine event was seen to take.
func executeForgery(ctx context.Context, o *oracle) (*execution, statediff.Diff, error) {
	if droppedBefore(o) {
		o.after = o.session.probe.measured()
		defer func() { o.session.probe.brief = 0 }()
	}
	return o.execute(ctx, o.spec.Steps)
}

// droppedAlike reports whether all that was found are forgeries without an effect, after
// others, and unwanted answers to them: there was a wait for each, and no need of a second look.
func droppedAlike(o *oracle, findings []finding) bool {
	return droppedBefore(o) && slices.ContainsFunc(findings, func(f finding) bool { return f.dropped }) &&
		!slices.ContainsFunc(findings, func(f finding) bool { return !f.should || !f.accepted && !f.dropped })
}
