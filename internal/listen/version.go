package listen

import (
	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// version returns the event in the shape of the endpoint's API version, if it has one. An
// event of a later version stays as it is. So does a thin one, which has none. Where a
// version is not known, and of a large event, no more than the label changes.
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

// isVersion reports whether a text is an API version that the fixtures know.
func isVersion(text string) bool {
	name, err := fixtures.FindVersion(text)
	return err == nil && name == text
}
