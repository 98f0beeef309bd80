package listen

import (
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A task is a delivery and everything needed to make it. The lock of the [history] guards
// its Delivery; the rest is fixed from queueing on.
type task struct {
	Delivery
	number    int
	event     *webhooktest.Event // as sent
	to        *destination       // nil until a restored delivery's endpoint is added
	faults    faults
	mutations []string      // unmasked; Delivery.Mutations hides secrets
	changed   chan struct{} // closed at the next change; nil without followers
	size      int           // approximate bytes
	used      *usedSeconds  // nil for a new event
}

// newTask makes a task for a recipient of an event.
func newTask(number int, to recipient, event *webhooktest.Event, s submission) *task {
	return &task{
		Delivery: Delivery{
			ID: deliveryID(number), EventID: event.ID(), Type: event.Type(), Account: s.account,
			Endpoint: to.ID, URL: to.URL, State: Waiting, Created: time.Now(),
			Mutations: withoutSecrets(s.mutations), ReplayOf: s.replayOf,
			Trigger: s.trigger, Edited: s.edited, Body: event.Body(),
		},
		number: number, event: event, to: to.destination, mutations: s.mutations,
		size: taskSize(event, to.APIVersion != "", s.mutations),
	}
}

// withoutSecrets masks the secrets in mutations.
func withoutSecrets(mutations []string) []string {
	var texts []string
	for _, text := range mutations {
		if m, err := webhooktest.ParseMutation(text); err == nil {
			text = m.String()
		}
		texts = append(texts, text)
	}
	return texts
}

// summary returns the delivery without its body.
func (t *task) summary() Delivery {
	d := t.Delivery
	d.Body = nil
	return d
}

// tried returns the number of attempts, from the last one's number: the journal may have
// lost the line of another.
func (t *task) tried() int {
	if len(t.Attempts) == 0 {
		return 0
	}
	return t.Attempts[len(t.Attempts)-1].Number
}

// An outcome is the effect of an attempt on a task.
type outcome struct {
	state   string
	next    time.Time
	reason  string
	attempt *Attempt // nil for none
}

// A submission is an event to deliver.
type submission struct {
	event     *webhooktest.Event
	account   string // of the event
	replayOf  string // Delivery.ID
	trigger   Trigger
	edited    Original
	mutations []string
}
