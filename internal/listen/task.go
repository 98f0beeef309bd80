package listen

import (
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A task is a delivery and what is needed to make it. The lock of the [history] guards
// its Delivery; the rest is fixed when the task is queued.
type task struct {
	Delivery
	number    int
	event     *webhooktest.Event // as it is sent
	to        *destination       // nil while the endpoint of a restored delivery is missing
	faults    faults
	mutations []string      // as they were given, while Delivery.Mutations hides secrets
	changed   chan struct{} // closed at the next change, nil when nobody follows
	size      int           // bytes, about
	used      *usedSeconds  // nil for an event that is new
}

// newTask makes a task for a recipient of an event.
func newTask(number int, to recipient, event *webhooktest.Event, s submission) *task {
	return &task{
		Delivery: Delivery{
			ID: deliveryID(number), EventID: event.ID(), Type: event.Type(), Account: s.account,
			Endpoint: to.ID, URL: to.URL, State: Waiting, Created: time.Now(),
			Mutations: withoutSecrets(s.mutations), ReplayOf: s.replayOf, Body: event.Body(),
		},
		number: number, event: event, to: to.destination, mutations: s.mutations,
		size: taskSize(event, to.APIVersion != "", s.mutations),
	}
}

// withoutSecrets returns mutations as they may be shown.
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

// summary is the delivery without its body.
func (t *task) summary() Delivery {
	d := t.Delivery
	d.Body = nil
	return d
}

// tried returns the number of attempts. It is the number of the last one: the journal
// may have lost the line of another.
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
	attempt *Attempt // nil when none was made
}

// A submission is an event to be delivered.
type submission struct {
	event     *webhooktest.Event
	account   string // of the event
	replayOf  string // Delivery.ID
	mutations []string
}
