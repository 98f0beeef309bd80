package listen

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// What is kept of an answer.
const (
	MaxResponseBody = 16 << 10 // bytes
	maxHeaders      = 64
	maxHeaderValue  = 2 << 10 // bytes
)

// attempt makes one attempt of a task and records what came of it.
func (h *Hub) attempt(l *lane, t *task) {
	sender, reason := h.begin(l, t)
	if reason != "" {
		h.conclude(t, outcome{state: GivenUp, reason: reason})
		return
	}
	defer h.unuse(sender)
	t.past.burn(h.ctx, t.event)
	called := h.called()
	var sent requestHeader
	ctx := httptrace.WithClientTrace(h.ctx, &httptrace.ClientTrace{WroteHeaderField: sent.add})
	at := time.Now()
	response, err := sender.Deliver(ctx, t.event, t.spoken...)
	if h.ctx.Err() != nil && (err != nil || response.Err != nil) {
		h.interrupted(t)
		return
	}
	attempt := Attempt{Number: t.tried() + 1, At: at, Calls: h.callsSince(called)}
	if err != nil { // it could not be sent at all
		attempt.Error = err.Error()
		h.conclude(t, outcome{GivenUp, time.Time{}, attempt.Error, &attempt})
		return
	}
	attempt.take(response, sent.header())
	attempt.mask(sender.Secrets)
	h.conclude(t, h.outcome(t, &attempt))
}

// tried is how many attempts were made. One of them is missing where a line of the
// journal was damaged.
func (t *task) tried() int {
	if len(t.Attempts) == 0 {
		return 0
	}
	return t.Attempts[len(t.Attempts)-1].Number
}

// begin says that an attempt is under way, or why it is not made.
func (h *Hub) begin(l *lane, t *task) (s *sender, reason string) {
	h.mu.Lock()
	if reason = l.unusable(); reason != "" {
		h.mu.Unlock()
		return nil, reason
	}
	t.State, t.Next = Sending, time.Time{}
	s = l.sender
	s.uses++
	h.notify(t)
	d := t.Delivery
	h.mu.Unlock()
	h.report(d)
	return s, ""
}

// interrupted puts back a task whose attempt does not count: listen has ended.
func (h *Hub) interrupted(t *task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.State = Waiting
	h.notify(t)
}

// An outcome is what an attempt makes of a task.
type outcome struct {
	state   string
	next    time.Time
	reason  string
	attempt *Attempt // nil when none was made
}

// outcome says what becomes of a task after an attempt.
func (h *Hub) outcome(t *task, a *Attempt) outcome {
	switch retry := a.Number - 1; {
	case a.Accepted():
		return outcome{state: Delivered, attempt: a}
	case len(t.spoken) > 0:
		return outcome{GivenUp, time.Time{}, "what is mutated is tried once", a}
	case retry < len(h.Retries):
		return outcome{Waiting, time.Now().Add(h.scaled(h.Retries[retry])), "", a}
	default:
		return outcome{GivenUp, time.Time{}, fmt.Sprintf("not accepted in %s", attempts(a.Number)), a}
	}
}

// conclude records an outcome: first on disk, then for Report, then for everybody else.
// Only then can the next attempt begin, or who follows submit what comes next.
func (h *Hub) conclude(t *task, o outcome) {
	if h.log(newChangeEntry(t.ID, o)) != nil {
		h.interrupted(t) // the hub has stopped, and nobody is told of the attempt
		return
	}
	h.mu.Lock()
	h.apply(t, o)
	d := t.Delivery
	h.mu.Unlock()
	h.report(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.State == Waiting && !h.closed {
		t.timer = time.AfterFunc(time.Until(t.Next), func() { h.wake(t) })
	}
	h.notify(t)
}

// apply changes a task as an outcome says. The lock is held.
func (h *Hub) apply(t *task, o outcome) {
	t.State, t.Next, t.Reason = o.state, o.next, o.reason
	if a := o.attempt; a != nil {
		t.Attempts = append(t.Attempts, *a)
		h.counts.Attempts++
		h.grow(t, a.size())
	}
	if t.Finished() {
		h.finish(t)
	}
}

// grow counts what a task that is not finished holds more than before. The lock is held.
func (h *Hub) grow(t *task, bytes int) {
	t.size += bytes
	h.kept.bytes += bytes
	h.queued.bytes += bytes
}

// size is about how many bytes an attempt takes.
func (a *Attempt) size() int {
	size := overhead + len(a.ResponseBody) + len(a.Error) + sizeOf(a.Request) + sizeOf(a.Response)
	for i := range a.Calls {
		c := &a.Calls[i]
		size += overhead + len(c.Path) + len(c.Query) + sizeOf(c.Params) + len(c.IdempotencyKey) + len(c.Client) + len(c.Error)
	}
	return size
}

// sizeOf is about how many bytes a header or parameters take.
func sizeOf(values map[string][]string) (size int) {
	const each = 16 // bytes of a string without its text
	for name, texts := range values {
		size += each + len(name)
		for _, text := range texts {
			size += each + len(text)
		}
	}
	return size
}

func (h *Hub) called() int {
	if h.API == nil {
		return 0
	}
	return h.API.Called()
}

func (h *Hub) callsSince(n int) []stripeapi.Call {
	if h.API == nil {
		return nil
	}
	return h.API.CallsSince(n)
}

// take fills the attempt with what came of it.
func (a *Attempt) take(r *webhooktest.Response, sent http.Header) {
	a.Duration, a.Status, a.Response = r.Duration, r.StatusCode, trimmed(r.Header)
	a.ResponseBody = strings.ToValidUTF8(string(r.Body[:min(len(r.Body), MaxResponseBody)]), "\uFFFD")
	if r.Err != nil {
		a.Error = r.Err.Error()
	}
	a.Request = sent
	if len(sent) == 0 && r.Signature != "" { // in this process, or without a connection
		a.Request = http.Header{webhooktest.SignatureHeader: {r.Signature}}
	}
}

// mask hides secrets in the answer, the endpoint's own above all.
func (a *Attempt) mask(secrets []string) {
	a.ResponseBody = credential.Hide(a.ResponseBody, secrets...)
	for _, values := range a.Response {
		for i := range values {
			values[i] = credential.Hide(values[i], secrets...)
		}
	}
}

// trimmed is a copy of a header that takes little room.
func trimmed(header http.Header) http.Header {
	if len(header) == 0 {
		return nil
	}
	small := make(http.Header, len(header))
	for name, values := range header {
		if len(small) == maxHeaders {
			break
		}
		values = slices.Clone(values[:min(len(values), maxHeaders)])
		for i, value := range values {
			values[i] = value[:min(len(value), maxHeaderValue)]
		}
		small[name] = values
	}
	return small
}

// A requestHeader collects the header of a request as it is written to the network.
// The transport may still write it when the answer is there.
type requestHeader struct {
	mu     sync.Mutex
	fields http.Header
}

// credentials are the headers whose values are not kept.
var credentials = []string{"Authorization", "Proxy-Authorization", "Cookie"}

func (h *requestHeader) add(name string, values []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fields == nil {
		h.fields = make(http.Header)
	}
	if slices.Contains(credentials, textproto.CanonicalMIMEHeaderKey(name)) {
		values = []string{"…"}
	}
	h.fields[name] = slices.Clone(values) // a second connection writes it again
}

func (h *requestHeader) header() http.Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fields.Clone()
}

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}
