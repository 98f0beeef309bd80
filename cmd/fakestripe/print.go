package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// All output of send and demo. Results go to stdout: lines for people, or only JSON, one
// value per line. Everything else goes to stderr. Color and the progress bar are for
// terminals.

const timeLayout = "2006-01-02 15:04:05" // the Stripe CLI's

// A printer prints attempts and their answers, concurrently.
type printer struct {
	shell
	format    format
	color     bool
	expected  expect.Expectation
	mutations []string // as shown
	started   time.Time
	advised   sync.Map // endpoints and causes

	mu    sync.Mutex
	bar   progress
	tally tally
	err   error // from standard output
}

// newPrinter returns a printer for a number of deliveries with the same mutations and the
// same expected answer.
func newPrinter(sh shell, f format, expected expect.Expectation, mutations []string, total int) *printer {
	p := &printer{shell: sh, format: f, expected: expected, mutations: []string{}, started: time.Now()}
	p.tally.planned = total
	p.color = sh.terminal(sh.out) && sh.getenv("NO_COLOR") == ""
	for _, text := range mutations {
		if m, err := webhooktest.ParseMutation(text); err == nil {
			p.mutations = append(p.mutations, m.String())
		}
	}
	if sh.terminal(sh.err) && total > 1 {
		p.bar = progress{out: sh.err, total: total, started: p.started}
	}
	return p
}

// attempt prints an outgoing event.
func (p *printer) attempt(event *webhooktest.Event) {
	if !p.format.json() {
		p.line(p.outgoing(event, p.mutations...))
	}
}

// outgoing formats the line of an outgoing event, with remarks.
func (p *printer) outgoing(event *webhooktest.Event, notes ...string) string {
	line := fmt.Sprintf("%s   --> %s %s", p.time(time.Now()), event, strings.Join(notes, " "))
	return strings.TrimRight(line, " ") + "\n"
}

// response prints the result.
func (p *printer) response(r *webhooktest.Response) {
	p.count(r)
	if p.format.json() {
		p.json(newDelivery(r, p.mutations, p.expected))
		return
	}
	p.line(p.incoming("", r, p.mutations))
}

// count adds an answer to the tally.
func (p *printer) count(r *webhooktest.Response) {
	p.tallied(func(t *tally) {
		t.add(r, p.expected.Met(r.StatusCode, r.Err))
		t.nobody = errors.Is(r.Err, syscall.ECONNREFUSED)
	})
}

// nobodyListens reports whether the last delivery got no answer because nothing listens at
// the target.
func (p *printer) nobodyListens() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tally.nobody
}

func (p *printer) tallied(change func(*tally)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.tally)
	p.bar.done, p.bar.total = p.tally.deliveries(), p.tally.planned
}

// incoming formats the line of an endpoint's answer with remarks and, after a refusal, the
// handler's text and an advice.
func (p *printer) incoming(to string, r *webhooktest.Response, mutations []string, notes ...string) string {
	right := p.expects(mutations).Met(r.StatusCode, r.Err)
	line := fmt.Sprintf("%s  <--  %s %s", p.time(time.Now()), p.status(r, right), strings.Join(notes, " "))
	line = strings.TrimRight(line, " ") + "\n"
	if !r.Accepted() && len(r.Body) > 0 {
		line += indented(r.Excerpt())
	}
	if given, ok := adviceOn(r, mutations); ok && (given.always || !right) {
		line += p.advise(to, given)
	}
	return line
}

// summary prints the tally of several deliveries.
func (p *printer) summary() {
	p.close()
	p.tally.took = time.Since(p.started)
	switch {
	case p.tally.planned+p.tally.unwanted == 1 || p.tally.deliveries() == 0:
	case p.format.json():
		p.json(map[string]any{"summary": p.tally.json()})
	default:
		p.line(p.tally.String() + "\n")
	}
}

// verdict returns errShort unless every delivery ended as expected.
func (p *printer) verdict() error {
	if p.err != nil {
		return p.err
	}
	if p.tally.deliveries() == 0 || !p.tally.asExpected() {
		return errShort
	}
	return nil
}

// close removes the progress bar.
func (p *printer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.clear()
	p.bar = progress{}
}

// line prints to stdout, above the progress bar.
func (p *printer) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.clear()
	if _, err := io.WriteString(p.out, text); err != nil {
		p.err = err
	}
	p.bar.draw(time.Now())
}

func (p *printer) json(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		line = []byte(fmt.Sprintf(`{"error":%q}`, err))
	}
	p.line(string(line) + "\n")
}

// talk prints to stderr.
func (p *printer) talk(format string, args ...any) {
	fmt.Fprintf(p.shell.err, "fakestripe: "+format+"\n", args...)
}

// hint prints a hint to stderr, if there is one.
func (p *printer) hint(text string) {
	if text != "" {
		p.talk("%s", text)
	}
}

// indented formats a line that belongs to the one above.
func indented(text string) string {
	return strings.Repeat(" ", len(timeLayout)+len("  <--  ")) + text + "\n"
}

func (p *printer) time(t time.Time) string { return p.paint("2", t.Format(timeLayout)) }

// expects returns the expected answer: that of --expect or, by default, a refusal of a
// forgery and 2xx of anything else.
func (p *printer) expects(mutations []string) expect.Expectation {
	if p.expected.String() != "" {
		return p.expected
	}
	return usual(mutations)
}

// status formats the answer, with a right code in green: a refused forgery is right, an
// accepted one is red.
func (p *printer) status(r *webhooktest.Response, right bool) string {
	color := "1;31"
	switch {
	case right:
		color = "1;32"
	case r.Err == nil && !r.Accepted() && r.StatusCode < 500:
		color = "1;33"
	}
	answer := r.String()
	bracket := strings.IndexByte(answer, ']') + 1
	return p.paint(color, answer[:bracket]) + answer[bracket:]
}

func (p *printer) paint(code, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// A delivery is an attempt and its answer as JSON.
type delivery struct {
	Event     string      `json:"event"`
	Type      string      `json:"type"`
	Mutations []string    `json:"mutations"`
	Sent      time.Time   `json:"sent"`
	Signature string      `json:"signature"`
	Status    int         `json:"status"` // 0: no answer
	Accepted  bool        `json:"accepted"`
	Error     string      `json:"error,omitempty"`
	Duration  float64     `json:"duration_ms"`
	Headers   http.Header `json:"headers"`
	Body      string      `json:"body"`
	Truncated bool        `json:"truncated,omitempty"`
	Wanted    string      `json:"wanted_version,omitempty"` // the API version that the handler's SDK expects
	Right     bool        `json:"as_expected"`
	Refusal   *refused    `json:"refusal,omitempty"` // the meaning of the answer, if known
}

// refused is the meaning of a refusal, as JSON.
type refused struct {
	Cause   string `json:"cause"`
	Problem string `json:"problem"`
	Fix     string `json:"fix"`
}

func newDelivery(r *webhooktest.Response, mutations []string, expected expect.Expectation) delivery {
	d := delivery{
		Event: r.Event.ID(), Type: r.Event.Type(), Mutations: mutations,
		Sent: r.Sent.UTC(), Signature: r.Signature,
		Status: r.StatusCode, Accepted: r.Accepted(), Right: expected.Met(r.StatusCode, r.Err), Duration: milliseconds(r.Duration),
		Headers: r.Header, Body: credential.Hide(string(r.Body)), Truncated: r.Truncated,
	}
	if r.Err != nil {
		d.Error = r.Err.Error()
	}
	if said, ok := refusalOf(r); ok {
		d.Wanted = said.Want
	} else if said, ok := readingOf(r, mutations); ok && !d.Right {
		d.Refusal = &refused{said.ID, said.Said(), said.Fix}
	}
	return d
}

// usual returns the expected answer to a delivery with mutations.
func usual(mutations []string) expect.Expectation {
	text := "2xx"
	if listen.Forged(mutations) {
		text = "!2xx"
	}
	expected, err := expect.Parse(text)
	if err != nil {
		panic(err) // a constant
	}
	return expected
}
