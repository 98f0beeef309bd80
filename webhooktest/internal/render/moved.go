package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

// Moved looks up in other API versions a path missing from an event type: the current
// place of an older version's value, or the later version with that path. The result is
// "" if there is neither.
func Moved(version, eventType, path string) string {
	field, inObject := strings.CutPrefix(path, objectPath)
	object, written, err := writtenObject(version, eventType)
	if !inObject || err != nil {
		return ""
	}
	t := tracer{object: object, field: field, at: written}
	older := fixtures.VersionsBetween(written, version)
	if t.mark(); len(t.places()) > 0 {
		return t.follow(older)
	}
	return t.await(slices.Concat(older, fixtures.VersionsBetween(version, newest())))
}

// writtenObject returns the object of an event type as in its file, and the API version
// of the file.
func writtenObject(version, eventType string) (*upgrade.Object, string, error) {
	event, _, err := readEvent(version, eventType)
	if err != nil {
		return nil, "", err
	}
	var fixture objectFixture
	file, err := Read(version, "objects/"+event.Object+".json", &fixture)
	if err != nil {
		return nil, "", err
	}
	text, err := event.state(0, fixture.Object)
	if err != nil {
		return nil, "", err
	}
	root, err := rawjson.Parse(text)
	written, _, _ := strings.Cut(file, "/")
	return upgrade.New(text, &root), written, err
}

func newest() string {
	versions := fixtures.Versions()
	return versions[len(versions)-1].Name
}

// A tracer follows a field of an object from version to version.
type tracer struct {
	object *upgrade.Object
	field  string
	at     string // current version of the object
}

const traced = "traced"

// mark labels the value at the path.
func (t *tracer) mark() { t.object.Label(t.field, traced) }

// places returns the current paths of the labeled values.
func (t *tracer) places() (places []string) {
	t.object.Labeled(func(label, path string) {
		if label == traced {
			places = append(places, objectPath+path)
		}
	})
	return places
}

func (t *tracer) next(version string) error {
	err := t.object.To(t.at, version)
	t.at = version
	return err
}

// follow describes the labeled value's place in the last version.
func (t *tracer) follow(versions []string) string {
	since, places := "", t.places()
	for _, version := range versions {
		if t.next(version) != nil {
			return ""
		}
		if now := t.places(); !slices.Equal(now, places) {
			since, places = version, now
		}
	}
	switch {
	case since == "":
		return ""
	case len(places) == 0:
		return fmt.Sprintf("%s and later do not have it", since)
	}
	return fmt.Sprintf("it is %s at %s and later", places[0], since)
}

// await returns the first version with a value at the path.
func (t *tracer) await(versions []string) string {
	for _, version := range versions {
		if t.next(version) != nil {
			return ""
		}
		if t.mark(); len(t.places()) > 0 {
			return fmt.Sprintf("%s and later have it", version)
		}
	}
	return ""
}
