package contract

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Stripe goes by the answer, but the effect is what costs money. If the state can be read,
// both decide a case about answers: a forgery that is answered 2xx and dropped does no
// harm, and a genuine event that is answered 2xx and dropped is lost.

// judgeAnswers runs a case that is about answers.
func (o *oracle) judgeAnswers(ctx context.Context) ([]finding, error) {
	switch {
	case forges(o.spec):
		return o.judgeForgery(ctx)
	case varies(o.spec):
		return o.judgeVariant(ctx)
	}
	return o.session.answers(ctx, o.spec, o.variant)
}

// varies reports whether a case delivers one genuine event once, in an unusual way.
func varies(c *contractCase) bool {
	if len(c.Steps) != 1 {
		return false
	}
	step := c.Steps[0]
	return step.Expect == "2xx" && len(step.Mutate) > 0 && len(step.Send) == 1 && step.Times <= 1 && genuine(step.Mutate)
}

// withFreshIDs returns the case without fixed ids: an event that a handler has seen has no
// effect.
func withFreshIDs(c *contractCase) *contractCase {
	fresh := *c
	fresh.Events = maps.Clone(c.Events)
	for name, event := range fresh.Events {
		event.Set = maps.Clone(event.Set)
		delete(event.Set, "id")
		fresh.Events[name] = event
	}
	return &fresh
}

// judgeForgery judges an accepted forgery by its effect: without one, it was dropped.
func (o *oracle) judgeForgery(ctx context.Context) ([]finding, error) {
	findings, err := o.session.answers(ctx, o.spec, o.variant)
	if err != nil || !slices.ContainsFunc(findings, finding.accepts) {
		return findings, err
	}
	o.session.renew()
	seen, err := o.effectShows(ctx)
	if err == nil && !seen {
		err = unreached(o)
	}
	if err != nil || !seen {
		return findings, err
	}
	clean, err := cleanOnce(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(clean.References[1]) == 0 {
		return findings, nil // a plain event has none any more either
	}
	fresh := &oracle{session: o.session, spec: withFreshIDs(o.spec), variant: o.variant}
	e, did, err := executeForgery(ctx, fresh)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(e.findings, finding.accepts) {
		return findings, nil
	}
	moved := evidence(e.effectIn(did, clean).Lines())
	for i, f := range e.findings {
		switch {
		case !f.accepts():
		case moved == "":
			e.findings[i].dropped, e.findings[i].should = true, true
			noteDropped(o)
		default:
			e.findings[i].actual += "\nand its effect was there:\n" + moved
		}
	}
	return e.findings, nil
}

// unreached says that a forgery may not have come to the signature, since a genuine event has
// no effect either, although the state was watched for one: some handlers first look for an
// object of their own, and verify with the secret of its shop.
func unreached(o *oracle) error {
	control, run := o.session.subject.control(), o.session.run
	if !o.session.subject.observed() || !run.known.isSilent(control) || len(run.learned.alike()) > 0 {
		return nil
	}
	return errInconclusive{reason: "a genuine " + control + " has no effect either: a handler that looks for an object of its own before it verifies has not come to the signature"}
}

// judgeVariant judges an accepted variant of a genuine event by its effect: without one,
// the event was lost.
func (o *oracle) judgeVariant(ctx context.Context) ([]finding, error) {
	seen, err := o.effectShows(ctx)
	if err != nil {
		return nil, err
	}
	if !seen {
		return o.session.answers(ctx, o.spec, o.variant)
	}
	clean, err := o.session.baseline.effect(ctx, o.spec.types(o.variant)[0])
	if err != nil {
		return nil, err
	}
	e, did, err := o.execute(ctx, o.spec.Steps)
	if err != nil {
		return nil, err
	}
	if len(e.findings) > 0 {
		return e.findings, nil
	}
	touched := statediff.Baseline{References: []statediff.Diff{clean}}.Touched()
	has := func(did statediff.Diff) bool { return len(did.Near(touched)) > 0 }
	if did, err = o.session.probe.until(ctx, e.observed, did, has); err != nil || has(did) {
		return nil, err
	}
	if err := o.plainHas(ctx, has); err != nil {
		return nil, err
	}
	e.find(e.sentSoFar(), "2xx, and the effect of a genuine event", "2xx, and no effect")
	e.findings[0].ignored = true
	return e.findings, nil
}

// plainHas checks that a plain event of the case's type still has its effect, which may
// occur only once, or once for each object that the handler knows.
func (o *oracle) plainHas(ctx context.Context, has func(statediff.Diff) bool) error {
	eventType := o.spec.types(o.variant)[0]
	plain, did, err := o.session.baseline.deliverOnce(ctx, []string{eventType})
	if err == nil {
		did, err = o.session.probe.until(ctx, plain, did, has)
	}
	if err == nil && !has(did) {
		err = errInconclusive{reason: unlikeFirst(eventType, did)}
	}
	return err
}

// unlikeFirst says that a later plain event has not the effect of the first, and what it
// has instead.
func unlikeFirst(eventType string, did statediff.Diff) string {
	said := "a plain " + eventType + " now has another effect than the first one had"
	if lines := did.Lines(); len(lines) > 0 {
		return said + ", in other places of the state: " + strings.ReplaceAll(firstLines(lines, 3), "\n", "; ")
	}
	return said + ": none"
}

// effectShows reports whether the state shows the effect of a genuine event of the case.
func (o *oracle) effectShows(ctx context.Context) (bool, error) {
	if err := o.session.recalibrate(ctx); err != nil {
		return false, err
	}
	err := o.mustMove(ctx)
	if _, inconclusive := isInconclusive(err); inconclusive {
		return false, nil
	}
	return err == nil, err
}
