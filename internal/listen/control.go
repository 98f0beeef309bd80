package listen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// ControlPath is where Control is mounted.
const ControlPath = "/fakestripe/events"

// MaxEvent is the size in bytes of the largest event that Control takes.
const MaxEvent = 16 << 20

// A controlLine is a line of Control's answer: a delivery after a change, or the last.
type controlLine struct {
	Delivery *Delivery `json:"delivery,omitempty"`
	End      string    `json:"end,omitempty"`
}

// The last lines.
const (
	endFinished = "finished" // as are all deliveries
	endClosed   = "closed"   // listen has ended before
)

// Control returns the handler by which another process submits an event: a POST with the
// event as its body and a mutate parameter for each mutation. The answer is JSON lines:
// each delivery at once, then again after each change, as [Hub.Follow] yields it, until
// all are finished. A refusal is {"error": "…"}.
//
// It lets every request in: a guard stands before it.
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

// largeEvent is the size in bytes from which events are taken one at a time: reading,
// parsing and writing one needs several times its size.
const largeEvent = 1 << 20

// An intake lets in one large event at a time.
type intake chan struct{}

func (i intake) submit(h *Hub, w http.ResponseWriter, r *http.Request) ([]Delivery, error) {
	if r.ContentLength < 0 || r.ContentLength > largeEvent {
		select {
		case i <- struct{}{}:
			defer func() { <-i }()
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	event, err := readEvent(w, r)
	if err != nil {
		return nil, err
	}
	return h.Submit(r.Context(), event, r.URL.Query()["mutate"]...)
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
	case errors.Is(err, ErrQueueFull), errors.Is(err, ErrClosed):
		status = http.StatusServiceUnavailable
	case errors.As(err, &tooLarge):
		status, err = http.StatusRequestEntityTooLarge, fmt.Errorf("the event is larger than %d MiB", MaxEvent>>20)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()}) // who asked may be gone
}

// stream writes what becomes of the deliveries.
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

// lines writes JSON lines for several goroutines.
type lines struct {
	mu      sync.Mutex
	encoder *json.Encoder
	flush   func() error
	end     string
}

func (l *lines) write(line controlLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.encoder.Encode(line) // who asked may be gone
	_ = l.flush()
}

func (l *lines) closed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = endClosed
}
