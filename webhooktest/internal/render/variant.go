package render

import (
	"fmt"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// LoadVariant makes the template of an event type in another shape, with a version of its
// object, 0 for none. The error is fixtures.ErrNoVariant, or as for Load.
func (o *Options) LoadVariant(eventType, name string, version int) (*Template, error) {
	variant, err := fixtures.FindVariant(eventType, name)
	if err != nil {
		return nil, err
	}
	event := FlowEvent{Type: eventType, variant: &variant}
	if variant.FromFlow() {
		if event, err = inFlow(variant.Flow, eventType); err != nil {
			return nil, err
		}
		event.variant = &variant
	}
	if version != 0 {
		event.Version = version
	}
	t, err := o.LoadFlow(&event)
	if err != nil {
		return nil, fmt.Errorf("variant %s: %w", name, err)
	}
	return t, nil
}

// inFlow returns the first event of a type in a flow.
func inFlow(name, eventType string) (FlowEvent, error) {
	flow, err := ReadFlow(name)
	if err != nil {
		return FlowEvent{}, err
	}
	for _, step := range flow.Steps {
		if event := flow.Events[step.Send]; event.Type == eventType {
			return event, nil
		}
	}
	return FlowEvent{}, fmt.Errorf("flow %s has no %s", name, eventType)
}

// vary applies a variant to the event.
func (f *eventFixture) vary(variant *fixtures.Variant) {
	f.variant = variant
	f.NotNull = append(f.NotNull, variant.NotNull...)
	if variant.PreviousAttributes != nil {
		f.PreviousAttributes = variant.PreviousAttributes
	}
}

// varied returns the object in the variant.
func (f *eventFixture) varied(object []byte) ([]byte, error) {
	if f.variant == nil {
		return object, nil
	}
	object, err := Changes(f.variant.Set).apply(object, false)
	if err == nil {
		object, err = Changes(f.variant.Add).apply(object, true)
	}
	for _, path := range f.variant.Remove {
		if err == nil {
			object, err = rawjson.Remove(object, path)
		}
	}
	return object, err
}
