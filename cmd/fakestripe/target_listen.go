package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A listenTarget is a running listen that delivers.
type listenTarget struct {
	client *listen.Client
	wait   time.Duration // for the result of each event

	mu  sync.Mutex
	err error
}

// openListen requires a running listen.
func openListen(ctx context.Context, base string, wait time.Duration) (*listenTarget, error) {
	if wait <= 0 {
		return nil, notPositive("--wait", wait, defaultWait.String())
	}
	client, err := listen.NewClient(base)
	if err != nil {
		return nil, fmt.Errorf("--api-base: %w", err)
	}
	if err = client.Check(ctx); err != nil || ctx.Err() != nil {
		client.Close()
	}
	switch {
	case ctx.Err() != nil:
		return nil, errors.New("interrupted")
	case err != nil:
		return nil, fmt.Errorf("no --to, and %w: start one, or give --to URL", err)
	}
	return &listenTarget{client: client, wait: wait}, nil
}

func (l *listenTarget) close() { l.client.Close() }

// maxUnfinished limits the events waiting for retries of their deliveries.
const maxUnfinished = 256

// deliver submits the events and prints the results. A limited number wait for the first
// answer from each endpoint; waiting for retries does not hold up others.
func (l *listenTarget) deliver(ctx context.Context, p *printer, events iter.Seq[*webhooktest.Event], concurrency int, mutations []string) error {
	defer p.close()
	p.talk("listen at %s delivers", l.client.Base())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	first, all := make(chan struct{}, concurrency), make(chan struct{}, max(concurrency, maxUnfinished))
	var following sync.WaitGroup
	for event := range events {
		all <- struct{}{}
		first <- struct{}{}
		if ctx.Err() != nil || l.failed() != nil {
			break
		}
		following.Go(func() {
			answered := sync.OnceFunc(func() { <-first })
			defer func() { answered(); <-all }()
			if err := l.follow(ctx, p, event, mutations, answered); err != nil {
				l.fail(err)
				cancel()
			}
		})
	}
	following.Wait()
	p.summary()
	return l.verdict(p, ctx.Err() != nil)
}

// follow prints the progress of one event.
func (l *listenTarget) follow(ctx context.Context, p *printer, event *webhooktest.Event, mutations []string, answered func()) error {
	waiting, cancel := context.WithTimeout(ctx, l.wait)
	defer cancel()
	p.attempt(event)
	deliveries := make(map[string]listen.Delivery)
	for d, err := range l.client.Submit(waiting, event, mutations...) {
		if waiting.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		shown := len(deliveries[d.ID].Attempts)
		deliveries[d.ID] = d
		l.show(p, event, d, shown, len(deliveries) > 1)
		if allAnswered(deliveries) {
			answered()
		}
	}
	switch {
	case len(deliveries) > 0:
		p.tallied(func(t *tally) { t.planned += len(deliveries) - 1 }) // to several endpoints, or by chaos
	case ctx.Err() != nil:
	case waiting.Err() != nil:
		p.talk("%s: no outcome within %s (--wait)", event, l.wait)
	default:
		p.tallied(func(t *tally) { t.planned, t.unwanted = t.planned-1, t.unwanted+1 })
		p.talk("%s: no endpoint takes it", event)
	}
	for _, d := range deliveries {
		l.count(p, event, d, ctx.Err() != nil)
	}
	return nil
}

// allAnswered reports whether each endpoint has answered once. What chaos holds back does
// not hold up the next event, which may overtake it.
func allAnswered(deliveries map[string]listen.Delivery) bool {
	for _, d := range deliveries {
		if len(d.Attempts) == 0 && !d.Finished() && d.Next.IsZero() {
			return false
		}
	}
	return true
}

// show prints the new attempts of a delivery.
func (l *listenTarget) show(p *printer, event *webhooktest.Event, d listen.Delivery, shown int, several bool) {
	for i := range d.Attempts[shown:] {
		a := &d.Attempts[shown+i]
		if p.format.json() {
			p.json(newAttempted(event, d, a, p.expected))
			continue
		}
		var to []string
		if several {
			to = []string{"to " + d.URL}
		}
		p.line(p.incoming(d.URL, response(event, a), d.Mutations, to...) + outlook(d, a))
	}
}

// count judges the last answer of a delivery.
func (l *listenTarget) count(p *printer, event *webhooktest.Event, d listen.Delivery, interrupted bool) {
	switch n := len(d.Attempts); {
	case d.State == listen.Dropped:
		p.tallied(func(t *tally) { t.dropped++ })
		p.talk("%s to %s: %s", event, d.URL, d.Reason)
	case !d.Finished():
		p.tallied(func(t *tally) { t.waiting++ })
		if !interrupted {
			p.talk("%s to %s: not accepted within %s (--wait), after %s; listen keeps trying", event, d.URL, l.wait, attempts(n))
		}
	case n == 0:
		p.tallied(func(t *tally) { t.unanswered++ })
		p.talk("%s to %s: given up: %s", event, d.URL, d.Reason)
	default:
		p.count(response(event, &d.Attempts[n-1]))
	}
}

func (l *listenTarget) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

func (l *listenTarget) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// verdict returns the command's result. A full queue, or the end of listen, fails the
// deliveries; an event that listen rejects is wrong usage.
func (l *listenTarget) verdict(p *printer, ended bool) error {
	switch {
	case errors.Is(l.err, listen.ErrQueueFull), errors.Is(l.err, listen.ErrClosed):
		p.talk("%v", l.err)
		return errShort
	case l.err != nil:
		return l.err
	case ended:
		p.talk("interrupted")
		return errShort
	case p.tally.deliveries() == 0 && p.tally.planned == 0:
		return fmt.Errorf("nothing was delivered: no endpoint of the listen at %s takes it (see its --forward-to and --events)", l.client.Base())
	}
	return p.verdict()
}
