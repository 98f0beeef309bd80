package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A sender makes events as a subject needs them, delivers them to it, and registers each
// with the local Stripe API.
type sender struct {
	subject  *Subject
	endpoint *webhooktest.Endpoint
	source   *eventSource
	log      *responseLog
	machine  *machine
	dirty    *atomic.Bool // something was sent since the state last settled
	made     *atomic.Bool // the app made an object since then
	binder   *binder
	learned  *calibration

	delivered map[*webhooktest.Event]bool // except forgeries
	objects   *appObjects
	shares    bool // the events of a case share an object of the app

	customer customer           // whom all events are about
	alike    *webhooktest.Event // whose ids those of all new objects are like, or nil

	before []*webhooktest.Event // delivered before those of the case at work

	last  *webhooktest.Response // of the last delivery
	apart bool                  // deliveries meant to be concurrent did not overlap
	raced int                   // bursts of the last race that did overlap
}

// event makes an event for the subject, and registers it.
func (s *sender) event(ctx context.Context, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	return s.registered(s.unregistered(ctx, eventType, edits...))
}

// unregistered makes an event with the subject's edits, about a new object unknown to the
// local API.
func (s *sender) unregistered(ctx context.Context, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	event, err := s.edited(eventType, edits...)
	if err != nil {
		return nil, err
	}
	return s.own(ctx, event)
}

// about makes an event about the objects of another, without registering it.
func (s *sender) about(ctx context.Context, other *webhooktest.Event, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	event, err := s.edited(eventType, append([]webhooktest.Edit{webhooktest.About(other)}, edits...)...)
	if err != nil {
		return nil, err
	}
	return s.inherit(ctx, event, other)
}

// edited makes an event with the subject's edits for its type.
func (s *sender) edited(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	if s.subject.Edit != nil && s.binder.takes(eventType) {
		edits = append(s.subject.Edit(eventType), edits...)
	}
	if shape := s.subject.Variants[eventType]; shape != "" {
		edits = append([]webhooktest.Edit{webhooktest.Variant(shape)}, edits...) // edits of a case come last
	}
	if s.alike != nil {
		edits = append(edits, webhooktest.Alike(s.alike))
	}
	event, err := s.source.event(eventType, edits...)
	if err == nil {
		event, err = inProportion(s.source, s.subject.APIVersion, event)
	}
	if err != nil {
		return nil, err
	}
	return s.customer.takes(event)
}

// registered makes an event known to the local API.
func (s *sender) registered(event *webhooktest.Event, err error) (*webhooktest.Event, error) {
	if err != nil {
		return nil, err
	}
	return event, registerEvent(s, event)
}

// registerEvent makes an event known to the local API, and what it has created.
func registerEvent(s *sender, event *webhooktest.Event) error {
	if err := s.register(event.Body()); err != nil {
		return err
	}
	return registerCreated(s, event)
}

// register makes an event known to the local API before its delivery.
func (s *sender) register(body []byte) error {
	if s.subject.API == nil {
		return nil
	}
	if err := s.subject.API.Add(body); err != nil {
		return fmt.Errorf("local Stripe API: %w", err)
	}
	return nil
}

// registerVariant registers an event with the local API as it is first delivered. Events
// delivered before stay as they were, and forgeries are never registered.
func (s *sender) registerVariant(event *webhooktest.Event, mutations []string) error {
	if s.subject.API == nil || s.delivered[event] || !genuine(mutations) {
		return nil
	}
	if s.delivered == nil {
		s.delivered = make(map[*webhooktest.Event]bool)
	}
	s.delivered[event] = true
	body, err := s.endpoint.Body(event, mutations...)
	if err != nil || bytes.Equal(body, event.Body()) {
		return err
	}
	if err := s.register(body); err != nil {
		return err
	}
	return registerRenamed(s.subject.API, event, body)
}

// deliver delivers an event and records the response.
func (s *sender) deliver(ctx context.Context, event *webhooktest.Event, mutations ...string) (*webhooktest.Response, error) {
	if err := s.registerVariant(event, mutations); err != nil {
		return nil, err
	}
	response, err := deliverPatiently(ctx, s, event, mutations)
	if err == nil && response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") != "" {
		// A rate limit says nothing about the event: deliver it again later.
		if err = s.machine.pause(ctx, retryAfter(response)); err == nil {
			response, err = s.endpoint.Deliver(ctx, event, mutations...)
		}
	}
	if err != nil {
		return nil, err
	}
	s.note(response)
	return response, nil
}

// deliverPatiently makes one attempt. Once a forgery got no response in full time, others are
// given up soon: a handler that returns without a response does so each time.
func deliverPatiently(ctx context.Context, s *sender, event *webhooktest.Event, mutations []string) (*webhooktest.Response, error) {
	if genuine(mutations) {
		return s.endpoint.Deliver(ctx, event, mutations...)
	}
	if s.log.hangs.Load() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(hangsSoon, 20*s.log.pace()))
		defer cancel()
	}
	response, err := s.endpoint.Deliver(ctx, event, mutations...)
	if err == nil && errors.Is(response.Err, context.DeadlineExceeded) {
		s.log.hangs.Store(true)
	}
	return response, err
}

// deliverAll delivers events one after the other.
func (s *sender) deliverAll(ctx context.Context, events []*webhooktest.Event) error {
	for _, event := range events {
		if _, err := s.deliver(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// deliverTogether delivers events concurrently.
func (s *sender) deliverTogether(ctx context.Context, events []*webhooktest.Event, mutations ...string) ([]*webhooktest.Response, error) {
	for _, event := range events {
		if err := s.registerVariant(event, mutations); err != nil {
			return nil, err
		}
	}
	responses, err := s.endpoint.DeliverTogether(ctx, events, mutations...)
	s.note(responses...)
	s.learned.sawTogether(responses)
	// In process, all are ready to run at once, and a handler that never waits leaves no
	// room for a race.
	s.apart = s.apart || s.subject.Handler == nil && !overlap(responses)
	return responses, err
}

// note records responses.
func (s *sender) note(responses ...*webhooktest.Response) {
	s.dirty.Store(true)
	if len(responses) > 0 {
		s.log.add(responses...)
		s.last = responses[len(responses)-1]
	}
}

// retryAfter returns the handler's requested pause, within limits.
func retryAfter(response *webhooktest.Response) time.Duration {
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil {
		seconds = 1
	}
	return min(max(time.Duration(seconds)*time.Second, 100*time.Millisecond), 3*time.Second)
}

// overlap reports whether any two deliveries overlapped.
func overlap(responses []*webhooktest.Response) bool {
	for i, a := range responses {
		for _, b := range responses[i+1:] {
			if !a.Sent.After(b.Sent.Add(b.Duration)) && !b.Sent.After(a.Sent.Add(a.Duration)) {
				return true
			}
		}
	}
	return len(responses) < 2
}
