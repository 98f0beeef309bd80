package inspector

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// respond returns the new deliveries, or the reason why there are none.
func respond(w http.ResponseWriter, deliveries []listen.Delivery, err error) {
	if err != nil {
		failed(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]any{"deliveries": summaries(deliveries)})
}

// failed returns the reason why nothing was delivered.
func failed(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, listen.ErrQueueFull), errors.Is(err, listen.ErrClosed):
		status = http.StatusServiceUnavailable
	case errors.Is(err, listen.ErrNotKept), errors.Is(err, listen.ErrNoEndpoint):
		status = http.StatusNotFound
	}
	refuse(w, status, "%v", err)
}

// replay delivers the event of a delivery again.
func replay(hub *listen.Hub) deliveryHandler {
	return func(w http.ResponseWriter, r *http.Request, d listen.Delivery) {
		var asked struct {
			Mutations []string `json:"mutations"`
			Endpoint  string   `json:"endpoint"` // ID; empty means that of the delivery
		}
		if !read(w, r, &asked) {
			return
		}
		again, err := hub.Replay(r.Context(), d.ID, asked.Endpoint, asked.Mutations...)
		respond(w, []listen.Delivery{again}, err)
	}
}

// send delivers a payload written on the page.
func send(hub *listen.Hub, source *webhooktest.Source) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Payload   string   `json:"payload"`
			NewID     bool     `json:"new_id"`
			Mutations []string `json:"mutations"`
			Endpoint  string   `json:"endpoint"` // ID; empty means every one that takes the event
			From      string   `json:"from"`     // ID of the delivery whose event was edited
		}
		if !read(w, r, &asked) {
			return
		}
		event, ok := parse(w, asked.Payload)
		if !ok {
			return
		}
		var deliveries []listen.Delivery
		var err error
		if asked.NewID {
			event, err = renamed(event, source)
		}
		if err == nil {
			deliveries, err = hub.Submit(r.Context(), listen.Request{
				Event: event, Mutations: asked.Mutations, Endpoint: asked.Endpoint, Edited: original(hub, asked.From),
			})
		}
		respond(w, deliveries, err)
	}
}

// original names the delivery that a payload was edited from, if it is still kept.
func original(hub *listen.Hub, id string) listen.Original {
	if d, ok := hub.Delivery(id); ok {
		return listen.Original{Delivery: id, EventID: d.EventID}
	}
	return listen.Original{}
}

// renamed gives an event an ID new to every handler.
func renamed(event *webhooktest.Event, source *webhooktest.Source) (*webhooktest.Event, error) {
	other, err := source.Event("payment_intent.succeeded")
	if err != nil {
		return nil, err
	}
	return event.Edit(webhooktest.Add("id", other.ID()))
}
