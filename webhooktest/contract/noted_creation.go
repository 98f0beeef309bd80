package contract

import (
	"slices"
	"strings"
)

// Some apps make their record at the checkout session. Updates and the deletion of the
// subscription find it there; its creation is handled, but no more than noted. A case in
// which events follow such a creation begins with the session.

// leads reports whether an event of a case is the first about its object, and all others say
// what became of that. A second creation of it asks what a creation itself does.
func leads(c *contractCase, name string) bool {
	followed := false
	for _, event := range c.Events {
		if event.About != name {
			continue
		}
		if _, another := event.Set["data.object.id"]; event.Type == c.Events[name].Type && !another {
			return false
		}
		followed = true
	}
	return followed && c.Events[name].About == ""
}

// afterSession returns the creations by which the events of a case begin, and before which a
// session of the app may come.
func afterSession(p precedence, c *contractCase, v variant) (creations []string, err error) {
	for name, event := range c.Events {
		eventType := v.typeOf(event.Type)
		if !leads(c, name) || !strings.HasSuffix(eventType, ".created") {
			continue
		}
		before, err := p.creations(eventType)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(before, func(t string) bool { return strings.Contains(t, "=") }) {
			creations = append(creations, eventType)
		}
	}
	return creations, nil
}

// isNoted reports whether the handler is known to do no more for events of a type than to
// note that they came: what it leaves names no object.
func isNoted(known *baselineCache, eventType string) bool {
	did, isKnown := known.effect(eventType)
	named := func(text string) bool { return strings.Contains(text, "{"+single+".") }
	return isKnown && !slices.ContainsFunc(did.Places(), named) &&
		(len(did) == 0 || did.Holds(func(value string) bool { return !named(value) }))
}
