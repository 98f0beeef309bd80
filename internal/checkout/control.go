package checkout

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
)

// ControlPath is where Control is mounted.
const ControlPath = "/fakestripe/completions"

// A Completion is the response of Control: the events that complete an object. The caller
// submits them.
type Completion struct {
	Name   string   `json:"name"`   // of the flow
	Title  string   `json:"title"`  // what happens
	Events []string `json:"events"` // as delivered, in order of arrival
}

// Control returns the handler through which another process completes an object: a POST
// with the parameters object, type, action and api_version. It accepts every request, so
// put a guard before it.
func Control(c *Completer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		w.Header().Set("Content-Type", "application/json")
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, errors.New("want POST"))
			return
		}
		action, err := payment.ParseAction(query.Get("action"))
		var made Completion
		if err == nil {
			made, err = c.events(payment.Request{Object: query.Get("object"), Type: query.Get("type"), Action: action}, query.Get("api_version"))
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		_ = json.NewEncoder(w).Encode(made) // the client may have left
	})
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

// events makes the events. The API registers each when it is submitted.
func (c *Completer) events(r payment.Request, version string) (made Completion, err error) {
	if version == "" {
		version = c.Version
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	flow, err := payment.Flow(&webhooktest.Source{APIVersion: version}, c.API, r)
	if err != nil {
		return made, err
	}
	made.Name, made.Title = flow.Name, flow.Title
	for event := range flow.Events() {
		made.Events = append(made.Events, string(event.Body()))
	}
	return made, nil
}
