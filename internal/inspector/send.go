package inspector

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// accepted answers with the deliveries that are under way now.
func accepted(w http.ResponseWriter, deliveries []listen.Delivery) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]any{"deliveries": summaries(deliveries)})
}

// failed answers with why something was not delivered.
func failed(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, listen.ErrQueueFull), errors.Is(err, listen.ErrClosed):
		status = http.StatusServiceUnavailable
	case errors.Is(err, listen.ErrNotKept):
		status = http.StatusNotFound
	}
	refuse(w, status, "%v", err)
}

// replay delivers the event of a delivery again.
func (i *inspector) replay(w http.ResponseWriter, r *http.Request, d listen.Delivery) {
	var asked struct {
		Mutations []string `json:"mutations"`
	}
	if !read(w, r, &asked) {
		return
	}
	again, err := i.Hub.Replay(r.Context(), d.ID, asked.Mutations...)
	if err != nil {
		failed(w, err)
		return
	}
	accepted(w, []listen.Delivery{again})
}

// send delivers a payload that somebody wrote.
func (i *inspector) send(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Payload   string   `json:"payload"`
		NewID     bool     `json:"new_id"`
		Mutations []string `json:"mutations"`
	}
	if !read(w, r, &asked) {
		return
	}
	event, err := webhooktest.ParseEvent([]byte(asked.Payload))
	if err != nil {
		misplaced(w, asked.Payload, err)
		return
	}
	if asked.NewID {
		event, err = i.renamed(event)
	}
	if err == nil {
		var deliveries []listen.Delivery
		if deliveries, err = i.Hub.Submit(r.Context(), event, asked.Mutations...); err == nil {
			accepted(w, deliveries)
			return
		}
	}
	failed(w, err)
}

// renamed gives an event an id that no handler has seen.
func (i *inspector) renamed(event *webhooktest.Event) (*webhooktest.Event, error) {
	other, err := i.Source.Event("payment_intent.succeeded")
	if err != nil {
		return nil, err
	}
	return event.Edit(webhooktest.Add("id", other.ID()))
}

// check says whether a text is a payload, while it is being written.
func (i *inspector) check(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Payload string `json:"payload"`
	}
	if !read(w, r, &asked) {
		return
	}
	event, err := webhooktest.ParseEvent([]byte(asked.Payload))
	if err != nil {
		misplaced(w, asked.Payload, err)
		return
	}
	answer(w, map[string]any{"type": event.Type(), "event_id": event.ID()})
}

// A place is where in a text something is wrong.
type place struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in UTF-16 units, as scripts count
}

// misplaced refuses a payload, with the place that the error names.
func misplaced(w http.ResponseWriter, payload string, err error) {
	var at place
	if _, scanErr := fmt.Sscanf(err.Error(), "line %d, column %d", &at.Line, &at.Column); scanErr != nil {
		at = place{1, 1}
	}
	lines := strings.Split(payload, "\n")
	line := lines[min(at.Line, len(lines))-1]
	at.Column = 1 + units(line[:min(at.Column-1, len(line))])
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	_ = json.NewEncoder(w).Encode(refusal{Error: err.Error(), place: &at})
}

// units counts as scripts do: a character beyond the first 65,536 is two.
func units(text string) (n int) {
	for _, r := range text {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
