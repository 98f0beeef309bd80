package contract

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// validateOwn finds errors in a user's case. Tests check the contract's cases.
func (c *contractCase) validateOwn() error {
	if c.Check != "" {
		return at("check", errors.New("check is for the contract: a case of your own has steps"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Given)) {
		if err := checkGiven(c.Given[name]); err != nil {
			return at("given."+name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		event := c.Events[name]
		if err := c.validateEvent(&event); err != nil {
			return at("events."+name, fmt.Errorf("event %q: %w", name, err))
		}
	}
	if err := c.validateVariables(); err != nil {
		return err
	}
	if !c.expects() {
		return at("steps", errors.New("nothing is expected, so nothing could fail: give a step an expect, such as 2xx"))
	}
	return nil
}

// givenWords are what a variable can stand for, beside types and patterns of types.
var givenWords = []string{"handled", "handled first", "of a tenant", "each handled", "each telling", "each thin", "each sibling", "each variant", "each counting variant", "each free variant", "unhandled"}

// checkGiven rejects a literal type that Stripe does not have.
func checkGiven(pattern string) error {
	if among, ok := strings.CutPrefix(pattern, "each of "); ok {
		return knownTypes(typesIn(among))
	}
	if strings.Contains(pattern, "*") || slices.Contains(givenWords, pattern) {
		return nil
	}
	return knownType(strings.TrimSuffix(strings.TrimPrefix(pattern, "any "), orNone), nil)
}

// typesIn returns the types in a list, or in sequences.
func typesIn(text string) (types []string) {
	for _, one := range sequences(text) {
		types = slices.Concat(types, one.earlier, one.later)
	}
	return types
}

func knownTypes(types []string) (err error) {
	for _, eventType := range types {
		err = cmp.Or(err, knownType(eventType, nil))
	}
	return err
}

func (c *contractCase) validateEvent(e *caseEvent) error {
	if err := e.validate(c.Given); err != nil {
		return err
	}
	sibling := e.sibling()
	if other, ok := c.Events[sibling]; sibling != "" && (!ok || other.Type == "" || other.sibling() != "" || e.About != "" || e.Customer != "" && e.Renewal != "") {
		return fmt.Errorf("customer or renewal %q: name another event with a type, and no about beside it", sibling)
	}
	if other, ok := c.Events[e.Alike]; e.Alike != "" && (!ok || other.Type != e.Type || e.About != "" || sibling != "") {
		return fmt.Errorf("alike %q: name another event of the same type, and no about, customer or renewal beside it", e.Alike)
	}
	switch other, ok := c.Events[e.About]; {
	case e.About == "" && (e.Unchanged || e.Changed):
		return errors.New("changed, unchanged: name the earlier event in about")
	case e.Changed && (e.Unchanged || e.Version > 0):
		return errors.New("changed: is a version of its own")
	case e.About == "":
	case !ok:
		return fmt.Errorf("about %q: no event has this name", e.About)
	case other.Type == "":
		return fmt.Errorf("about %q: the objects of a payload are unknown: set the ids that must agree", e.About)
	}
	seen := []string{e.About}
	for about := e.About; about != ""; seen = append(seen, about) {
		if about = c.Events[about].About; slices.Contains(seen, about) && about != "" {
			return fmt.Errorf("about %q: the events are about each other", e.About)
		}
	}
	if several := c.payloads(); len(e.payloads) > 1 && len(e.payloads) != several {
		return fmt.Errorf("payloads: %d files, but another event has %d", len(e.payloads), several)
	}
	return c.validatePaths(e)
}

// validatePaths tries an event's edits on its fixture or payload, if that is known already.
func (c *contractCase) validatePaths(e *caseEvent) error {
	if _, isVariable := c.Given[strings.TrimSuffix(e.Type, thenIs)]; isVariable {
		return nil
	}
	var events []*webhooktest.Event
	for _, from := range e.payloads {
		events = append(events, from.event)
	}
	if e.Type != "" {
		edits := []webhooktest.Edit{webhooktest.Version(e.Version)}
		if e.Variant != "" && !strings.Contains(e.Variant, "{") {
			edits = append(edits, webhooktest.Variant(e.Variant))
		}
		event, err := new(webhooktest.Source).Event(e.Type, edits...)
		if err != nil {
			return err
		}
		events = []*webhooktest.Event{event}
	}
	for _, event := range events {
		var edits []webhooktest.Edit
		for path := range e.Set {
			edits = append(edits, webhooktest.Set(path, nil))
		}
		for path := range e.Add {
			edits = append(edits, webhooktest.Add(path, nil))
		}
		if _, err := event.Edit(edits...); err != nil {
			return cmp.Or(errors.Unwrap(err), err) // without the id: the event is never sent
		}
	}
	return nil
}

// variableName matches the names of variables: lower case, unlike names of types.
var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]*$`) })

// validateVariables follows the steps: each event needs variables captured before it.
func (c *contractCase) validateVariables() error {
	for name := range c.Vars {
		if err := checkVariable(name); err != nil {
			return at("vars."+name, err)
		}
		if _, err := render.Compile(c.Vars[name], false); err != nil {
			return at("vars."+name, err)
		}
	}
	for key, steps := range c.stepLists() {
		known := slices.Collect(maps.Keys(c.Vars))
		for i, step := range steps {
			if err := c.validateOwnStep(step, known); err != nil {
				return at(fmt.Sprintf("%s.%d", key, i), fmt.Errorf("step %d: %w", i+1, err))
			}
			known = slices.AppendSeq(known, maps.Keys(step.Capture))
		}
	}
	return nil
}

func checkVariable(name string) error {
	if name == "each" || name == "payload" || !variableName().MatchString(name) {
		return fmt.Errorf("variable %q: want lower-case letters, digits and _, and neither each nor payload", name)
	}
	return nil
}

func (c *contractCase) validateOwnStep(s caseStep, known []string) error {
	for _, name := range s.Send {
		for _, needed := range c.waitsFor(name) {
			if !slices.Contains(known, needed) {
				return fmt.Errorf("event %q needs {%s}, which no earlier step captures", name, needed)
			}
		}
	}
	kinds := 0
	for _, given := range []bool{len(s.Send) > 0, s.Hook != "", s.Redeliver != ""} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("want one of send, hook and redeliver")
	case s.Hook != "" && !slices.Contains([]string{"break", "heal", "restart"}, s.Hook):
		return fmt.Errorf("hook %q: want break, heal or restart", s.Hook)
	case s.Redeliver != "" && s.Redeliver != "unaccepted":
		return fmt.Errorf("redeliver %q: want unaccepted", s.Redeliver)
	case s.Times < 0 || s.Times > maxTimes:
		return fmt.Errorf("times %d: want at most %d", s.Times, maxTimes)
	}
	if err := s.validateAnswer(); err != nil {
		return err
	}
	return c.validateGolden(s)
}

// maxTimes limits the damage of a typo.
const maxTimes = 10_000

// validateAnswer finds expectations that no answer can meet.
func (s *caseStep) validateAnswer() error {
	for name, want := range s.ExpectHeader {
		if name != http.CanonicalHeaderKey(name) && strings.ContainsAny(name, " :\r\n") {
			return fmt.Errorf("expect_header %q: want a header's name", name)
		}
		if err := checkPattern(want); err != nil {
			return fmt.Errorf("expect_header %s: %w", name, err)
		}
	}
	for path, raw := range s.ExpectBody.JSON {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			if err := checkPattern(text); err != nil {
				return fmt.Errorf("expect_body %s: %w", path, err)
			}
		}
	}
	for name, from := range s.Capture {
		if err := checkVariable(name); err != nil {
			return err
		}
		if kind, rest, _ := strings.Cut(from, ":"); kind != "body" && kind != "header" || rest == "" {
			return fmt.Errorf("capture %s: %q: want body:PATH or header:NAME", name, from)
		}
	}
	return nil
}

// validateGolden keeps an update from overwriting other files.
func (c *contractCase) validateGolden(s caseStep) error {
	if s.Golden == "" {
		return nil
	}
	if c.State != "" {
		return errors.New("golden: a case that compares the state with a reference has no golden files")
	}
	_, err := c.resolveGolden(s.Golden)
	return err
}

// goldenFolder is the name of the folders with golden files. They are not searched for
// cases, and an update writes nowhere else.
const goldenFolder = "golden"

// resolveGolden returns the path in the folder of a golden file.
func (c *contractCase) resolveGolden(name string) (string, error) {
	file, err := c.resolve(name)
	if err != nil {
		return "", fmt.Errorf("golden: %w", err)
	}
	if path.Ext(file) != ".json" || !slices.Contains(strings.Split(path.Dir(file), "/"), goldenFolder) {
		return "", fmt.Errorf("golden %q: want a .json file in a folder called golden, such as golden/paid.json", name)
	}
	return file, nil
}

// expects reports whether any behavior of a handler could fail the case.
func (c *contractCase) expects() bool {
	return c.State != "" || slices.ContainsFunc(c.Steps, func(s caseStep) bool {
		judged := s.Expect != "" && s.Expect != "any" || s.AnyExpect != "" && s.AnyExpect != "any" || s.Prefer != "" && s.Prefer != "any"
		return judged || s.Within > 0 || s.PreferWithin > 0 || len(s.ExpectHeader) > 0 || !s.ExpectBody.empty() || s.Golden != ""
	})
}
