package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// values are the variables of a case by name, as JSON.
type values map[string]json.RawMessage

// text is a value as it stands inside a longer text.
func (v values) text(name string) string {
	var text string
	if json.Unmarshal(v[name], &text) == nil {
		return text
	}
	return string(v[name])
}

// fill puts the variables into a text, once: what they hold is no template.
func (v values) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var pairs []string
	for name := range v {
		pairs = append(pairs, "{"+name+"}", v.text(name))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// fillJSON puts the variables into JSON. A whole string that is one becomes its
// value, whatever that is.
func (v values) fillJSON(raw []byte) []byte {
	var pairs []string
	for name, value := range v {
		inside, _ := rawjson.Encode(v.text(name)) // a string always has a JSON form
		pairs = append(pairs, `"{`+name+`}"`, string(value), "{"+name+"}", string(inside[1:len(inside)-1]))
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(raw)))
}

// known is what stands for the names in braces of a case: its variables, the types
// that are bound, and the row that is run.
func (p *play) known() values {
	known := maps.Clone(p.vars)
	if known == nil {
		known = make(values)
	}
	for name, bound := range p.variant.types {
		known[name], _ = rawjson.Encode(bound)
	}
	known["each"], _ = rawjson.Encode(p.variant.each)
	return known
}

// fill puts the row that is run, the types and the variables into a text.
func (p *play) fill(text string) string { return p.known().fill(text) }

// filled is a value of an event with what the case puts into it.
func (p *play) filled(raw json.RawMessage) []byte { return p.known().fillJSON(raw) }

// begin gives the variables of a case their first values.
func (p *play) begin(c *contractCase) error {
	p.vars = make(values)
	for name, raw := range c.Vars {
		filled, err := render.Compile(raw, p.subject.Livemode)
		if err != nil {
			return fmt.Errorf("vars: %s: %w", name, err)
		}
		p.who.Created = p.next().Unix()
		p.vars[name] = filled.Append(nil, p.who)
	}
	return nil
}

// capture takes values for variables from the last answer of a step.
func (p *play) capture(wanted map[string]string, responses []*webhooktest.Response) {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if len(responses) == 0 {
			continue
		}
		answer := responses[len(responses)-1]
		value, err := captured(answer, wanted[name])
		if err != nil {
			p.find(answer.Event.String(), wanted[name]+", which later steps need as {"+name+"}", answered(answer)+": "+err.Error())
			p.broken = true
			return
		}
		p.vars[name] = value
	}
}

// captured returns a part of an answer: "body:order.id" or "header:Location".
func captured(answer *webhooktest.Response, from string) (json.RawMessage, error) {
	if name, ok := strings.CutPrefix(from, "header:"); ok {
		if value := answer.Header.Get(name); value != "" {
			return rawjson.Encode(value)
		}
		return nil, errors.New("the header is missing")
	}
	return rawjson.Get(answer.Body, strings.TrimPrefix(from, "body:"))
}

// captures are the names that steps capture.
func (c *contractCase) captures() (names []string) {
	for _, steps := range c.performances() {
		for _, step := range steps {
			names = slices.AppendSeq(names, maps.Keys(step.Capture))
		}
	}
	return names
}

// waits reports whether an event cannot be made before a step has captured what is
// in it.
func (c *contractCase) waits(name string) bool { return len(c.waitsFor(name)) > 0 }

// waitsFor are the captured variables that an event needs, also those of the event
// that it is about.
func (c *contractCase) waitsFor(name string) (needed []string) {
	captures := c.captures()
	for range len(c.Events) { // no longer, if events should be about each other
		event, ok := c.Events[name]
		if !ok || len(captures) == 0 {
			break
		}
		for _, variable := range captures {
			if event.mentions("{" + variable + "}") {
				needed = append(needed, variable)
			}
		}
		name = event.About
	}
	return needed
}

func (e *caseEvent) mentions(text string) bool {
	for _, fields := range []render.Changes{e.Set, e.Add} {
		for _, raw := range fields {
			if strings.Contains(string(raw), text) {
				return true
			}
		}
	}
	return false
}

// makeLate makes the events of a step that had to wait for a variable.
func (p *play) makeLate(ctx context.Context, step caseStep) error {
	made := false
	for _, name := range step.Send {
		if len(p.events[name]) > 0 {
			continue
		}
		if err := p.make(ctx, p.scene, name); err != nil {
			return err
		}
		made = true
	}
	if !made {
		return nil
	}
	return p.controls(ctx, step)
}
