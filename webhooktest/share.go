package webhooktest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A sharedFixture is the file shared.json of an API version: facts that several
// resources tell, each in fields of its own.
type sharedFixture struct {
	Format int `json:"format"`
	Facts  map[string]struct {
		Description string   `json:"description"`
		Fields      []string `json:"fields"` // resource:path
	} `json:"facts"`
}

// fieldsLike returns the fields that tell the same fact as one of a resource, by
// resource.
func (f *sharedFixture) fieldsLike(resource, path string) map[string][]string {
	like := map[string][]string{resource: {path}}
	for _, fact := range f.Facts {
		if !slices.Contains(fact.Fields, resource+":"+path) {
			continue
		}
		for _, field := range fact.Fields {
			resource, path, _ := strings.Cut(field, ":")
			like[resource] = append(like[resource], path)
		}
	}
	return like
}

// share applies edits to the events of a flow. An edit names the type of the
// events that it changes; what others share with them changes too.
func (s *Source) share(flow *Flow, eventType string, edits []Edit) error {
	if len(edits) == 0 {
		return nil
	}
	var facts sharedFixture
	if _, err := render.Read(s.apiVersion(), "shared.json", &facts); err != nil {
		return err
	}
	for _, edit := range edits {
		if !edit.set {
			return errors.New("About and Version are for Source.Event")
		}
		if err := flow.edit(&facts, eventType, edit); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flow) edit(facts *sharedFixture, eventType string, edit Edit) error {
	if before, path, ok := strings.Cut(edit.path, ":"); ok {
		eventType, edit.path = before, path
	}
	if eventType == "" {
		return fmt.Errorf("set %q: which event? write TYPE:%s, with one of %s", edit.path, edit.path, strings.Join(f.types(), ", "))
	}
	if !slices.Contains(f.types(), eventType) {
		return fmt.Errorf("set %s:%s: the flow has %s", eventType, edit.path, strings.Join(f.types(), ", "))
	}
	raw, err := edit.raw(false)
	if err != nil {
		return fmt.Errorf("value for %s: %w", edit.path, err)
	}
	for i := range f.Steps {
		if event := f.Steps[i].Event; event.typ == eventType {
			old, err := rawjson.Get(event.body, edit.path)
			if err == nil {
				err = f.spread(facts, event, edit.path, old, raw)
			}
			if errors.Is(err, ErrNoPath) {
				err = f.extend(event, edit)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", eventType, err)
			}
		}
	}
	return nil
}

func (f *Flow) types() []string {
	var types []string
	for _, step := range f.Steps {
		if !slices.Contains(types, step.Event.typ) {
			types = append(types, step.Event.typ)
		}
	}
	return types
}

// extend applies an edit whose path the event does not have. The other events
// about its object get it too.
func (f *Flow) extend(event *Event, edit Edit) error {
	object, _ := rawjson.Get(event.body, "data.object.id")
	return f.change(func(other *Event) ([]byte, error) {
		same, err := rawjson.Get(other.body, "data.object.id")
		inObject := strings.HasPrefix(edit.path, objectPath) && err == nil && bytes.Equal(object, same)
		if other != event && !inObject {
			return other.body, nil
		}
		body, err := apply(other.body, []Edit{edit}, false)
		if other != event && errors.Is(err, ErrNoPath) {
			return other.body, nil // there it has no place
		}
		return body, err
	})
}

const objectPath = "data.object."

// spread gives a value to the event, and to all that holds the old one and tells
// the same: ids everywhere, other values in the same field of the same object and
// in the fields that tell the same fact.
func (f *Flow) spread(facts *sharedFixture, event *Event, path string, old, raw []byte) error {
	if _, _, isID := render.SplitID(string(old)); isID && raw[0] == '"' {
		return f.change(func(other *Event) ([]byte, error) {
			return bytes.ReplaceAll(other.body, old[1:len(old)-1], raw[1:len(raw)-1]), nil
		})
	}
	field, inObject := strings.CutPrefix(path, objectPath)
	like := facts.fieldsLike(event.resource, field)
	if string(old) == "0" {
		like = nil // nothing yet, which is no fact that two fields could share
	}
	return f.change(func(other *Event) (body []byte, err error) {
		body = other.body
		if other == event {
			body, err = rawjson.Set(body, path, raw, false)
		}
		if !inObject {
			return body, err
		}
		for _, field := range like[other.resource] {
			value, missing := rawjson.Get(body, objectPath+field)
			if with := respelled(value, old, raw); err == nil && missing == nil && with != nil {
				body, err = rawjson.Set(body, objectPath+field, with, false)
			}
		}
		return body, err
	})
}

// respelled returns the new value as a field that holds the old one spells it: an
// amount may be a text too (unit_amount_decimal), or negative. It is nil where the
// field holds something else.
func respelled(value, old, raw []byte) []byte {
	spelled := string(value)
	switch string(old) {
	case spelled:
		return raw
	case strings.Trim(spelled, `"`):
		return []byte(`"` + string(raw) + `"`)
	case strings.TrimPrefix(spelled, "-"):
		return []byte("-" + string(raw))
	}
	return nil
}

// change replaces the bytes of every event of the flow.
func (f *Flow) change(body func(*Event) ([]byte, error)) error {
	for i := range f.Steps {
		step := &f.Steps[i]
		changed, err := body(step.Event)
		if err == nil {
			step.Event, err = step.Event.withBody(changed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
