package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A variant is one way to run a case: with certain types, one row and one payload.
type variant struct {
	types   map[string]string
	each    string
	payload int
	bursts  int  // how often to try a race, 0 for other cases
	beside  bool // adds to the others, and need not be judged
	warned  bool // an earlier one fell short by less than the case's level
}

// variants lists the ways to run a case: with each binding of its types, each row and each
// payload.
func (c *contractCase) variants(bindings []map[string]string, rows []string) (all []variant) {
	if len(c.Each) == 0 {
		rows = []string{""}
	}
	for _, types := range bindings {
		for _, row := range rows {
			for payload := range c.payloads() {
				all = append(all, variant{types: types, each: row, payload: payload, beside: furtherOf(types) != ""})
			}
		}
	}
	return all
}

// typeOf resolves a name in a case: a variable or a type.
func (v variant) typeOf(name string) string {
	if bound := v.types[name]; bound != "" {
		return bound
	}
	return name
}

// asksForEffect reports whether a case asks if an event has any effect. A state need not
// show every type, so this is never a must.
func (c *contractCase) asksForEffect() bool {
	return c.State == "differs" && c.Level != "must" && len(c.Against) == 0
}

// types returns the handled types of a case's events.
func (c *contractCase) types(v variant) []string {
	return c.typesNamed(v, slices.Sorted(maps.Keys(c.Events)))
}

// typesOf returns the types of the events that steps deliver.
func (c *contractCase) typesOf(v variant, steps []caseStep) []string {
	var sent []string
	for _, step := range steps {
		sent = append(sent, step.Send...)
	}
	return c.typesNamed(v, sent)
}

func (c *contractCase) typesNamed(v variant, events []string) (types []string) {
	for _, name := range events {
		event := c.Events[name]
		eventType := event.Type
		if payload := event.payload(v); payload != nil {
			eventType = payload.event.Type()
		}
		if bound := v.types[eventType]; bound != "" {
			eventType = bound
		}
		if !slices.Contains(types, eventType) {
			types = append(types, eventType)
		}
	}
	return types
}

// independent reports whether each event of a case is about objects of its own, like
// several payments of one customer.
func (c *contractCase) independent() bool {
	for _, event := range c.Events {
		if _, own := event.Set["data.object.id"]; event.About != "" && !own {
			return false
		}
	}
	return true
}

// toldBefore reports whether the case says what comes before the event that it is about.
func toldBefore(c *contractCase) bool { return c.Compare == "object" && len(c.Against) > 0 }

// ofChange reports whether the case compares only what its reference changes beyond what
// comes before.
func ofChange(c *contractCase) bool { return toldBefore(c) && !c.Seen }

// reversed reverses the steps, and the events within each.
func reversed(steps []caseStep) []caseStep {
	steps = slices.Clone(steps)
	slices.Reverse(steps)
	for i := range steps {
		steps[i].Send = slices.Clone(steps[i].Send)
		slices.Reverse(steps[i].Send)
	}
	return steps
}

// foreign reports whether a case is about objects unknown to the app.
func foreign(c *contractCase) bool {
	for _, event := range c.Events {
		if event.Foreign {
			return true
		}
	}
	return false
}

// races reports whether a case is a race: its fault shows only if several deliveries
// overlap.
func races(c *contractCase) bool {
	return c.Bursts > 0 || slices.ContainsFunc(c.Steps, func(s caseStep) bool { return s.Together && s.Times > 1 })
}

// floods reports whether a case delivers many different events at once.
func floods(c *contractCase) bool {
	return c.Bursts == 0 && len(c.Steps) > 0 && c.Steps[0].Together && c.Steps[0].Times < 2 && c.Steps[0].Expect != ""
}

// deliveries returns how many events a step delivers.
func deliveries(c *contractCase, s caseStep) (n int) {
	for _, name := range s.Send {
		n += max(1, c.Events[name].Count)
	}
	return n
}

// cleanly describes what the reference delivers.
func cleanly(c *contractCase) string {
	var names []string
	for _, step := range c.Reference {
		names = append(names, step.Send...)
	}
	return "that of " + strings.Join(names, ", then ")
}

// sends reports whether any of the steps delivers an event.
func sends(steps []caseStep, name string) bool {
	return slices.ContainsFunc(steps, func(step caseStep) bool { return slices.Contains(step.Send, name) })
}

// impossible reports whether a case delivers, correctly signed, a body that Stripe never
// signs: one that is not an event.
func impossible(c *contractCase) bool {
	return provokes(c.Check) || slices.ContainsFunc(c.Steps, func(step caseStep) bool {
		return slices.ContainsFunc(step.Mutate, func(mutation string) bool { return strings.HasPrefix(mutation, "body=") })
	})
}

// genuine reports whether Stripe would send the result of these mutations: they forge
// nothing and do not replace the body.
func genuine(mutations []string) bool {
	return !slices.ContainsFunc(mutations, func(text string) bool {
		m, err := webhooktest.ParseMutation(text)
		return err == nil && (m.Forgery() || m.Name == "body")
	})
}

// tag distinguishes the roles of one burst's objects from those of another burst.
func (v variant) tag(burst int) string {
	if v.bursts == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", burst+1)
}

// beginsAs, after a type, is the variable for the shape in which it is a creation:
// {C.begins}.
const beginsAs = ".begins"

// beginsOtherwise reports whether another event stands in for an unhandled creation.
func (v variant) beginsOtherwise() bool {
	for name := range v.types {
		if strings.HasSuffix(name, beginsAs) {
			return true
		}
	}
	return false
}

// shapeFor returns the shape in which an event of a case serves as a creation, or "".
func (v variant) shapeFor(spec caseEvent) string { return v.types[spec.Type+beginsAs] }

// provokes reports whether a check makes the handler complain.
func provokes(check string) bool { return check == "no-secrets" || check == "no-traces" }

// hasAlike reports whether a case has events whose ids are like those of others.
func hasAlike(c *contractCase) bool {
	for _, event := range c.Events {
		if event.Alike != "" {
			return true
		}
	}
	return false
}
