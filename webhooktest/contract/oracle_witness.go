package contract

import (
	"context"
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// checkShown checks the witness before the steps of a careful try, which would wait for an
// effect that does not show.
func checkShown(ctx context.Context, o *oracle) error {
	if o.spec.State != "differs" || o.spec.Compare != "" || len(o.spec.Witness) == 0 || !o.session.probe.careful {
		return nil
	}
	b, _ := o.baseline(nil)
	o.shown = true
	return o.checkWitness(ctx, b)
}

// checkWitness checks that the state could show the difference in question: the effect of
// the witness must differ from the reference, too, or from its own counterpart.
func (o *oracle) checkWitness(ctx context.Context, b statediff.Baseline) error {
	if len(o.spec.Witness) == 0 {
		return nil
	}
	shows, unmoved, err := shownBy(ctx, o)
	if err != nil {
		return err
	}
	if len(o.spec.Against) > 0 && !ofChange(o.spec) {
		against, err := o.against(ctx, b.Touched())
		if err != nil {
			return err
		}
		shows = func(did statediff.Diff) bool { // what does nothing by itself is left alone on purpose
			return len(did) > 0 && against.Differs(did.At(b.Touched()))
		}
	}
	e, did, err := o.execute(ctx, o.spec.Witness)
	if err == nil {
		did, err = o.session.probe.untilFor(ctx, notShown, e.observed, did, func(did statediff.Diff) bool { return shows(did) || o.silent(o.spec.Witness) })
	}
	if err != nil {
		return err
	}
	if !shows(did) && o.spec.Level == "info" {
		return fmt.Errorf("%w: the state would not show what the case is about", render.ErrNotApplicable) // so there is nothing to tell
	}
	if !shows(did) && differs(o, did) && len(o.spec.Against) == 0 {
		return errInconclusive{reason: unmoved + distinction(ctx, e) + ", so its loss would not show"}
	}
	if !shows(did) {
		return errInconclusive{reason: "the state is the same with and without what the case is about" + distinction(ctx, e) + butFor(o, did) + ", even after clean delivery"}
	}
	return nil
}

// butFor names the small numbers in which the witness differs from clean delivery all the
// same: as in a database without booleans.
func butFor(o *oracle, did statediff.Diff) string {
	names := statediff.Counted(o.references, did)
	if o.spec.Compare == "" || len(names) == 0 {
		return ""
	}
	return ", but for small numbers, which may be counts (" + strings.Join(names, ", ") + "; true and false are compared)"
}

// shownBy returns what an effect of the witness must be to show that its last event counts:
// another one than the reference's, and than that of the witness without this event. Else
// the event is one that the app leaves alone on purpose, such as a payment that Stripe tries
// again. unmoved says so.
func shownBy(ctx context.Context, o *oracle) (shows func(did statediff.Diff) bool, unmoved string, err error) {
	last := lastOf(o.spec.Witness, o.spec.Reference)
	if o.spec.Compare != "" || len(o.spec.Against) > 0 || o.spec.Events[last].About == "" {
		return func(did statediff.Diff) bool { return differs(o, did) }, "", nil
	}
	earlier := withoutEvent(o.spec.Witness, last)
	var without statediff.Diff
	if sendsAny(earlier) {
		if _, without, err = o.execute(ctx, earlier); err != nil {
			return nil, "", err
		}
	}
	volatile := o.session.run.known.madeUp(o.session.probe.careful)
	shows = func(did statediff.Diff) bool {
		references, left := []statediff.Diff{without}, did
		if forgetsLedger(o.spec) {
			references, left = statediff.WithoutLedger(references, left)
		}
		return differs(o, did) && statediff.Baseline{Volatile: volatile, References: references}.Differs(left)
	}
	return shows, unmovedBy(o, earlier, last), nil
}

// unmovedBy says that an event has no effect after the steps before it.
func unmovedBy(o *oracle, earlier []caseStep, last string) string {
	said := strings.Join(o.spec.typesNamed(o.variant, []string{last}), ", ") + " changes nothing"
	if sendsAny(earlier) {
		said += " after " + strings.Join(o.spec.typesOf(o.variant, earlier), ", ")
	}
	return said
}

// distinction names the fields of the object in which the witness differs from clean
// delivery without it: the state shows none of them. It is "" if the two are about other
// objects.
func distinction(ctx context.Context, e *execution) string {
	c := e.spec
	without := c.Reference
	if len(c.Against) > 0 {
		without = c.Against
	}
	with, other := lastOf(c.Witness, without), lastOf(without, c.Witness)
	made := e.observed.events[with]
	if len(made) == 0 || c.Events[with].Type != c.Events[other].Type || c.Events[with].About == "" {
		return ""
	}
	one := made[0]
	another, err := e.events.newEvent(ctx, other) // for its fields: it is not delivered
	if err != nil {
		return ""
	}
	var fields []string
	for _, path := range changedPaths(another.Body(), one.Body()) {
		field, ofObject := strings.CutPrefix(path, "data.object.")
		if value, _ := one.Lookup(path); ofObject && !strings.Contains(field, ".") && isFact(value) {
			fields = append(fields, field)
		}
	}
	if fields == nil {
		return ""
	}
	return " (" + strings.Join(fields, ", ") + ")"
}

// isFact reports whether a decoded value is a word, a flag or a number, not an id or a time.
func isFact(value any) bool {
	switch value := value.(type) {
	case string:
		_, _, isID := render.SplitID(`"` + value + `"`)
		return !isID
	case float64:
		return !isMoment(value)
	case bool:
		return true
	}
	return false
}

// against returns the effect to compare the witness with, measured twice, at the places
// that the reference touches.
func (o *oracle) against(ctx context.Context, touched map[string]bool) (b statediff.Baseline, err error) {
	b.Volatile = o.session.run.known.madeUp(o.session.probe.careful)
	for range 2 {
		_, did, err := o.execute(ctx, o.spec.Against)
		if err != nil {
			return b, err
		}
		b.References = append(b.References, did.At(touched))
	}
	return b, nil
}

// A state may name only those who have access, such as a list of customers. Once that has ended
// it names nobody, and a late event that undoes the end is seen all the same: whom it is about
// is named again.

// checkAbsent returns nil where neither clean delivery nor the steps leave anything of the
// objects, and what the steps end with would, had the end not come before it.
func checkAbsent(ctx context.Context, o *oracle, b statediff.Baseline, did statediff.Diff) error {
	if o.spec.Compare != "object" || len(b.Touched()) > 0 || len(did) > 0 {
		return incomparable(b)
	}
	earlier := withoutLater(o.spec)
	if !sendsAny(earlier) || !beforeEnd(o.spec, earlier) {
		return incomparable(b)
	}
	names := func(did statediff.Diff) bool { _, left := o.baseline(did); return len(left) > 0 }
	e, did, err := o.execute(ctx, earlier)
	if err == nil {
		did, err = o.session.probe.untilFor(ctx, notShown, e.observed, did, names)
	}
	if err != nil || names(did) {
		return err
	}
	return errInconclusive{reason: fmt.Sprintf("nothing in the state is comparable: it names the object neither in the end nor after %s, so it would not show what a late one undoes: show the object's status, too",
		strings.Join(o.spec.typesOf(o.variant, earlier), ", "))}
}
