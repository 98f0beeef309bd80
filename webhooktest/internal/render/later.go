package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

// Later converts an event to a later API version: its object, previous_attributes and
// label. Changes go forward only: an earlier or unknown version is an error.
func Later(event []byte, version string) ([]byte, error) {
	var envelope struct {
		ID       string
		Version  string `json:"api_version"`
		Created  int64
		Livemode bool
	}
	if err := json.Unmarshal(event, &envelope); err != nil {
		return nil, err
	}
	if err := forward(envelope.Version, version); err != nil {
		return nil, err
	}
	if object, err := rawjson.Get(event, "data.object"); err != nil || object[0] != '{' {
		return nil, errors.New("no data.object to carry to another API version")
	}
	s := shape{fill: filler(envelope.ID, envelope.Created, envelope.Livemode)}
	text, err := s.carry(event, envelope.Version, version)
	if err != nil {
		return nil, err
	}
	return rawjson.Set(text, "api_version", rawjson.Quote(version), false)
}

// LaterObject converts an object, and those inside, to a later API version.
func LaterObject(object []byte, from, version string) ([]byte, error) {
	if err := forward(from, version); err != nil {
		return nil, err
	}
	root, err := rawjson.Parse(object)
	if err != nil {
		return nil, err
	}
	id, _ := textAt(object, "id") // some objects have none
	created, _ := rawjson.Get(object, "created")
	at, _ := strconv.ParseInt(string(created), 10, 64)
	changed := upgrade.New(object, &root)
	changed.Fill = filler(id, at, false)
	if err := changed.To(from, version); err != nil {
		return nil, err
	}
	return changed.Text(), nil
}

// forward reports an error unless changes lead from one version to another.
func forward(from, to string) error {
	for _, version := range []string{from, to} {
		if name, err := fixtures.FindVersion(version); err != nil || name != version {
			return fmt.Errorf("API version %q: there are no fixtures for it", version)
		}
	}
	if from > to {
		return fmt.Errorf("API version %s is later than %s: changes go forward only", from, to)
	}
	return nil
}

// filler fills the placeholders in added values, consistently for one event or object.
func filler(id string, created int64, livemode bool) func(quoted []byte) []byte {
	b := NewBindings(0, id, created)
	b.Livemode = livemode
	return b.Fill
}
