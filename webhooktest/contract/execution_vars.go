package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// known maps the names in braces in a case to values: its variables, its bound types, and
// the current row.
func (c *caseEvents) known() values {
	known := maps.Clone(c.values)
	if known == nil {
		known = make(values)
	}
	for name, bound := range c.variant.types {
		known[name], _ = rawjson.Encode(bound)
		if strings.Contains(name, ".") {
			continue // {T.variant}
		}
		known[name+".resource"], _ = rawjson.Encode(resourceOf(bound))
		known[name+".cut"], _ = rawjson.Encode(bound[:max(0, len(bound)-2)])
		known[name+".capitals"], _ = rawjson.Encode(strings.ToUpper(bound))
	}
	known["each"], _ = rawjson.Encode(c.variant.each)
	return known
}

// fill inserts the row, the types and the variables into a text.
func (c *caseEvents) fill(text string) string { return c.known().fill(text) }

// fillJSON inserts the same into a value of an event.
func (c *caseEvents) fillJSON(raw json.RawMessage) []byte { return c.known().fillJSON(raw) }

// initVariables sets the initial values of the case's variables.
func (c *caseEvents) initVariables() error {
	c.values = make(values)
	for name, raw := range c.spec.Vars {
		filled, err := render.Compile(raw, c.session.subject.Livemode)
		if err != nil {
			return fmt.Errorf("vars: %s: %w", name, err)
		}
		c.identity.Created = c.session.run.source.next().Unix()
		c.values[name] = filled.Append(nil, c.identity)
	}
	return nil
}
