package listen

import (
	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// version converts an event to the endpoint's API version, if it has one. A later version
// stays as it is, and so does a thin event, which has none. For an unknown version or a
// large event, only the label changes.
func (e *Endpoint) version(event *webhooktest.Event) (*webhooktest.Event, error) {
	if e.APIVersion == "" {
		return event, nil
	}
	current, labeled := event.Lookup("api_version")
	if current == e.APIVersion || !labeled {
		return event, nil
	}
	if label, _ := current.(string); isVersion(label) && isVersion(e.APIVersion) {
		switch {
		case label > e.APIVersion:
			return event, nil
		case len(event.Body()) <= largeEvent:
			return event.At(e.APIVersion)
		}
	}
	return event.Edit(webhooktest.Set("api_version", e.APIVersion))
}

// isVersion reports whether the fixtures have this API version.
func isVersion(text string) bool {
	name, err := fixtures.FindVersion(text)
	return err == nil && name == text
}
