package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/upgrade"
)

// Moved says what other API versions have to do with a path that an event of a type does
// not have at its own: where what an older one has there is now, or which later one has it.
// It is "" where none does.
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

// writtenObject returns the object of an event type in the shape in which its file is
// written, and the version that has it.
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
	at     string // the version that the object has
}

const traced = "traced"

// mark labels what is at the path.
func (t *tracer) mark() { t.object.Label(t.field, traced) }

// places are where what was labeled is.
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

// follow says where the value that is labeled is at the last of the versions.
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

// await says which version is the first with a value at the path.
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
