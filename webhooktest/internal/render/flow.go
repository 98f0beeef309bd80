package render

import (
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A Flow is a file of fixtures/flows. fixtures/README.md specifies the format.
type Flow struct {
	Format   int                  `json:"format"`
	Title    string               `json:"title"`
	Triggers []string             `json:"triggers"`
	Events   map[string]FlowEvent `json:"events"`
	Steps    []FlowStep           `json:"steps"`
	Causal   []string             `json:"causal"`
}

// A FlowEvent is an event of a flow, under a name.
type FlowEvent struct {
	Type    string  `json:"type"`
	Version int     `json:"version"`
	Set     Changes `json:"set"`
	Add     Changes `json:"add"`

	variant *fixtures.Variant // not in flows: for a single event
}

// A FlowStep is the time of an event's arrival.
type FlowStep struct {
	Send  string   `json:"send"`
	After Duration `json:"after"`
}

// A Duration is text for time.ParseDuration: "1.5s".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err == nil && parsed < 0 {
		err = fmt.Errorf("%s: must not be negative", text)
	}
	*d = Duration(parsed)
	return err
}

// String implements fmt.Stringer.
func (d Duration) String() string { return time.Duration(d).String() }

// ReadFlow reads a flow's file. The error is fs.ErrNotExist for an unknown flow.
func ReadFlow(name string) (f Flow, err error) {
	data, file, err := fixtures.Flow(name)
	if err != nil {
		return f, err
	}
	return f, rawjson.DecodeStrictly(data, "fixtures/"+file, &f)
}
