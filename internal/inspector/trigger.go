package inspector

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// trigger makes and delivers new events: a flow, or the flow that leads to a type, or the
// type alone. A thin event always comes alone.
func trigger(hub *listen.Hub, source *webhooktest.Source) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Name      string   `json:"name"`
			Alone     bool     `json:"alone"`
			Set       []string `json:"set"`
			Mutations []string `json:"mutations"`
		}
		if !read(w, r, &asked) {
			return
		}
		var deliveries []listen.Delivery
		events, err := eventsOf(source, asked.Name, asked.Alone, asked.Set)
		if err == nil {
			deliveries, err = hub.Play(r.Context(), listen.NewTrigger(asked.Name), slices.Values(events), asked.Mutations...)
		}
		respond(w, deliveries, err)
	}
}

func eventsOf(source *webhooktest.Source, name string, alone bool, set []string) (events []*webhooktest.Event, err error) {
	if name == "" {
		return nil, errors.New("no name: give an event type or a flow")
	}
	changes, err := edits(set)
	if err != nil {
		return nil, err
	}
	if described, err := fixtures.DescribeEvent(name); alone || err == nil && described.Thin {
		event, err := source.Event(name, changes...)
		return []*webhooktest.Event{event}, err
	}
	flow, err := source.Flow(name, changes...)
	if err != nil {
		return nil, err
	}
	for event := range flow.Events() {
		events = append(events, event)
	}
	return events, nil
}

// edits parses lines of path=value, as in --set.
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
