package contract

import (
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

// known is what stands for the names in braces of a case: its variables, the types
// that are bound, and the row that is run.
func (e *execution) known() values {
	known := maps.Clone(e.values)
	if known == nil {
		known = make(values)
	}
	for name, bound := range e.variant.types {
		known[name], _ = rawjson.Encode(bound)
		if strings.Contains(name, ".") {
			continue // {T.variant}
		}
		known[name+".resource"], _ = rawjson.Encode(resourceOf(bound))
	}
	known["each"], _ = rawjson.Encode(e.variant.each)
	return known
}

// fill puts the row that is run, the types and the variables into a text.
func (e *execution) fill(text string) string { return e.known().fill(text) }

// fillJSON puts the same into a value of an event.
func (e *execution) fillJSON(raw json.RawMessage) []byte { return e.known().fillJSON(raw) }

// initVariables gives the variables of the case their first values.
func (e *execution) initVariables() error {
	e.values = make(values)
	for name, raw := range e.spec.Vars {
		filled, err := render.Compile(raw, e.session.subject.Livemode)
		if err != nil {
			return fmt.Errorf("vars: %s: %w", name, err)
		}
		e.identity.Created = e.session.run.source.next().Unix()
		e.values[name] = filled.Append(nil, e.identity)
	}
	return nil
}

// capture takes values for variables from the last answer of a step.
func (e *execution) capture(wanted map[string]string, responses []*webhooktest.Response) {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if len(responses) == 0 {
			continue
		}
		answer := responses[len(responses)-1]
		value, err := captured(answer, wanted[name])
		if err != nil {
			e.find(answer.Event.String(), wanted[name]+", which later steps need as {"+name+"}", answered(answer)+": "+err.Error())
			e.stopped = true
			return
		}
		e.values[name] = value
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
