package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// Output of listen, and of send and trigger when listen delivers for them.

// response converts an attempt for the printer.
func response(event *webhooktest.Event, a *listen.Attempt) *webhooktest.Response {
	r := &webhooktest.Response{
		Event: event, Sent: a.At, Signature: a.Request.Get(webhooktest.SignatureHeader),
		StatusCode: a.Status, Header: a.Response, Body: []byte(a.ResponseBody), Duration: a.Duration,
	}
	if a.Error != "" {
		r.Err = errors.New(a.Error)
	}
	return r
}

// outlook returns the line about the next attempt after a refusal, or "".
func outlook(d listen.Delivery, a *listen.Attempt) string {
	last := a.Number == len(d.Attempts)
	switch {
	case !last, len(d.Mutations) > 0, a.Accepted():
		return ""
	case d.State == listen.GivenUp:
		return indented("given up: " + d.Reason)
	case d.State == listen.Waiting:
		return indented(fmt.Sprintf("attempt %d in %s", a.Number+1, round(d.Next.Sub(a.At.Add(a.Duration)))))
	}
	return ""
}

// attempted is an attempt as JSON.
type attempted struct {
	ID string `json:"delivery"`
	delivery
	Endpoint string    `json:"endpoint"`
	URL      string    `json:"url"`
	Number   int       `json:"attempt"`
	State    string    `json:"state"` // of the delivery, after the attempt
	Reason   string    `json:"reason,omitempty"`
	Next     time.Time `json:"next,omitzero"`
}

func newAttempted(event *webhooktest.Event, d listen.Delivery, a *listen.Attempt, expected expect.Expectation) attempted {
	mutations := d.Mutations
	if mutations == nil {
		mutations = []string{}
	}
	return attempted{
		ID: d.ID, delivery: newDelivery(response(event, a), mutations, expected), Endpoint: d.Endpoint, URL: d.URL,
		Number: a.Number, State: d.State, Reason: d.Reason, Next: d.Next,
	}
}

// A listenPrinter prints the work of a hub.
type listenPrinter struct {
	*printer
	several func() bool // whether there are several endpoints to distinguish

	contained bool
	hinted    sync.Map // URLs already reported as having no listener; attempts end concurrently
}

func newListenPrinter(sh shell, f format) *listenPrinter {
	return &listenPrinter{
		printer:   newPrinter(sh, f, expect.Expectation{}, nil, 1),
		contained: contained(),
	}
}

// accepted prints an event: as JSON, or if nothing else will show it.
func (p *listenPrinter) accepted(event *webhooktest.Event, made []listen.Delivery) {
	if p.format.json() {
		ids := []string{}
		for _, d := range made {
			ids = append(ids, d.ID)
		}
		p.json(map[string]any{"event": map[string]any{
			"event": event.ID(), "type": event.Type(), "deliveries": ids, "body": json.RawMessage(event.Body()),
		}})
	} else if len(made) == 0 {
		p.line(p.outgoing(event, "to nobody"))
	}
}

// changed prints the start or end of an attempt, and deliveries without any.
func (p *listenPrinter) changed(d listen.Delivery) {
	event, err := envelope(d)
	if err != nil {
		return // already printed as an event
	}
	defer p.nowhere(d)
	last := len(d.Attempts) - 1
	switch {
	case d.State == listen.Sending && !p.format.json():
		p.line(p.outgoing(event, p.notes(d)...))
	case d.State == listen.Sending:
	case d.State == listen.Dropped, last < 0:
		p.ended(event, d)
	case p.format.json():
		p.json(map[string]any{"attempt": newAttempted(event, d, &d.Attempts[last], p.expects(d.Mutations))})
	default:
		p.line(p.incoming(d.URL, response(event, &d.Attempts[last]), d.Mutations, p.to(d)...) + outlook(d, &d.Attempts[last]))
	}
}

// nowhere prints, once for each URL, which address would work if nothing listens at it
// inside this container.
func (p *listenPrinter) nowhere(d listen.Delivery) {
	last := len(d.Attempts) - 1
	if last < 0 || d.State == listen.Sending || d.Attempts[last].Error == "" {
		return
	}
	if _, said := p.hinted.Load(d.URL); said {
		return
	}
	hint := nobodyAt(context.Background(), d.URL, p.contained)
	if hint == "" {
		return
	}
	if _, said := p.hinted.LoadOrStore(d.URL, true); !said {
		p.talk("%s", hint)
	}
}

// envelope returns an event with the delivery's ID and type, for printing.
func envelope(d listen.Delivery) (*webhooktest.Event, error) {
	text, err := json.Marshal(map[string]string{"id": d.EventID, "type": d.Type})
	if err != nil {
		return nil, err
	}
	return webhooktest.ParseEvent(text)
}

// ended prints a delivery that ended without an attempt.
func (p *listenPrinter) ended(event *webhooktest.Event, d listen.Delivery) {
	if p.format.json() {
		p.json(map[string]any{"delivery": d})
		return
	}
	notes := append(p.to(d), "("+d.Reason+")")
	p.line(p.outgoing(event, notes...))
}

// notes returns the remarks about a starting attempt.
func (p *listenPrinter) notes(d listen.Delivery) []string {
	notes := append(p.to(d), d.Mutations...)
	if d.ReplayOf != "" {
		notes = append(notes, "(again)")
	}
	if n := len(d.Attempts); n > 0 {
		notes = append(notes, fmt.Sprintf("(attempt %d)", n+1))
	}
	return notes
}

func (p *listenPrinter) to(d listen.Delivery) []string {
	if p.several() {
		return []string{"to " + d.URL}
	}
	return nil
}

const shownUndelivered = 20

// ending prints the summary and the undelivered events.
func (p *listenPrinter) ending(s listen.Summary) {
	if p.format.json() {
		p.json(map[string]any{"summary": s})
		return
	}
	text := fmt.Sprintf("%s, %s, %s: %d delivered, %d given up, %d waiting",
		events(s.Events), deliveries(s.Deliveries), attempts(s.Attempts), s.Delivered, s.GivenUp, s.Waiting)
	if s.Unaccepted > 0 {
		text += fmt.Sprintf(", %d mutated and not accepted", s.Unaccepted)
	}
	if s.Repelled > 0 {
		text += fmt.Sprintf(", %d forged and refused", s.Repelled)
	}
	if s.Crashed > 0 {
		text += fmt.Sprintf(", %d forged and failed with a server error", s.Crashed)
	}
	if s.Taken > 0 {
		text += fmt.Sprintf(", %d FORGED AND ACCEPTED", s.Taken)
	}
	if s.Dropped > 0 {
		text += fmt.Sprintf(", %d dropped", s.Dropped)
	}
	text += "\n"
	if len(s.Undelivered) > 0 {
		text += "never delivered:\n"
	}
	for i, d := range s.Undelivered {
		if i == shownUndelivered {
			text += fmt.Sprintf("  and %d more\n", len(s.Undelivered)-i)
			break
		}
		text += "  " + p.undelivered(d) + "\n"
	}
	p.line(text)
}

func (p *listenPrinter) undelivered(d listen.Delivery) string {
	event, err := envelope(d)
	if err != nil {
		return d.ID
	}
	line := fmt.Sprintf("%s to %s: %s", event, d.URL, d.State)
	if n := len(d.Attempts); n > 0 {
		a := &d.Attempts[n-1]
		answer := fmt.Sprint(a.Status)
		if a.Error != "" {
			answer = a.Error
		}
		return fmt.Sprintf("%s after %s, the last: %s", line, attempts(n), answer)
	}
	if d.Reason != "" {
		line += ": " + d.Reason
	}
	return line
}
