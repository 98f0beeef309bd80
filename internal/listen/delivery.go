package listen

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// An Endpoint is a URL that receives events.
type Endpoint struct {
	ID         string   `json:"id"` // we_…
	URL        string   `json:"url"`
	Events     []string `json:"enabled_events"` // types, or "*"; empty means all
	APIVersion string   `json:"api_version,omitempty"`
	Connect    bool     `json:"connect,omitempty"` // only events of connected accounts, among those with an account
	Secret     string   `json:"-"`                 // signs its deliveries; never shown

	AnyAccount bool        `json:"any_account,omitempty"` // events with and without an account
	Disabled   bool        `json:"disabled,omitempty"`    // receives nothing; gives up a retry when it comes due
	Header     http.Header `json:"-"`                     // added to its requests
	Reach      *Reach      `json:"-"`                     // limits the addresses of its deliveries; nil means any

	Handler http.Handler `json:"-"` // receives the deliveries in this process, instead of URL
}

// wants reports whether the endpoint receives events of a type and account.
func (e *Endpoint) wants(eventType, account string) bool {
	if e.Disabled || !e.AnyAccount && e.Connect != (account != "") {
		return false
	}
	return len(e.Events) == 0 || slices.Contains(e.Events, "*") || slices.Contains(e.Events, eventType)
}

// The states of a Delivery.
const (
	Waiting   = "waiting"   // for its first attempt or the next
	Sending   = "sending"   // during an attempt
	Delivered = "delivered" // accepted with 2xx
	GivenUp   = "given up"  // not accepted by the end of the schedule, or once with a mutation
	Dropped   = "dropped"   // by chaos
)

// A Delivery is one event for one endpoint.
type Delivery struct {
	ID        string    `json:"id"` // dlv_1, dlv_2, … in order of arrival
	EventID   string    `json:"event_id"`
	Type      string    `json:"type"`
	Account   string    `json:"account,omitempty"`
	Endpoint  string    `json:"endpoint"` // Endpoint.ID
	URL       string    `json:"url"`      // without a password
	State     string    `json:"state"`
	Reason    string    `json:"reason,omitempty"` // why it was given up or dropped
	Created   time.Time `json:"created"`
	Next      time.Time `json:"next,omitzero"` // time of the next attempt
	Mutations []string  `json:"mutations,omitempty"`
	ReplayOf  string    `json:"replay_of,omitempty"` // Delivery.ID
	First     string    `json:"first,omitempty"`     // Delivery.ID: the first of the same submission, if another
	Trigger   Trigger   `json:"trigger,omitzero"`
	Edited    Original  `json:"edited,omitzero"`
	Attempts  []Attempt `json:"attempts,omitempty"`
	Body      []byte    `json:"-"` // the event's JSON, byte for byte
}

// Finished reports whether the delivery will not change any more.
func (d *Delivery) Finished() bool {
	return d.State == Delivered || d.State == GivenUp || d.State == Dropped
}

// Undelivered reports whether the handler still owes a 2xx: the delivery waits or was
// given up. Mutated deliveries do not count, as they may be meant to fail; nor do those
// that chaos dropped, as they never reached the handler.
func (d *Delivery) Undelivered() bool {
	return d.State != Delivered && d.State != Dropped && len(d.Mutations) == 0
}

// Forgery reports whether the delivery must be refused.
func (d *Delivery) Forgery() bool { return Forged(d.Mutations) }

// Forged reports whether mutations make a delivery that must be refused.
func Forged(mutations []string) bool {
	return slices.ContainsFunc(mutations, func(text string) bool {
		m, err := webhooktest.ParseMutation(text)
		return err == nil && m.Forgery()
	})
}

// refused reports whether the last attempt had another answer than 2xx.
func (d *Delivery) refused() bool {
	n := len(d.Attempts)
	return n > 0 && d.Attempts[n-1].Error == "" && !d.Attempts[n-1].Accepted()
}

// failed reports whether the last attempt had a server error.
func (d *Delivery) failed() bool {
	return d.refused() && d.Attempts[len(d.Attempts)-1].Status >= http.StatusInternalServerError
}

// An Attempt is one POST of a Delivery and its result.
type Attempt struct {
	Number       int              `json:"number"` // from 1
	At           time.Time        `json:"at"`
	Duration     time.Duration    `json:"duration"`                  // in nanoseconds
	Request      http.Header      `json:"request_header,omitempty"`  // as sent, without passwords
	Status       int              `json:"status,omitempty"`          // 0: no response
	Response     http.Header      `json:"response_header,omitempty"` // at most maxHeaders
	ResponseBody string           `json:"response_body,omitempty"`   // at most MaxResponseBody bytes
	Error        string           `json:"error,omitempty"`           // why there is no response
	Calls        []stripeapi.Call `json:"calls,omitempty"`           // API calls by handlers during the attempt
}

// Accepted reports whether the handler acknowledged the event: only a 2xx status does.
//
// Source: https://docs.stripe.com/webhooks#fix-http-status-codes
func (a *Attempt) Accepted() bool { return a.Error == "" && a.Status >= 200 && a.Status <= 299 }

func deliveryID(number int) string { return "dlv_" + strconv.Itoa(number) }

// numberOf parses the number in a delivery's ID.
func numberOf(id string) (int, error) {
	number, err := strconv.Atoi(strings.TrimPrefix(id, "dlv_"))
	if err != nil || number < 1 || deliveryID(number) != id {
		return 0, fmt.Errorf("delivery %q: want dlv_ and a number", id)
	}
	return number, nil
}
