package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// values are the variables of a case by name, as JSON.
type values map[string]json.RawMessage

// text returns a value as it appears inside a longer text.
func (v values) text(name string) string {
	var text string
	if json.Unmarshal(v[name], &text) == nil {
		return text
	}
	return string(v[name])
}

// fill inserts the variables into a text. It does not expand their values again.
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

// fillJSON inserts the variables into JSON. A string that consists of one variable becomes
// its value, of any type.
func (v values) fillJSON(raw []byte) []byte {
	var pairs []string
	for name, value := range v {
		inside, _ := rawjson.Encode(v.text(name)) // a string always encodes
		pairs = append(pairs, `"{`+name+`}"`, string(value), "{"+name+"}", string(inside[1:len(inside)-1]))
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(raw)))
}

// captures returns the names that steps capture.
func (c *contractCase) captures() (names []string) {
	for _, steps := range c.stepLists() {
		for _, step := range steps {
			names = slices.AppendSeq(names, maps.Keys(step.Capture))
		}
	}
	return names
}

// waits reports whether an event is made only when it is sent: it describes something that
// has not happened before, or a step captures a value for it.
func (c *contractCase) waits(name string) bool {
	return c.Events[name].Late || len(c.waitsFor(name)) > 0
}

// waitsFor lists the captured variables that an event needs, including those of the event
// it is about.
func (c *contractCase) waitsFor(name string) (needed []string) {
	captures := c.captures()
	for range len(c.Events) { // a bound, in case events are about each other
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
