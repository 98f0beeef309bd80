package contract

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// withoutEventLog takes out of what events of other types did the rows of a log: the app notes
// every event of a customer, say, whether it acts on it or not. An event of a type that
// resembles none, about the same object, is noted there as well. What acts on the object of
// any type does so at each place that a genuine event changes, where a log is one of several.
func withoutEventLog(ctx context.Context, o *oracle, e *execution, moved statediff.Diff, clean statediff.Baseline) (statediff.Diff, error) {
	if len(moved) == 0 || !ofOtherTypes(o, e) {
		return moved, nil
	}
	control, err := o.effect(ctx, o.session.subject.control())
	if err != nil {
		return nil, err
	}
	if !clean.MovesElsewhere(moved) && !(statediff.Baseline{References: []statediff.Diff{control}}).MovesElsewhere(moved) {
		return moved, nil
	}
	strange, did, err := ofStrangeType(o).execute(ctx, o.spec.Steps)
	if err != nil {
		return nil, err
	}
	return moved.WithoutLog(strange.effectIn(did, clean)), nil
}

// ofOtherTypes reports whether an execution sent, as it is, only what the handler does not
// handle.
func ofOtherTypes(o *oracle, e *execution) bool {
	handled := o.session.subject.handled()
	if slices.ContainsFunc(o.spec.Steps, func(step caseStep) bool { return len(step.Mutate) > 0 }) {
		return false
	}
	return !slices.ContainsFunc(eventTypes(e), func(sent string) bool { return slices.Contains(handled, sent) })
}

func eventTypes(e *execution) (types []string) {
	for _, event := range e.sent {
		types = append(types, event.Type())
	}
	return types
}

// ofStrangeType returns the oracle of the same case whose events have a type that resembles
// none.
func ofStrangeType(o *oracle) *oracle {
	spec, strange := *o.spec, *o
	spec.Events = maps.Clone(spec.Events)
	for name, event := range spec.Events {
		set := maps.Clone(event.Set)
		if set == nil {
			set = make(render.Changes)
		}
		set["type"] = json.RawMessage(strconv.Quote(o.session.subject.future()))
		event.Set = set
		spec.Events[name] = event
	}
	strange.spec = &spec
	return &strange
}
