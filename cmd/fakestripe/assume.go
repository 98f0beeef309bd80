package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	word "github.com/fakestripe/fakestripe/internal/shell"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// check detects missing settings where it can, and says what it assumed: as flags, to give
// or correct them the next time.

// assume detects the API version and the event types that the handler acts on, if no types
// were given and the cases ask for them.
func (c *checking) assume(ctx context.Context, sh shell) error {
	if c.suite.Dir != "" || len(c.suite.Only) > 0 && (c.given("handles") || !asksForTypes(c)) {
		return nil
	}
	if c.given("handles") {
		return c.assumeShape(ctx, sh)
	}
	if c.subject.Thin {
		fmt.Fprintf(sh.err, "fakestripe: which types the handler handles is not tried with thin events: give --handles TYPE,TYPE\n")
		return nil
	}
	if c.bound.setFrom != "" || c.bound.prepare != "" { // each event would use up an object of the app
		fmt.Fprintf(sh.err, "fakestripe: which types the handler handles is not tried with objects of the app: give --handles TYPE,TYPE\n")
		return nil
	}
	begins, ok, err := acceptedTypes(ctx, c, sh)
	if err != nil || !ok {
		return err // nil: the check reports what is refused
	}
	stop := sayEvery(sh.err, tellAfter, "fakestripe: trying which types the handler acts on, for %s: --handles TYPE,TYPE would save that\n")
	tried := c.subject
	tried.Handles = begins
	handled, err := contract.Discover(ctx, tried)
	stop()
	if err != nil {
		return orInterrupted(ctx, err)
	}
	c.adoptTypes(sh, handled)
	if len(c.subject.Handles) == 0 && len(begins) > 0 && !showsState(&c.subject) {
		c.subject.Handles = begins
		c.assumed(sh, "handles", begins[0], "it is accepted, and the usual type is not; responses can be judged by it")
	}
	return nil
}

// acceptedTypes returns the types that a discovery may begin with: those with a given shape,
// if the handler accepts the first genuine event, else one that it does accept. It is false
// if there is none; a type that is refused, but not like a forgery, is then the one to judge.
func acceptedTypes(ctx context.Context, c *checking, sh shell) (types []string, ok bool, err error) {
	first, err := firstAnswer(ctx, c, c.subject.Handles)
	if err != nil {
		return nil, false, err
	}
	if adopted := c.adoptVersion(sh, first); adopted || len(first.Diagnosis) == 0 {
		return c.subject.Handles, true, nil
	}
	if first.WantedType == "" || fixtures.IsThin(first.WantedType) || len(c.subject.Handles) > 0 {
		return nil, false, nil
	}
	types = []string{first.WantedType}
	again, err := firstAnswer(ctx, c, types)
	if err != nil || len(again.Diagnosis) == 0 {
		return types, err == nil, err
	}
	c.subject.Handles = types
	c.assumed(sh, "handles", first.WantedType, "other types are refused as forgeries are")
	return nil, false, nil
}

// firstAnswer finds out how the handler answers a genuine event of the first of some types.
func firstAnswer(ctx context.Context, c *checking, handles []string) (*contract.Report, error) {
	bare := c.subject // only the first answer matters
	bare.Handles, bare.State, bare.StateOf = handles, nil, nil
	if bare.Create == nil {
		bare.API = nil
	}
	first, err := contract.Check(ctx, contract.Suite{Only: []string{"control/accepted"}, New: func() contract.Subject { return bare }})
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	return first, nil
}

// asksForTypes reports whether a case that may run is about the types that the handler acts
// on, or about what they do.
func asksForTypes(c *checking) bool {
	cases, err := c.suite.Cases()
	shown := c.subject.State != nil || c.subject.StateOf != nil || c.subject.API != nil
	return err == nil && shown && slices.ContainsFunc(cases, func(one contract.Case) bool {
		return slices.Contains(one.Needs, "handles") || slices.Contains(one.Needs, "state")
	})
}

// caseOfEffect is the case that finds out the shape in which a handler acts on a type.
const caseOfEffect = "control/effect"

// judgesEffect reports whether the run of a suite itself will find that out.
func judgesEffect(suite *contract.Suite) bool {
	cases, err := suite.Cases()
	return err == nil && slices.ContainsFunc(cases, func(one contract.Case) bool { return one.ID == caseOfEffect })
}

// assumeShape finds out the API version, and the shape in which the handler acts on the
// first type that it handles: an app may sell subscriptions alone. If the run judges the
// effect, it is ended there and begun anew with that shape.
func (c *checking) assumeShape(ctx context.Context, sh shell) error {
	if len(c.subject.Handles) == 0 {
		return nil
	}
	first := c.subject.Handles[0]
	ofApp := c.given("set") || c.given("event") || c.bound.setFrom != "" || c.bound.prepare != "" || c.subject.Create != nil // used up by a try
	if ofApp || c.subject.Thin || c.shapes.of(first) != "" || len(fixtures.Variants(first)) == 0 {
		return nil
	}
	if judgesEffect(&c.suite) {
		c.watchesShape = true
		return nil
	}
	quick := contract.Suite{Only: []string{"control/accepted", caseOfEffect}, New: func() contract.Subject { return c.subject }}
	for range adoptions {
		found, err := contract.Check(ctx, quick)
		if err != nil {
			return orInterrupted(ctx, err)
		}
		silent := ""
		for _, result := range found.Cases {
			silent = cmp.Or(silent, result.WantedVariant)
		}
		if !c.adopt(sh, found) && !c.adoptShape(sh, silent, plainIdle) {
			return nil
		}
	}
	return nil
}

// Why a shape is assumed.
const (
	plainIdle    = "the plain one was not seen to do anything"
	plainRefused = "the plain one is not accepted"
)

// adoptions is how often check starts anew with what it found out: an API version, then a
// shape.
const adoptions = 3

// adopt takes what would make the handler accept the first genuine event, and reports
// whether there is such a thing.
func (c *checking) adopt(sh shell, found *contract.Report) bool {
	if c.adoptVersion(sh, found) {
		return true
	}
	if found == nil || !c.adoptShape(sh, found.WantedVariant, plainRefused) {
		return false
	}
	c.refused = found.Diagnosis[0] + mayGetPlain
	return true
}

// mayGetPlain follows what was refused.
const mayGetPlain = ": if the app may get plain ones, that is a fault, and was not judged"

// adoptShape takes the shape of a type, TYPE=VARIANT, unless the user gave it one.
func (c *checking) adoptShape(sh shell, wanted, why string) bool {
	eventType, _, _ := strings.Cut(wanted, "=")
	if wanted == "" || c.shapes.of(eventType) != "" {
		return false
	}
	c.shapes = append(slices.Clip(c.shapes), wanted)
	c.assumed(sh, "variant", wanted, why)
	adoptCommon(c, sh, wanted)
	return true
}

// adoptCommon takes the shape of one type for the other handled types that have it, if it is
// more common than the plain one: what needs it of a paid invoice needs it of a failed one.
func adoptCommon(c *checking, sh shell, adopted string) {
	of, shape, _ := strings.Cut(adopted, "=")
	for _, eventType := range c.subject.Handles {
		v, err := fixtures.FindVariant(eventType, shape)
		if err != nil || !v.Common || c.shapes.of(eventType) != "" {
			continue
		}
		c.shapes = append(c.shapes, eventType+"="+shape)
		c.assumed(sh, "variant", eventType+"="+shape, "as of "+of)
	}
	c.subject.Variants = c.shapes.byType(c.subject.Handles)
}

// orInterrupted is an error, or that there was an interrupt before it.
func orInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted before the first case")
	}
	return err
}

// adoptVersion sets the API version that the handler wants, if none was given.
func (c *checking) adoptVersion(sh shell, found *contract.Report) bool {
	if found == nil || found.WantedVersion == "" || c.given("api-version") || c.subject.APIVersion == found.WantedVersion {
		return false
	}
	c.subject.APIVersion = found.WantedVersion
	c.assumed(sh, "api-version", found.WantedVersion, "the handler accepts no other")
	return true
}

// adoptTypes sets the types that the handler acts on, with the shapes it acts on, in
// addition to types with a given shape.
func (c *checking) adoptTypes(sh shell, handled []contract.HandledType) {
	var types, unseen, idle []string
	var shaped []contract.HandledType
	shown := make(map[string]int)
	for _, h := range handled {
		switch {
		case h.Refused != "":
			fmt.Fprintf(sh.err, "fakestripe: %s got %s: if it is about an object of the app, give that (--set, --event), and --handles\n", h.Type, visible(h.Refused))
		case h.Shown == "":
			unseen = append(unseen, h.Type)
		case h.Shown == "answer" && showsState(&c.subject): // its effect would be missed in each case
			idle = append(idle, h.Type)
		default:
			types = append(types, h.Type)
			shown[h.Shown]++
			if h.Variant != "" {
				shaped = append(shaped, h)
			}
		}
	}
	if len(idle) > 0 {
		fmt.Fprintf(sh.err, "fakestripe: other responses than an unknown type gets, but no change of the state: %s: if they are about objects of the app, give those (--set, --prepare-cmd), and --handles\n", strings.Join(idle, ", "))
	}
	if len(types) == 0 && len(c.suite.Only) > 0 {
		return // the cases say what they lack
	}
	if len(types) == 0 {
		fmt.Fprintf(sh.err, "fakestripe: which types the handler handles was not to be seen: give --handles TYPE,TYPE%s\n", lacksState(&c.subject))
		return
	}
	types = c.shapes.among(types)
	c.assumed(sh, "handles", strings.Join(types, ","), because(shown)+", of the common types")
	takeShapes(c, sh, shaped)
	c.subject.Handles, c.subject.Variants = types, c.shapes.byType(types)
	c.unseen = leftOut(slices.DeleteFunc(unseen, func(eventType string) bool { return slices.Contains(types, eventType) }))
}

// takeShapes adds the shapes that the handler acts on, where it does not act on plain events.
func takeShapes(c *checking, sh shell, shaped []contract.HandledType) {
	for _, h := range shaped {
		shape, why := h.Type+"="+h.Variant, plainIdle
		if h.RefusedPlain != "" {
			why = plainRefused
			c.refused = cmp.Or(c.refused, "a genuine "+h.Type+" got "+visible(h.RefusedPlain)+mayGetPlain)
		}
		c.shapes = append(slices.Clip(c.shapes), shape)
		c.assumed(sh, "variant", shape, why)
	}
}

// because returns the evidence that types are handled.
func because(shown map[string]int) string {
	var said []string
	for _, evidence := range []struct{ shown, said string }{
		{"state", "changed the state"}, {"calls", "made it call Stripe"}, {"answer", "got a different response than an unknown type"},
	} {
		if n := shown[evidence.shown]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, evidence.said))
		}
	}
	return strings.Join(said, ", ")
}

// leftOut returns the types without evidence, or "".
func leftOut(unseen []string) string {
	if len(unseen) == 0 {
		return ""
	}
	return "not handled, as far as could be seen, and so not judged: " + strings.Join(unseen, ", ") + ": if the handler acts on one, add it to --handles"
}

func showsState(s *contract.Subject) bool { return s.State != nil || s.StateOf != nil }

// lacksState says what would show more.
func lacksState(s *contract.Subject) string {
	if showsState(s) {
		return ""
	}
	return ", or show the state (" + flagsFor["state"] + ")"
}

// assumed prints an assumption and its reason, and adds it to the line that repeats a case.
func (c *checking) assumed(sh shell, flag, value, why string) {
	fmt.Fprintf(sh.err, "fakestripe: assumed --%s %s: %s\n", flag, value, why)
	c.again += " --" + flag + " " + word.Quote(value)
}
