package listen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// ControlPath is the path of Control.
const ControlPath = "/fakestripe/events"

// MaxEvent is the maximum size of an event accepted by Control, in bytes.
const MaxEvent = 16 << 20

// A controlLine is a line of Control's response: a delivery after a change, or the end.
type controlLine struct {
	Delivery *Delivery `json:"delivery,omitempty"`
	End      string    `json:"end,omitempty"`
}

// The values of End, in the last line.
const (
	endFinished = "finished" // all deliveries have finished
	endClosed   = "closed"   // listen ended first
)

// Control returns the handler for submitting events from another process: POST the event
// as the body, with one mutate parameter per mutation, and a trigger and trigger_name
// that events made together share. The response is JSON lines: each
// delivery at once and again after each change, as from [Hub.Follow], until all have
// finished. Errors are {"error": "…"}.
//
// Control authenticates no one: put a guard in front of it.
func Control(h *Hub) http.Handler {
	mux := http.NewServeMux()
	large := make(intake, 1)
	mux.HandleFunc("POST "+ControlPath, func(w http.ResponseWriter, r *http.Request) {
		deliveries, err := large.submit(h, w, r)
		if err != nil {
			refuse(w, err)
			return
		}
		stream(h, w, r, deliveries)
	})
	return mux
}

// largeEvent is the size in bytes above which events are read one at a time: reading,
// parsing and writing an event takes several times its size.
const largeEvent = 1 << 20

// An intake admits one large event at a time.
type intake chan struct{}

// maxTurn limits the wait of a large event for those before it. It is generous: a slow
// disk takes seconds for each.
const maxTurn = 5 * time.Minute

var errBusy = fmt.Errorf("other large events took longer than %s: send this one again", maxTurn)

func (i intake) submit(h *Hub, w http.ResponseWriter, r *http.Request) ([]Delivery, error) {
	if r.ContentLength < 0 || r.ContentLength > largeEvent {
		select {
		case i <- struct{}{}:
			defer func() { <-i }()
		case <-time.After(maxTurn):
			return nil, errBusy
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	event, err := readEvent(w, r)
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	trigger, err := triggerIn(query)
	if err != nil {
		return nil, err
	}
	return h.Submit(r.Context(), Request{Event: event, Trigger: trigger, Mutations: query["mutate"]})
}

func readEvent(w http.ResponseWriter, r *http.Request) (*webhooktest.Event, error) {
	in := http.MaxBytesReader(w, r.Body, MaxEvent)
	if r.ContentLength < 0 || r.ContentLength > MaxEvent {
		body, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		return webhooktest.ParseEvent(body)
	}
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, err
	}
	return webhooktest.ParseEvent(body)
}

func refuse(w http.ResponseWriter, err error) {
	status, tooLarge := http.StatusBadRequest, (*http.MaxBytesError)(nil)
	switch {
	case errors.Is(err, ErrQueueFull), errors.Is(err, ErrClosed), errors.Is(err, errBusy):
		status = http.StatusServiceUnavailable
	case errors.Is(err, os.ErrDeadlineExceeded):
		status, err = http.StatusRequestTimeout, errors.New("the event took too long to arrive")
	case errors.As(err, &tooLarge):
		status, err = http.StatusRequestEntityTooLarge, fmt.Errorf("the event is larger than %d MiB", MaxEvent>>20)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()}) // the client may have left
}

// stream writes the progress of the deliveries.
func stream(h *Hub, w http.ResponseWriter, r *http.Request, deliveries []Delivery) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := &lines{encoder: json.NewEncoder(w), flush: http.NewResponseController(w).Flush, end: endFinished}
	for i := range deliveries {
		out.write(controlLine{Delivery: &deliveries[i]})
	}
	var following sync.WaitGroup
	for _, last := range deliveries {
		following.Go(func() {
			for last = range h.Follow(r.Context(), last.ID) {
				out.write(controlLine{Delivery: &last})
			}
			if !last.Finished() {
				out.closed()
			}
		})
	}
	following.Wait()
	out.write(controlLine{End: out.end})
}

// lines writes JSON lines from several goroutines.
type lines struct {
	mu      sync.Mutex
	encoder *json.Encoder
	flush   func() error
	end     string
}

func (l *lines) write(line controlLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.encoder.Encode(line) // the client may have left
	_ = l.flush()
}

func (l *lines) closed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = endClosed
}
