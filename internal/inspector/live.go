package inspector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
)

const (
	gather    = 50 * time.Millisecond  // changes within it go out together
	calm      = 500 * time.Millisecond // between two full lists
	heartbeat = 10 * time.Second       // keeps the connection visibly alive
	patience  = 10 * time.Second       // with a stalled reader
	chunk     = 500                    // deliveries per message
)

// A stream is one reader of the live list. Messages are server-sent events: "reset"
// (discard everything so far), "endpoints", "deliveries" (each replaces the one with its
// ID), and "ready" (the list is complete; changes follow). A reader that reconnects, or
// was too slow for the hub, starts over and misses nothing.
type stream struct {
	hub       *listen.Hub
	greeting  greeting
	w         http.ResponseWriter
	control   *http.ResponseController
	endpoints []listen.Endpoint
	pending   []summary
	at        map[string]int // index into pending, by delivery
	began     time.Time      // time of the last full list
	lost      bool           // changes since then
}

// A greeting is the page's data besides deliveries.
type greeting struct {
	Trigger string `json:"trigger"` // command
	Version string `json:"version"`
}

// live sends the full list, then changes, until the reader leaves.
func live(hub *listen.Hub, hello greeting) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		changes, cancel := hub.Watch()
		defer cancel()
		s := &stream{hub: hub, greeting: hello, w: w, control: http.NewResponseController(w), at: make(map[string]int)}
		if s.start() == nil {
			s.run(r.Context(), changes)
		}
	}
}

// run sends changes until the context ends, the hub closes, or a write fails.
func (s *stream) run(ctx context.Context, changes <-chan listen.Delivery) {
	var due <-chan time.Time
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case change, ok := <-changes:
			switch {
			case !ok:
				return // the hub has closed
			case change.ID == "": // this reader was too slow
				s.lost, due = true, time.After(time.Until(s.began.Add(calm)))
			default:
				s.add(change)
				if due == nil {
					due = time.After(gather)
				}
			}
		case <-due:
			due, err = nil, s.flush()
		case <-beat.C:
			err = s.beat()
		}
		if err != nil {
			return
		}
	}
}

// start sends the full list.
func (s *stream) start() error {
	s.began, s.lost = time.Now(), false
	s.pending, s.at = nil, make(map[string]int)
	if err := s.send("reset", s.greeting); err != nil {
		return err
	}
	s.endpoints = nil
	if err := s.sendEndpoints(); err != nil {
		return err
	}
	for part := range slices.Chunk(s.hub.Deliveries(0), chunk) {
		if err := s.send("deliveries", summaries(part)); err != nil {
			return err
		}
	}
	return s.send("ready", struct{}{})
}

// add queues a change; only the latest of a delivery is sent.
func (s *stream) add(d listen.Delivery) {
	if place, ok := s.at[d.ID]; ok {
		s.pending[place] = summarize(d)
		return
	}
	s.at[d.ID] = len(s.pending)
	s.pending = append(s.pending, summarize(d))
}

// flush sends the queued changes.
func (s *stream) flush() error {
	if s.lost {
		return s.start()
	}
	if err := s.sendEndpoints(); err != nil {
		return err
	}
	for part := range slices.Chunk(s.pending, chunk) {
		if err := s.send("deliveries", part); err != nil {
			return err
		}
	}
	s.pending = s.pending[:0]
	clear(s.at)
	return nil
}

func (s *stream) beat() error {
	if err := s.sendEndpoints(); err != nil {
		return err
	}
	return s.send("beat", struct{}{})
}

// sendEndpoints sends the endpoints after a change. The JSON omits their secrets.
func (s *stream) sendEndpoints() error {
	now := s.hub.Endpoints()
	same := slices.EqualFunc(now, s.endpoints, func(a, b listen.Endpoint) bool {
		return a.ID == b.ID && a.URL == b.URL && slices.Equal(a.Events, b.Events)
	})
	if same && s.endpoints != nil {
		return nil
	}
	shown := make([]listen.Endpoint, len(now)) // not nil
	for i, endpoint := range now {
		endpoint.URL = plain(endpoint.URL)
		shown[i] = endpoint
	}
	s.endpoints = append([]listen.Endpoint{}, now...)
	return s.send("endpoints", shown)
}

// send writes one message. A reader that does not take it in time is dropped, and may
// reconnect.
func (s *stream) send(event string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, data); err != nil {
		return err
	}
	return s.control.Flush()
}
