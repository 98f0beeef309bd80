package webhooktest

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// DeliverAll delivers a sequence of events, 1 to 1024 at a time, and yields each result
// as soon as it is known; with a concurrency of 1, in the order of the sequence. It stops
// at an error, at the end of the context, or when the loop breaks, and leaves no
// goroutine behind.
//
// With a higher concurrency, another goroutine reads the sequence, one event ahead.
func (e *Endpoint) DeliverAll(ctx context.Context, events iter.Seq[*Event], concurrency int, mutations ...string) iter.Seq2[*Response, error] {
	deliver := func(ctx context.Context, event *Event) outcome {
		response, err := e.Deliver(ctx, event, mutations...)
		return outcome{response, err}
	}
	return func(yield func(*Response, error) bool) {
		switch {
		case concurrency < 1 || concurrency > sockets.MaxConnections:
			yield(nil, fmt.Errorf("concurrency %d: want 1 to %d", concurrency, sockets.MaxConnections))
		case concurrency == 1:
			for event := range events {
				if ctx.Err() != nil || !deliver(ctx, event).pass(ctx, yield) {
					return
				}
			}
		default:
			ctx, cancel := context.WithCancel(ctx)
			outcomes := deliverAtOnce(ctx, events, concurrency, deliver)
			defer func() {
				cancel()
				for range outcomes { // until the last goroutine has ended
				}
			}()
			for o := range outcomes {
				if !o.pass(ctx, yield) {
					return
				}
			}
		}
	}
}

type outcome struct {
	response *Response
	err      error
}

// pass yields the outcome and reports whether to go on. It drops events that the end of
// the context kept from being sent.
func (o outcome) pass(ctx context.Context, yield func(*Response, error) bool) bool {
	if o.err != nil && ctx.Err() != nil {
		return false
	}
	return yield(o.response, o.err) && o.err == nil
}

// deliverAtOnce starts a goroutine that reads the sequence, and a number of others that
// deliver. It closes the channel when all have ended.
func deliverAtOnce(ctx context.Context, events iter.Seq[*Event], concurrency int, deliver func(context.Context, *Event) outcome) <-chan outcome {
	queue, outcomes := make(chan *Event), make(chan outcome, concurrency)
	var workers sync.WaitGroup
	workers.Go(func() {
		defer close(queue)
		for event := range events {
			select {
			case queue <- event:
			case <-ctx.Done():
				return
			}
		}
	})
	for range concurrency {
		workers.Go(func() {
			for event := range queue {
				if ctx.Err() == nil {
					outcomes <- deliver(ctx, event)
				}
			}
		})
	}
	go func() {
		workers.Wait()
		close(outcomes)
	}()
	return outcomes
}

// DeliverTogether delivers events concurrently: it signs all of them, and has a goroutine
// waiting for each, before the first goes out. The same event several times makes
// concurrent copies. Responses are in the order of the events.
func (e *Endpoint) DeliverTogether(ctx context.Context, events []*Event, mutations ...string) ([]*Response, error) {
	copies := make(map[*timestamps]int)
	for _, event := range events {
		if copies[event.attempts]++; copies[event.attempts] > timestampWindow {
			return nil, fmt.Errorf("event %s: more than %d copies at the same time: no two may share a timestamp", event, timestampWindow)
		}
	}
	attempts := make([]*attempt, len(events))
	for i, event := range events {
		var err error
		if attempts[i], err = e.prepare(ctx, event, mutations); err != nil {
			return nil, err
		}
	}
	responses := make([]*Response, len(events))
	start := make(chan struct{})
	var senders sync.WaitGroup
	for i, event := range events {
		senders.Go(func() {
			<-start
			responses[i] = e.send(ctx, event, attempts[i])
		})
	}
	close(start)
	senders.Wait()
	return responses, nil
}
