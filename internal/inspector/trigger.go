package inspector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

type mutation struct {
	Name    string `json:"name"`
	Example string `json:"example,omitempty"` // of a value; empty when it takes none
	Doc     string `json:"doc"`
}

// types answers with all that can be chosen on the page.
func (i *inspector) types(w http.ResponseWriter, _ *http.Request) {
	version := i.Source.APIVersion
	if version == "" {
		version = fixtures.DefaultVersion
	}
	types, flows, mutations := []fixtures.EventType{}, []fixtures.FlowType{}, []mutation{}
	for _, name := range slices.Concat(fixtures.Types(version), fixtures.ThinTypes()) {
		if described, err := fixtures.DescribeEvent(name); err == nil {
			types = append(types, described)
		}
	}
	for _, name := range fixtures.Flows() {
		if described, err := fixtures.DescribeFlow(name); err == nil {
			flows = append(flows, described)
		}
	}
	for _, m := range webhooktest.Mutations() {
		mutations = append(mutations, mutation{m.Name, m.Example, m.Doc})
	}
	answer(w, map[string]any{"types": types, "flows": flows, "mutations": mutations})
}

// trigger makes new events and delivers them: those of a flow, or of the flow that
// leads to a type, or the type alone, as a thin one always is.
func (i *inspector) trigger(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Name      string   `json:"name"`
		Alone     bool     `json:"alone"`
		Set       []string `json:"set"`
		Mutations []string `json:"mutations"`
	}
	if !read(w, r, &asked) {
		return
	}
	events, err := i.events(asked.Name, asked.Alone, asked.Set)
	if err != nil {
		failed(w, err)
		return
	}
	var all []listen.Delivery
	for n, event := range events {
		if n > 0 {
			i.answered(r.Context(), all)
		}
		deliveries, err := i.Hub.Submit(r.Context(), event, asked.Mutations...)
		if err != nil {
			failed(w, err)
			return
		}
		all = append(all, deliveries...)
	}
	accepted(w, all)
}

// turn is how long an event of a flow waits for the one before to be answered, so
// that they arrive in their order where a handler is not slow.
const turn = time.Second

func (i *inspector) answered(ctx context.Context, deliveries []listen.Delivery) {
	ctx, cancel := context.WithTimeout(ctx, turn)
	defer cancel()
	for _, d := range deliveries {
		for now := range i.Hub.Follow(ctx, d.ID) {
			if len(now.Attempts) > 0 {
				break
			}
		}
	}
}

func (i *inspector) events(name string, alone bool, set []string) (events []*webhooktest.Event, err error) {
	if name == "" {
		return nil, errors.New("no name: give an event type or a flow")
	}
	changes, err := edits(set)
	if err != nil {
		return nil, err
	}
	if described, err := fixtures.DescribeEvent(name); alone || err == nil && described.Thin {
		event, err := i.Source.Event(name, changes...)
		return []*webhooktest.Event{event}, err
	}
	flow, err := i.Source.Flow(name, changes...)
	if err != nil {
		return nil, err
	}
	for event := range flow.Events() {
		events = append(events, event)
	}
	return events, nil
}

// edits reads lines of path=value, as --set has them.
func edits(lines []string) ([]webhooktest.Edit, error) {
	var all []webhooktest.Edit
	for _, line := range lines {
		path, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("%q: want path=value, such as data.object.amount=4200", line)
		}
		var raw json.RawMessage
		switch err := json.Unmarshal([]byte(value), &raw); {
		case err == nil:
			all = append(all, webhooktest.Set(path, raw))
		case value != "" && strings.ContainsRune(`{["`, rune(value[0])):
			return nil, fmt.Errorf("%q: the value is no JSON: %w", line, err)
		default:
			all = append(all, webhooktest.Set(path, value))
		}
	}
	return all, nil
}
