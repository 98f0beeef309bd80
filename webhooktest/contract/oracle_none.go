package contract

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// judgeNone judges steps that must have no effect: nothing beyond the noise floor, at the
// places that a genuine event changes.
func (o *oracle) judgeNone(ctx context.Context) ([]finding, error) {
	clean, err := o.cleanEffect(ctx)
	if err != nil {
		return nil, err
	}
	e, did, err := o.execute(ctx, o.spec.Steps)
	if err != nil {
		return nil, err
	}
	if len(e.effectIn(did, clean)) > 0 {
		if e, did, err = atFault(ctx, o, clean, e, did); err != nil {
			return nil, err
		}
	}
	moved, err := withoutEventLog(ctx, o, e, e.effectIn(did, clean), clean)
	if err != nil {
		return nil, err
	}
	findings := e.withState(moved.Lines(), noChange)
	if len(moved) > 0 {
		findings[len(findings)-1].accepted = slices.ContainsFunc(e.sent, func(event *webhooktest.Event) bool { return e.accepted[event] })
	}
	if len(moved) == 0 || len(o.spec.Witness) == 0 {
		return findings, nil
	}
	e, did, err = o.execute(ctx, o.spec.Witness)
	if err != nil {
		return nil, err
	}
	findings[len(findings)-1].should = len(e.effectIn(did, clean)) > 0
	return findings, nil
}

// withoutEventLog takes out of what events of other types did the rows of a log: the app notes
// every event of a customer, say, whether it acts on it or not. An event of a type that
// resembles none, about the same object, is noted there as well. What acts on the object of
// any type does so at each place that a genuine event changes, where a log is one of several.
func withoutEventLog(ctx context.Context, o *oracle, e *execution, moved statediff.Diff, clean statediff.Baseline) (statediff.Diff, error) {
	if len(moved) == 0 || !ofOtherTypes(o.spec, e.sent, o.session.subject.handled()) {
		return moved, nil
	}
	control, err := o.effect(ctx, o.session.subject.control())
	if err != nil {
		return nil, err
	}
	if !clean.MovesElsewhere(moved) && !(statediff.Baseline{References: []statediff.Diff{control}}).MovesElsewhere(moved) {
		return moved, nil
	}
	strange := *o
	strange.spec = ofType(o.spec, o.session.subject.future())
	others, did, err := strange.execute(ctx, o.spec.Steps)
	if err != nil {
		return nil, err
	}
	return statediff.WithoutLog(moved, others.effectIn(did, clean)), nil
}

// atFault runs the steps with only those events that have an effect by themselves: of several
// events, one may be at fault. If none has, it returns the execution of all.
func atFault(ctx context.Context, o *oracle, clean statediff.Baseline, all *execution, effect statediff.Diff) (*execution, statediff.Diff, error) {
	names := namesIn(o.spec.Steps)
	if len(names) < 2 {
		return all, effect, nil
	}
	var guilty []string
	for _, name := range names {
		e, did, err := o.execute(ctx, stepsOf(o.spec.Steps, []string{name}))
		if err != nil {
			return nil, nil, err
		}
		if len(e.effectIn(did, clean)) > 0 {
			guilty = append(guilty, name)
		}
	}
	if len(guilty) == 0 || len(guilty) == len(names) {
		return all, effect, nil
	}
	return o.execute(ctx, stepsOf(o.spec.Steps, guilty))
}

// stepsOf returns the steps with no more than some events, and no steps that send none.
func stepsOf(steps []caseStep, kept []string) (rest []caseStep) {
	for _, step := range steps {
		sent := len(step.Send)
		step.Send = slices.DeleteFunc(slices.Clone(step.Send), func(name string) bool { return !slices.Contains(kept, name) })
		if sent == 0 || len(step.Send) > 0 {
			rest = append(rest, step)
		}
	}
	return rest
}

// cleanEffect returns the effect of genuine events of the case's types, twice.
func (o *oracle) cleanEffect(ctx context.Context) (statediff.Baseline, error) {
	first, again := make(statediff.Diff), make(statediff.Diff)
	for _, eventType := range o.spec.types(o.variant) {
		did, err := o.effect(ctx, eventType)
		if err != nil {
			return statediff.Baseline{}, err
		}
		maps.Copy(first, did)
		if o.session.run.known.isSpent(eventType) != "" {
			maps.Copy(again, did)
			continue
		}
		if did, err = o.session.baseline.again(ctx, eventType); err != nil {
			return statediff.Baseline{}, err
		}
		maps.Copy(again, did)
	}
	return statediff.Baseline{Volatile: o.session.run.known.madeUp(o.session.probe.careful), References: []statediff.Diff{first, again}}, nil
}

// effectIn returns the part of a diff that is the effect of a genuine event. A handler may
// store refused and accepted events in the same table: if the bodies are those of genuine
// events, their effect has the same records.
func (e *execution) effectIn(did statediff.Diff, clean statediff.Baseline) statediff.Diff {
	if e.altersBody() {
		return did.Near(clean.Touched())
	}
	return clean.Alike(did)
}

// altersBody reports whether the case delivers bodies other than those of genuine events of
// its types.
func (e *execution) altersBody() bool {
	for _, step := range e.spec.Steps {
		for _, name := range step.Send {
			spec := e.spec.Events[name]
			if !spec.plain() || e.variant.typeOf(spec.Type) == spec.Type {
				return true
			}
			for _, event := range e.observed.events[name] {
				body, err := e.session.sender.endpoint.Body(event, e.events.mutations(step)...)
				if err != nil || !bytes.Equal(body, event.Body()) {
					return true
				}
			}
		}
	}
	return false
}
