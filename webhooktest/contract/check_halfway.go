package contract

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A server ends the context of a request when the sender hangs up, and queries with that context
// fail from then on: the work stops between any two of them. In process, the engine can end it
// whenever the handler looks, without a database that fails.

// mostCuts is how many of the handler's looks at the context are tried.
const mostCuts = 12

// checkHalfway ends the request of an event at each of several looks, and delivers the event
// again until it is accepted: it must have its whole effect, once.
func checkHalfway(ctx context.Context, s *session) ([]finding, error) {
	if s.subject.Handler == nil {
		return nil, errLacks{"a handler in this process, the request of which can end halfway"}
	}
	h := &halfway{session: s, handler: s.subject.Handler}
	looks, clean, err := h.clean(ctx)
	if err != nil {
		return nil, err
	}
	for _, at := range spread(looks, mostCuts) {
		findings, err := h.cut(ctx, at, clean)
		if err != nil || len(findings) > 0 {
			return findings, err
		}
	}
	return nil, nil
}

// A halfway delivers the control to a handler whose requests end at one of its looks.
type halfway struct {
	session *session
	handler http.Handler
}

// clean delivers two events as they should be. It returns how often the handler looks at the
// context meanwhile, and the effect.
func (h *halfway) clean(ctx context.Context) (looks int, b statediff.Baseline, err error) {
	b.Volatile = h.session.run.known.madeUp(h.session.probe.careful)
	for range 2 {
		one, err := h.deliver(ctx, 0, func(did statediff.Diff) bool { return len(did) > 0 })
		if err != nil {
			return 0, b, err
		}
		looks, b.References = one.looks, append(b.References, one.did)
	}
	switch {
	case looks == 0:
		err = errLacks{"a handler that minds the end of a request, such as by queries with its context"}
	case len(b.References[0]) == 0:
		err = h.session.unmoved("a genuine " + h.session.subject.control() + " does not change the state")
	}
	return looks, b, err
}

// cut delivers an event whose request ends at a look, and then again.
func (h *halfway) cut(ctx context.Context, at int, b statediff.Baseline) ([]finding, error) {
	isWhole := func(did statediff.Diff) bool {
		differences, _ := b.Judge(did)
		return len(differences) == 0
	}
	one, err := h.deliver(ctx, at, isWhole)
	if err != nil || !one.accepted {
		return nil, err
	}
	differences, judged := b.Judge(one.did)
	if judged == 0 {
		return nil, incomparable(b)
	}
	if len(differences) == 0 {
		return nil, nil
	}
	return []finding{{
		ofState: true, expected: sameState, actual: evidence(differences),
		sent: one.event.String() + ", whose sender hangs up while the handler works\nand the same event again",
	}}, nil
}

// A cutDelivery is what became of an event.
type cutDelivery struct {
	event    *webhooktest.Event
	looks    int
	did      statediff.Diff
	accepted bool // in the end
}

// deliver delivers a new event to a handler whose request ends at a look, 0 for none, and then
// as often as it takes until it is accepted.
func (h *halfway) deliver(ctx context.Context, at int, hoped func(statediff.Diff) bool) (one cutDelivery, err error) {
	s := h.session
	if one.event, err = s.sender.distinct(ctx, s.subject.control()); err != nil {
		return one, err
	}
	o := observe(one.event)
	s.sender.binder.name(o, single, one.event)
	one.did, err = s.probe.measure(ctx, o, func() error { return h.send(ctx, &one, at) })
	if err == nil {
		one.did, err = s.probe.untilFor(ctx, "the rest of an event that was cut", o, one.did, hoped)
	}
	return one, err
}

// send makes the deliveries.
func (h *halfway) send(ctx context.Context, one *cutDelivery, at int) error {
	cutting := &cutHandler{handler: h.handler, at: int64(at)}
	endpoint := h.session.subject.endpoint()
	endpoint.Handler = cutting
	response, err := endpoint.Deliver(ctx, one.event)
	if err != nil {
		return err
	}
	one.looks, one.accepted = int(cutting.looks.Load()), response.Accepted()
	const tries = 3
	for range tries {
		if at == 0 || err != nil {
			return err
		}
		if response, err = h.session.sender.deliver(ctx, one.event); err == nil && response.Accepted() {
			one.accepted = true
			return nil
		}
		one.accepted = false
	}
	return err
}

// spread returns up to so many of the numbers from 1 to n, evenly spread.
func spread(n, most int) (some []int) {
	for i := range min(n, most) {
		some = append(some, 1+i*n/min(n, most))
	}
	return slices.Compact(some)
}

// A cutHandler ends the context of a request at the handler's n-th look at it.
type cutHandler struct {
	handler http.Handler
	at      int64
	looks   atomic.Int64
}

func (h *cutHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	h.handler.ServeHTTP(w, r.WithContext(&cutContext{ctx, cancel, h}))
}

// A cutContext is the context of such a request.
type cutContext struct {
	context.Context
	cancel context.CancelFunc
	of     *cutHandler
}

func (c *cutContext) look() {
	if c.of.looks.Add(1) == c.of.at {
		c.cancel()
	}
}

// Done implements context.Context.
func (c *cutContext) Done() <-chan struct{} {
	c.look()
	return c.Context.Done()
}

// Err implements context.Context.
func (c *cutContext) Err() error {
	c.look()
	return c.Context.Err()
}
