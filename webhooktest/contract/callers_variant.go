package contract

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// Where Stripe's API is what fails, a case is about the types at which the handler calls it.

// atCalls returns the variants of a case, with those in which the API fails about the types
// at which the handler calls it: in all ways for the first of them, and in one way for the
// others, which probably share a client.
func atCalls(ctx context.Context, s *session, c *contractCase, all []variant) ([]variant, error) {
	name := handledName(c)
	if name == "" || !slices.ContainsFunc(all, func(v variant) bool { return failsAPI(s, c, v) }) {
		return all, nil
	}
	types, err := callersWithEffect(ctx, s)
	if err != nil || len(types) == 0 {
		return all, err // which says that nothing is called
	}
	var first, further []variant
	tried := false
	for _, v := range all {
		if !failsAPI(s, c, v) {
			first = append(first, v)
			continue
		}
		first = append(first, v.of(name, types[0]))
		for _, other := range types[1:] {
			if v.beside = true; !tried {
				further = append(further, v.of(name, other))
			}
		}
		tried = true
	}
	return slices.Concat(first, further), nil
}

// handledName returns the variable of a case for a type that the handler handles, or "".
func handledName(c *contractCase) string {
	for name, pattern := range c.Given {
		if pattern == "handled" {
			return name
		}
	}
	return ""
}

// of returns a variant with another type for a variable.
func (v variant) of(name, eventType string) variant {
	v.types = maps.Clone(v.types)
	v.types[name] = eventType
	return v
}

// failsAPI reports whether a variant makes Stripe's API fail, for want of hooks or beside
// them.
func failsAPI(s *session, c *contractCase, v variant) bool {
	if !s.subject.canFail() {
		return false
	}
	breaks := slices.ContainsFunc(c.Steps, func(step caseStep) bool { return step.Hook == "break" })
	return strings.HasPrefix(v.each, outagePrefix) || breaks && !s.subject.hasHooks()
}

// callersWithEffect returns the types at which the handler calls Stripe: those whose effect
// the state shows, if there are any.
func callersWithEffect(ctx context.Context, s *session) (types []string, err error) {
	callers, err := callersOf(ctx, s)
	if err != nil {
		return nil, err
	}
	var silent []string
	for _, one := range callers {
		did, err := s.baseline.effect(ctx, one.eventType)
		if _, inconclusive := isInconclusive(err); err != nil && !inconclusive {
			return nil, err
		}
		if len(did) > 0 {
			types = append(types, one.eventType)
		} else {
			silent = append(silent, one.eventType)
		}
	}
	if len(types) == 0 {
		types = silent[:min(1, len(silent))]
	}
	return types, nil
}
