package webhooktest

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// MaxConcurrency is how many deliveries DeliverAll makes at a time, at the most.
const MaxConcurrency = 1024

// DeliverAll delivers events as they come from a sequence, so many at a time, and
// yields what came of each as soon as it is known: with a concurrency of 1 in the
// sequence's order. An error ends it, as does the end of the context or of the
// loop. No goroutine is left when the loop is.
//
// The sequence is read from a goroutine of its own unless concurrency is 1.
func (e *Endpoint) DeliverAll(ctx context.Context, events iter.Seq[*Event], concurrency int, mutations ...string) iter.Seq2[*Response, error] {
	deliver := func(ctx context.Context, event *Event) outcome {
		response, err := e.Deliver(ctx, event, mutations...)
		return outcome{response, err}
	}
	return func(yield func(*Response, error) bool) {
		switch {
		case concurrency < 1 || concurrency > MaxConcurrency:
			yield(nil, fmt.Errorf("concurrency %d: want 1 to %d", concurrency, MaxConcurrency))
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

// pass yields the outcome and reports whether to go on. What the end of the
// context kept from being sent at all is no outcome.
func (o outcome) pass(ctx context.Context, yield func(*Response, error) bool) bool {
	if o.err != nil && ctx.Err() != nil {
		return false
	}
	return yield(o.response, o.err) && o.err == nil
}

// deliverAtOnce starts one goroutine that reads the events and so many that
// deliver them. The channel closes when all have ended.
func deliverAtOnce(ctx context.Context, events iter.Seq[*Event], concurrency int, deliver func(context.Context, *Event) outcome) <-chan outcome {
	queue := make(chan *Event)
	outcomes := make(chan outcome)
	var senders sync.WaitGroup
	for range concurrency {
		senders.Go(func() {
			for event := range queue {
				outcomes <- deliver(ctx, event)
			}
		})
	}
	go func() {
		defer close(outcomes)
		defer senders.Wait()
		defer close(queue)
		for event := range events {
			select {
			case queue <- event:
			case <-ctx.Done():
				return
			}
		}
	}()
	return outcomes
}

// DeliverTogether delivers events at the same time: each is signed beforehand and
// has a goroutine waiting when the first goes out. The same event several times
// over gives concurrent copies. The responses are in the order of the events.
func (e *Endpoint) DeliverTogether(ctx context.Context, events []*Event, mutations ...string) ([]*Response, error) {
	wires := make([]*wire, len(events))
	for i, event := range events {
		var err error
		if wires[i], err = e.prepare(ctx, event, mutations); err != nil {
			return nil, err
		}
	}
	responses := make([]*Response, len(events))
	start := make(chan struct{})
	var senders sync.WaitGroup
	for i, event := range events {
		senders.Go(func() {
			<-start
			responses[i] = e.send(ctx, event, wires[i])
		})
	}
	close(start)
	senders.Wait()
	return responses, nil
}
