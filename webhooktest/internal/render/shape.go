package render

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

// Facts is the file shared.json of an API version: what several resources tell, each in
// fields of its own.
type Facts struct {
	Format int `json:"format"`
	Facts  map[string]struct {
		Description string   `json:"description"`
		Fields      []string `json:"fields"` // resource:path
	} `json:"facts"`
}

// A shape is what the fixtures say of paths in an object, which move with what they lead to.
type shape struct {
	resource string
	nullable []string
	facts    *Facts

	fill func(quoted []byte) []byte // of texts that a change adds; nil: they are compiled later

	nullableNow []string            // paths in the event
	factsNow    map[string][]string // names of facts by path in the event
}

const objectPath = "data.object."

// carry changes the object of an event, and what it was before, as the API versions
// after one and up to another did.
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

// changed returns the member previous_attributes: what has changed since the object was
// otherwise. An event without any, or with none that the version still has, has no such member.
func (s *shape) changed(was *upgrade.Object, now []byte, after, upTo string) ([]byte, error) {
	if was == nil {
		return nil, nil
	}
	if err := was.To(after, upTo); err != nil {
		return nil, err
	}
	previous, err := rawjson.Encode(difference(was.Text(), now))
	if err != nil || string(previous) == "{}" {
		return nil, err
	}
	return slices.Concat([]byte(`,"previous_attributes":`), previous), nil
}

// label marks the values whose paths are known by other names.
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

// stay is carry to where the paths are already.
func (s *shape) stay() {
	for _, path := range s.nullable {
		s.note(upgrade.Nullable, path)
	}
	s.eachFact(func(path, fact string) { s.note(fact, path) })
}

// eachFact visits the fields of the resource that tell a fact.
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
