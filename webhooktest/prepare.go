package webhooktest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// prepare makes a signed attempt and applies the mutations.
func (e *Endpoint) prepare(ctx context.Context, event *Event, mutations []string) (*attempt, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if event == nil || event.attempts == nil {
		return nil, errors.New("no event to deliver: make one with Source.Event or ParseEvent")
	}
	sent, err := e.claim(ctx, event)
	if err != nil {
		return nil, err
	}
	a := &attempt{body: event.body}
	if len(mutations) == 0 {
		a.signature = e.sign(event, sent)
	} else {
		d := draft{attempt: *a, event: event, sent: sent, signing: signing{secrets: e.secrets(), decoy: !event.livemode}}
		d.setTimestamp(sent)
		if err := d.mutate(mutations); err != nil {
			return nil, err
		}
		*a = d.attempt
	}
	event.last.Store(a)
	return a, nil
}

// sign returns the signature header of an unmutated delivery.
func (e *Endpoint) sign(event *Event, sent int64) string {
	var digits [20]byte
	var buffer [512]byte
	s := signing{timestamp: strconv.AppendInt(digits[:0], sent, 10), secrets: e.secrets(), decoy: !event.livemode}
	return string(s.append(buffer[:0], event.body))
}

func (e *Endpoint) secrets() []string {
	if len(e.Secrets) == 0 {
		return defaultSecrets
	}
	return e.Secrets
}

var defaultSecrets = []string{DefaultSecret}

// claim returns a second in which the event has not been sent. If every recent second is
// taken, it waits for the clock.
func (e *Endpoint) claim(ctx context.Context, event *Event) (int64, error) {
	for {
		now := e.now()
		if t, ok := event.attempts.claim(now.Unix()); ok {
			return t, nil
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return 0, fmt.Errorf("event %s: waiting for a second in which it was not sent: %w", event, ctx.Err())
		}
		if !e.now().After(now) {
			return 0, fmt.Errorf("event %s: sent %d times and the clock stands still: no two attempts may share a timestamp", event, timestampWindow)
		}
	}
}

// Body returns the body of a delivery with these mutations. It delivers nothing, and
// leaves later deliveries unchanged.
func (e *Endpoint) Body(event *Event, mutations ...string) ([]byte, error) {
	chosen, err := parseMutations(mutations)
	if err != nil {
		return nil, err
	}
	d := draft{attempt: attempt{body: event.body}, event: event, sent: e.now().Unix()}
	for _, m := range chosen {
		if m.stage != inBody {
			continue
		}
		if err := d.apply(m); err != nil {
			return nil, err
		}
	}
	return d.body, nil
}
