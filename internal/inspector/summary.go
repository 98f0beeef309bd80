package inspector

import (
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// A summary is a delivery in the list: small, since there are thousands.
type summary struct {
	ID        string    `json:"id"`
	EventID   string    `json:"event_id"`
	Type      string    `json:"type"`
	Account   string    `json:"account,omitempty"`
	Endpoint  string    `json:"endpoint"`
	URL       string    `json:"url"`
	State     string    `json:"state"`
	Reason    string    `json:"reason,omitempty"`
	Created   time.Time `json:"created"`
	Next      time.Time `json:"next,omitzero"`
	Mutations []string  `json:"mutations,omitempty"`
	Forgery   bool      `json:"forgery,omitempty"` // a refusal is right
	ReplayOf  string    `json:"replay_of,omitempty"`
	First     string    `json:"first,omitempty"` // of the deliveries of one event; empty: this one

	Trigger listen.Trigger  `json:"trigger,omitzero"` // groups events
	Edited  listen.Original `json:"edited,omitzero"`

	// Of the last attempt.
	Attempts int     `json:"attempts"` // number of attempts
	Status   int     `json:"status,omitempty"`
	Error    string  `json:"error,omitempty"`
	Millis   float64 `json:"duration_ms,omitempty"`
}

func summarize(d listen.Delivery) summary {
	s := summary{
		ID: d.ID, EventID: d.EventID, Type: d.Type, Account: d.Account, Endpoint: d.Endpoint, URL: d.URL,
		State: d.State, Reason: d.Reason, Created: d.Created, Next: d.Next, Mutations: d.Mutations, ReplayOf: d.ReplayOf,
		Forgery: d.Forgery(), First: d.First, Trigger: d.Trigger, Edited: d.Edited,
		Attempts: len(d.Attempts),
	}
	if n := len(d.Attempts); n > 0 {
		last := d.Attempts[n-1]
		s.Status, s.Error, s.Millis = last.Status, last.Error, millis(last.Duration)
	}
	return s
}

func summaries(deliveries []listen.Delivery) []summary {
	all := make([]summary, len(deliveries))
	for i, d := range deliveries {
		all[i] = summarize(d)
	}
	return all
}

func millis(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// list returns all kept deliveries.
func list(hub *listen.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"deliveries": summaries(hub.Deliveries(0))})
	}
}
