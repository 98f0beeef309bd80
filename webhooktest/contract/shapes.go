package contract

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// variantOf, after a type, is the variable for the current variant: {T.variant}.
const variantOf = ".variant"

// A shapeChoice says which variants of the handled types a pattern binds.
type shapeChoice struct {
	takes     func(v fixtures.Variant, usual string) bool // usual: the shape that the user sets, or ""
	unhandled string                                      // the types that would allow one
}

// chooseShapes returns the choice of a pattern, if it binds variants.
func chooseShapes(pattern string) (choice shapeChoice, ok bool) {
	choice, ok = map[string]shapeChoice{
		"each variant":          {func(fixtures.Variant, string) bool { return true }, "a type that has variants"},
		"each counting variant": {func(v fixtures.Variant, usual string) bool { return v.Counts && usual == "" }, "a type with variants that mean the same"},
		"each free variant":     {func(v fixtures.Variant, usual string) bool { return v.FreeOf == cmp.Or(usual, plainShape) }, "a type with variants of which nothing is paid"},
	}[pattern]
	return choice, ok
}

// plainShape is the name of the shape that events have without a variant.
const plainShape = "plain"

// bindShapes binds a variable to each variant of a choice, with fixed values for the others.
func (s *Subject) bindShapes(variable string, choice shapeChoice, others map[string]string) (bindings []map[string]string, unhandled string) {
	for _, eventType := range s.Handles {
		for _, v := range fixtures.Variants(eventType) {
			if s.checkType(eventType) == nil && choice.takes(v, s.Variants[eventType]) {
				one := map[string]string{variable: eventType, variable + variantOf: v.Name}
				maps.Copy(one, others)
				bindings = append(bindings, one)
			}
		}
	}
	if len(bindings) == 0 {
		return nil, choice.unhandled
	}
	return bindings, ""
}

// expected returns the findings about a shape that the user has not ruled out by setting
// another one. What is ruled out may be refused, but must not crash the handler: where it
// does not, the error is render.ErrNotApplicable.
func (v variant) expected(s *Subject, findings []finding) ([]finding, error) {
	eventType, shape := v.shape()
	if shape == nil || slices.Contains([]string{"", shape.Name, shape.FreeOf}, s.Variants[eventType]) {
		return findings, nil
	}
	crashes := slices.DeleteFunc(slices.Clone(findings), func(f finding) bool { return !f.silent })
	if len(crashes) == 0 {
		return nil, fmt.Errorf("%w: %s is expected in the shape %s", render.ErrNotApplicable, eventType, s.Variants[eventType])
	}
	return crashes, nil
}

// shaped adds to findings the shape that they are about.
func (v variant) shaped(findings []finding) []finding {
	eventType, shape := v.shape()
	if shape == nil {
		return findings
	}
	shaped := slices.Clone(findings)
	for i := range shaped {
		shaped[i].shape = eventType + " " + shape.Name
	}
	return shaped
}

// shape returns the type and the shape that a case runs with, or nil if it is not about
// shapes.
func (v variant) shape() (eventType string, shape *fixtures.Variant) {
	for variable, name := range v.types {
		if of, ok := strings.CutSuffix(variable, variantOf); ok {
			if found, err := fixtures.FindVariant(v.types[of], name); err == nil {
				return v.types[of], &found
			}
		}
	}
	return "", nil
}

// shapeOf returns the variant of an event, or "" for the usual shape of its type.
func (c *caseEvents) shapeOf(event *webhooktest.Event) string {
	for name, events := range c.observed.events {
		spec := c.spec.Events[name]
		shape := cmp.Or(c.fill(spec.Variant), c.variant.shapeFor(spec))
		if shape != "" && slices.Contains(events, event) {
			return "variant " + shape
		}
	}
	return ""
}

// described names an event with its variant.
func (c *caseEvents) described(event *webhooktest.Event) string {
	return strings.TrimSpace(event.String() + " " + c.shapeOf(event))
}

// checkShape checks that an event has the shape that a case is about: the user's edits may
// contradict it, or a later API version may lack the fields that distinguish it.
func (c *caseEvents) checkShape(event *webhooktest.Event, err error, name string) error {
	switch {
	case errors.Is(err, webhooktest.ErrNoPath):
		return fmt.Errorf("%w: variant %s lacks what is set in each event: %w", render.ErrNotApplicable, name, err)
	case err != nil:
		return err
	}
	objects := [3]any{}
	for i, edits := range [][]webhooktest.Edit{nil, {webhooktest.Variant(name)}} {
		made, err := c.session.run.source.eventLike(event, edits...)
		if err != nil {
			return err
		}
		objects[i], _ = made.Lookup("data.object")
	}
	objects[2], _ = event.Lookup("data.object")
	switch apart, kept := compareShapes(objects[0], objects[1], objects[2]); {
	case !kept:
		c.session.run.missed.miss(event.Type(), name, objects[0], objects[1])
		return fmt.Errorf("%w: what is set in each event contradicts variant %s of %s", render.ErrNotApplicable, name, event.Type())
	case !apart:
		return fmt.Errorf("%w: variant %s of %s is like the others at this API version", render.ErrNotApplicable, name, event.Type())
	}
	return nil
}

// compareShapes reports whether the object of a variant is distinct from the plain one, and
// whether another object has kept the difference.
func compareShapes(plain, shaped, other any) (apart, kept bool) {
	switch shaped := shaped.(type) {
	case map[string]any:
		plain, wasObject := plain.(map[string]any)
		other, isObject := other.(map[string]any)
		if wasObject && isObject {
			return compareMembers(plain, shaped, other)
		}
	case []any:
		plain, wasList := plain.([]any)
		other, isList := other.([]any)
		if wasList && isList {
			return compareElements(plain, shaped, other)
		}
	}
	if reflect.DeepEqual(plain, shaped) || isMoment(plain) && isMoment(shaped) {
		return false, true
	}
	return true, reflect.DeepEqual(shaped, other)
}

// isMoment reports whether a value is a time, which tells no shape apart.
func isMoment(value any) bool {
	const since2001 = 1e9
	seconds, isNumber := value.(float64)
	return isNumber && seconds > since2001
}

func compareMembers(plain, shaped, other map[string]any) (apart, kept bool) {
	kept = true
	for key := range plain {
		now, has := shaped[key]
		if !has {
			_, set := other[key]
			apart, kept = true, kept && !set
			continue
		}
		inner, same := compareShapes(plain[key], now, other[key])
		apart, kept = apart || inner, kept && same
	}
	return apart, kept
}

// compareElements compares lists; if the lengths differ, only the lengths.
func compareElements(plain, shaped, other []any) (apart, kept bool) {
	if len(plain) != len(shaped) {
		return true, len(shaped) == len(other)
	}
	kept = true
	for i := range shaped {
		if i < len(other) {
			inner, same := compareShapes(plain[i], shaped[i], other[i])
			apart, kept = apart || inner, kept && same
		}
	}
	return apart, kept
}
