package render

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

// Facts is the file shared.json of an API version: facts common to several resources,
// each in its own fields.
type Facts struct {
	Format int `json:"format"`
	Facts  map[string]struct {
		Description string   `json:"description"`
		Fields      []string `json:"fields"` // resource:path
	} `json:"facts"`
}

// A shape is the fixtures' information about paths in an object. The paths move with the
// values.
type shape struct {
	resource string
	nullable []string
	facts    *Facts

	fill func(quoted []byte) []byte // for texts added by a change; nil: compiled later

	nullableNow []string            // paths in the event
	factsNow    map[string][]string // fact names by path in the event
}

const objectPath = "data.object."

// carry converts the object of an event, and its previous state, through the changes of
// all API versions after one and up to another.
func (s *shape) carry(event []byte, after, upTo string) ([]byte, error) {
	if len(fixtures.VersionsBetween(after, upTo)) == 0 {
		s.stay()
		return event, nil
	}
	root, err := rawjson.Parse(event)
	if err != nil {
		return nil, err
	}
	data := root.Child("data")
	object := upgrade.New(event, data.Child("object"))
	object.Fill = s.fill
	var was *upgrade.Object
	if previous := data.Child("previous_attributes"); previous != nil {
		was = object.Before(event, previous)
	}
	s.label(object)
	if err := object.To(after, upTo); err != nil {
		return nil, err
	}
	object.Labeled(s.note)
	now := object.Text()
	changed, err := s.changed(was, now, after, upTo)
	if err != nil {
		return nil, err
	}
	return rawjson.Set(event, "data", slices.Concat([]byte(`{"object":`), now, changed, []byte("}")), false)
}

// changed returns previous_attributes, given the object's previous state. It is omitted
// if empty or not in the version.
func (s *shape) changed(was *upgrade.Object, now []byte, after, upTo string) ([]byte, error) {
	if was == nil {
		return nil, nil
	}
	if err := was.To(after, upTo); err != nil {
		return nil, err
	}
	previous := difference(was.Text(), now).encode()
	if string(previous) == "{}" {
		return nil, nil
	}
	return slices.Concat([]byte(`,"previous_attributes":`), previous), nil
}

// label labels the values at known paths.
func (s *shape) label(object *upgrade.Object) {
	for _, path := range s.nullable {
		object.Label(path, upgrade.Nullable)
	}
	s.eachFact(func(path, fact string) { object.Label(path, fact) })
}

func (s *shape) note(label, path string) {
	path = objectPath + path
	if label == upgrade.Nullable {
		s.nullableNow = append(s.nullableNow, path)
		return
	}
	if s.factsNow == nil {
		s.factsNow = make(map[string][]string)
	}
	s.factsNow[path] = append(s.factsNow[path], label)
}

// stay is carry without a change of version.
func (s *shape) stay() {
	for _, path := range s.nullable {
		s.note(upgrade.Nullable, path)
	}
	s.eachFact(func(path, fact string) { s.note(fact, path) })
}

// eachFact visits the fields of the resource that hold a fact.
func (s *shape) eachFact(visit func(path, fact string)) {
	if s.facts == nil {
		return
	}
	for name, fact := range s.facts.Facts {
		for _, field := range fact.Fields {
			if resource, path, _ := strings.Cut(field, ":"); resource == s.resource {
				visit(path, name)
			}
		}
	}
}
