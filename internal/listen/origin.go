package listen

import (
	"crypto/rand"
	"errors"
	"net/url"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A Trigger identifies the events made together: by one fakestripe trigger, or by one on
// the inspector's page.
type Trigger struct {
	ID   string `json:"id"`   // common to all of them
	Name string `json:"name"` // event type or flow
}

// NewTrigger returns a trigger with a new ID.
func NewTrigger(name string) Trigger { return Trigger{ID: "trg_" + rand.Text(), Name: name} }

// Limits of a trigger from another process, in bytes: a delivery keeps both.
const (
	maxTriggerID   = 64
	maxTriggerName = 256
)

// query and triggerIn encode a trigger in the query of Control.
func (t Trigger) query() url.Values {
	if t.ID == "" {
		return url.Values{}
	}
	return url.Values{"trigger": {t.ID}, "trigger_name": {t.Name}}
}

func triggerIn(query url.Values) (Trigger, error) {
	t := Trigger{ID: query.Get("trigger"), Name: query.Get("trigger_name")}
	if len(t.ID) > maxTriggerID || len(t.Name) > maxTriggerName {
		return Trigger{}, errors.New("trigger: longer than 64 bytes, or trigger_name longer than 256")
	}
	return t, nil
}

// An Original names the event from which another was edited by hand.
type Original struct {
	Delivery string `json:"delivery"` // Delivery.ID
	EventID  string `json:"event_id"`
}

// A Request is an event to deliver, with its destination and origin.
type Request struct {
	Event     *webhooktest.Event
	Mutations []string
	Endpoint  string // Endpoint.ID; empty means every endpoint that wants the event
	Trigger   Trigger
	Edited    Original
}
