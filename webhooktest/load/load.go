package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// Defaults of a Load.
const (
	DefaultCount       = 1000             // events without Rate, Duration or Count
	DefaultDuration    = 10 * time.Second // with a Rate, without Duration or Count
	DefaultConcurrency = 16               // without a Rate
	DefaultConnections = 256              // with a Rate
	DefaultWait        = 10 * time.Second
)

// A Load is many deliveries to one endpoint. Endpoint and Mix are required.
type Load struct {
	Endpoint *webhooktest.Endpoint

	// Source sets the API version, account and mode of the events. Nil means
	// webhooktest.Source's defaults. Its seed and clock are not used.
	Source *webhooktest.Source

	// Mix lists the event types and flows to send.
	Mix []Share

	// Edits change every event of a type, and the events of a flow as in Source.Flow. Nil
	// means none.
	Edits func(name string) []webhooktest.Edit

	// Fresh, if not nil, returns further edits whose values differ per event: fill replaces
	// {n} in a text with the number of the event among those of its type or flow (from 1, and
	// in instance i from i * 10,000,000 + 1), and {order}, {pi} and others as
	// webhooktest.Event.Fill does. It is called for samples only.
	Fresh func(name string, fill func(text string) string) ([]webhooktest.Edit, error)

	// Rate is the schedule of arrivals. Without one, the next event goes out when a response
	// arrives.
	Rate Rate

	// Duration ends the schedule; a ramp takes that long. 0 means DefaultDuration with a
	// Rate and no Count, otherwise no limit.
	Duration time.Duration

	// Count is the number of events, forgeries included. 0 means DefaultCount without a
	// Rate or a Duration, otherwise no limit.
	Count int

	// Concurrency is the number of concurrent deliveries (with a Rate, the maximum), up to
	// 1024. 0 means DefaultConcurrency, or DefaultConnections with a Rate.
	Concurrency int

	Chaos Chaos

	// Forge is the rate of forgeries, from 0 to 1.
	Forge float64

	// Retries are the waits before each retry of an event that was not accepted.
	Retries []time.Duration

	// Seed determines what Chaos and Forge choose. 0 means a seed derived from the run.
	Seed uint64

	// RunID determines the ids, together with Instance: two runs against one handler need
	// different ones. Empty means a fresh one.
	RunID string

	// Instance distinguishes the senders of one run, from 0 to 238327.
	Instance int

	// State returns what the handler stored: any value that encoding/json encodes, or an
	// io.Reader with JSON, which is read as a stream and closed if it is an io.Closer. Nil
	// means that effects are not judged.
	State func(context.Context) (any, error)

	// Wait is how long to wait for missing effects while none appears. 0 means DefaultWait.
	Wait time.Duration

	// KeepGoing sends on when the handler refuses the first events for what more events would
	// not change, such as their API version: otherwise Run returns a [RefusedError].
	KeepGoing bool

	// Progress, if not nil, is called from time to time, never concurrently.
	Progress func(Progress)
}

// Chaos disturbs deliveries, each with a rate from 0 to 1.
type Chaos struct {
	Duplicate float64 // delivered twice, concurrently
	Reorder   float64 // delivered after the next event
	Delay     float64 // delivered up to ten seconds later
	Drop      float64 // never delivered
}

// maxDelay is the longest delay by chaos.
const maxDelay = 10 * time.Second

// Phases of a run.
const (
	Learning = "learning" // the effect of one clean delivery
	Loading  = "loading"
	Waiting  = "waiting" // for effects
)

// Progress is the progress of a run.
type Progress struct {
	Phase      string
	Text       string // the learned effect
	Elapsed    time.Duration
	Events     int // sent events
	Deliveries int // answered or failed deliveries
	Errors     int
	Rate       float64       // recent deliveries a second
	P50, P99   time.Duration // recent
	Missing    int           // missing effects, while waiting
}

// A RefusedError is the response of a handler that does not even accept a correct delivery:
// before a load, so that nothing can be learned, or at its start.
type RefusedError struct {
	Response *webhooktest.Response
	Refusals int // at the start of the load; 0: before it
}

// Error implements error.
func (e *RefusedError) Error() string {
	text := e.Count() + ": " + e.Response.String()
	if said := e.Response.Excerpt(); said != "" {
		text += ": " + said
	}
	return text
}

// Count says how much was refused.
func (e *RefusedError) Count() string {
	one, all := "was refused", "were all refused"
	if e.Response.Err != nil || e.Response.StatusCode >= http.StatusInternalServerError {
		one, all = "failed", "all failed"
	}
	switch e.Refusals {
	case 0:
		return "a genuine event " + one + " before the load"
	case 1:
		return "the first event of the load " + one
	}
	return fmt.Sprintf("the first %d events of the load %s", e.Refusals, all)
}

// ErrNoEffect means that the state does not show any type of the load.
var ErrNoEffect = errors.New("no event of the load changes the state")

// check returns errors in the fields.
func (l *Load) check() error {
	if l.Endpoint == nil {
		return errors.New("load needs an Endpoint")
	}
	if err := l.Endpoint.Validate(); err != nil {
		return err
	}
	switch {
	case len(l.Mix) == 0:
		return errors.New("load needs event types or flows")
	case l.Concurrency < 0 || l.Concurrency > sockets.MaxConnections:
		return fmt.Errorf("concurrency %d: want 1 to %d", l.Concurrency, sockets.MaxConnections)
	case l.Count < 0:
		return fmt.Errorf("count %d: want 1 or more", l.Count)
	case l.Duration < 0:
		return fmt.Errorf("duration %s: must be positive, such as 10s", l.Duration)
	case l.Rate.From != l.Rate.To && l.Duration == 0 && l.Count > 0:
		return fmt.Errorf("rate %s: a ramp needs a duration", l.Rate)
	case !(l.Forge >= 0 && l.Forge <= 1):
		return fmt.Errorf("forge %v: want a rate from 0 to 1", l.Forge)
	case l.Instance < 0 || l.Instance > MaxInstance:
		return fmt.Errorf("instance %d: want 0 to %d", l.Instance, MaxInstance)
	}
	for _, rate := range []float64{l.Chaos.Duplicate, l.Chaos.Reorder, l.Chaos.Delay, l.Chaos.Drop} {
		if !(rate >= 0 && rate <= 1) {
			return fmt.Errorf("chaos %v: want a rate from 0 to 1", rate)
		}
	}
	return l.checkNames()
}

func (l *Load) checkNames() error {
	seen := make(map[string]bool)
	for _, share := range l.Mix {
		if share.Weight < 0 || share.Weight > maxWeight {
			return fmt.Errorf("weight %d of %s: want 1 to %d", share.Weight, share.Name, maxWeight)
		}
		if seen[share.Name] {
			return fmt.Errorf("%s is in the mix twice", share.Name)
		}
		seen[share.Name] = true
	}
	return nil
}
