package contract

import (
	"context"
	"slices"
)

// prepare learns what the cases rest on. The contract needs all; a user's cases no
// more than they ask for: nothing where they look at answers alone, for a refusal has
// a control of its own; what of the state moves by itself where it is compared with
// golden files; and a first genuine event where it is compared with a reference.
func (r *runner) prepare(ctx context.Context, cases []contractCase) error {
	switch {
	case r.suite.Dir == "":
		return r.learn(ctx, r.subject.control())
	case comparesState(cases):
		return r.learn(ctx, r.controlAmong(cases))
	case r.observed() && slices.ContainsFunc(cases, func(c contractCase) bool { return c.golden() }):
		event, err := r.event(r.subject.control()) // that names nothing, and is not sent
		if err != nil {
			return err
		}
		_, err = r.about(event).learnQuiet(ctx)
		return err
	}
	return nil
}

// comparesState reports whether any case compares the state with a reference.
func comparesState(cases []contractCase) bool {
	return slices.ContainsFunc(cases, func(c contractCase) bool { return c.State != "" })
}

// controlAmong is the first handled type or, if the user did not say, a type that
// the cases are about.
func (r *runner) controlAmong(cases []contractCase) string {
	if len(r.subject.Handles) > 0 {
		return r.subject.control()
	}
	for _, c := range cases {
		if c.State == "" {
			continue
		}
		for _, eventType := range c.types(variant{}) {
			if knownType(eventType, nil) == nil {
				return eventType
			}
		}
	}
	return r.subject.control()
}
