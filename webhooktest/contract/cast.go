package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// make makes the event of a name, after the one that it is about.
func (p *play) make(ctx context.Context, c *contractCase, name string) error {
	spec := c.Events[name]
	if p.events[name] != nil {
		return nil
	}
	var edits []webhooktest.Edit
	if spec.About != "" {
		if err := p.make(ctx, c, spec.About); err != nil {
			return err
		}
		edits = append(edits, webhooktest.About(p.events[spec.About][0]))
	}
	if spec.Version != 0 {
		edits = append(edits, webhooktest.Version(spec.Version))
	}
	for range max(1, spec.Count) {
		p.who.Created = p.next().Unix()
		more, err := p.edits(spec)
		if err != nil {
			return err
		}
		var event *webhooktest.Event
		if payload := spec.payload(p.variant); payload != nil {
			event, err = p.replayed(payload, spec.Exact, p.renamed, more)
		} else {
			event, err = p.eventOf(ctx, p.variant.typeOf(spec.Type), spec.About != "", slices.Concat(edits, more)...)
		}
		if err == nil && c.asksForEffect() {
			event, err = p.varied(event)
		}
		if fixtures.IsThin(p.variant.typeOf(spec.Type)) && errors.Is(err, webhooktest.ErrNoPath) {
			err = render.ErrThin // which may be what the case is about
		}
		if err != nil {
			return err
		}
		p.events[name] = append(p.events[name], event)
		p.roles.Name(event.ID(), event.Body(), name)
	}
	return nil
}

// eventOf makes one event. If it stands for itself, what must come before is
// delivered: about says that it does not.
func (r *runner) eventOf(ctx context.Context, eventType string, about bool, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	if !about {
		before, err := r.prelude(ctx, eventType)
		if err != nil {
			return nil, err
		}
		edits = append(before, edits...)
	}
	return r.newEvent(eventType, edits...)
}

// eventAlone makes an event that no case names. If its object has no id, as a
// balance, it has other amounts each time: it could not be told from the last one.
func (r *runner) eventAlone(ctx context.Context, eventType string) (*webhooktest.Event, error) {
	event, err := r.eventOf(ctx, eventType, false)
	if err != nil {
		return nil, err
	}
	return r.varied(event)
}

// varied returns the event with other amounts, if its object has no id.
func (r *runner) varied(event *webhooktest.Event) (*webhooktest.Event, error) {
	if _, hasID := aboutID(event); hasID || fixtures.IsThin(event.Type()) {
		return event, nil
	}
	object, _ := event.Lookup("data.object")
	by := float64(r.next().Unix() % 9973)
	return event.Edit(raised(object, "data.object", by)...)
}

// raised are the edits that raise all amounts of an object.
func raised(value any, path string, by float64) (edits []webhooktest.Edit) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if amount, isNumber := value[key].(float64); isNumber && key == "amount" {
				edits = append(edits, webhooktest.Set(path+"."+key, int64(amount+by)))
				continue
			}
			edits = append(edits, raised(value[key], path+"."+key, by)...)
		}
	case []any:
		for i, element := range value {
			edits = append(edits, raised(element, path+"."+strconv.Itoa(i), by)...)
		}
	}
	return edits
}

// edits are what the case sets and adds, with variables and placeholders filled in.
func (p *play) edits(spec caseEvent) (edits []webhooktest.Edit, err error) {
	for i, fields := range []render.Changes{spec.Set, spec.Add} {
		change := []func(string, any) webhooktest.Edit{webhooktest.Set, webhooktest.Add}[i]
		for _, path := range slices.Sorted(maps.Keys(fields)) {
			filled, err := render.Compile(p.filled(fields[path]), p.subject.Livemode)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			raw := json.RawMessage(filled.Append(nil, p.who))
			edits = append(edits, change(path, raw))
		}
	}
	return edits, nil
}

// aboutID returns the id of the object that an event is about.
func aboutID(e *webhooktest.Event) (id any, ok bool) {
	if id, ok = e.Lookup("related_object.id"); ok {
		return id, ok
	}
	return e.Lookup("data.object.id")
}
