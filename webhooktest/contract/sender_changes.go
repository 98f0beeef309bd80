package contract

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// sameAs returns the edits for an event of a type with the same object as in another event. If
// that is about another kind of object, such as the session that created it, the object is
// in its first state.
func sameAs(other *webhooktest.Event, eventType string) []webhooktest.Edit {
	described, err := fixtures.DescribeEvent(eventType)
	if kind, _ := other.Lookup("data.object.object"); err == nil && kind != described.Object {
		return []webhooktest.Edit{webhooktest.Version(1)}
	}
	object, _ := rawjson.Find(other.Body(), "data.object")
	return []webhooktest.Edit{webhooktest.Set("data.object", json.RawMessage(object)), webhooktest.Add("data.previous_attributes", struct{}{})}
}

// changedSince returns the version of an update that shows a change since another event
// about its object, whichever fields a handler stores: where it differs from the first
// version, it differs from that event, too.
func (s *sender) changedSince(other *webhooktest.Event, eventType string) (int, error) {
	versions, err := render.Versions(eventType)
	if err != nil {
		return 0, err
	}
	first, err := s.edited(eventType, webhooktest.About(other), webhooktest.Version(min(1, versions)))
	for version := 2; err == nil && version <= versions; version++ {
		now, err := s.edited(eventType, webhooktest.About(other), webhooktest.Version(version))
		if err != nil {
			return 0, err
		}
		if differs, similar := changesBetween(first, now, other); differs && !similar {
			return version, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%w: no state of %s differs in all that it changes from that of %s", render.ErrNotApplicable, eventType, other.Type())
	}
	return 0, err
}

// changesBetween reports whether two events differ in their object, and whether the second
// equals a third one anywhere there.
func changesBetween(first, now, third *webhooktest.Event) (differs, similar bool) {
	for _, path := range changedPaths(first.Body(), now.Body()) {
		value, _ := now.Lookup(path)
		if _, isObject := value.(map[string]any); isObject || !strings.HasPrefix(path, "data.object.") {
			continue
		}
		known, _ := third.Lookup(path)
		differs, similar = true, similar || reflect.DeepEqual(value, known)
	}
	return differs, similar
}
