package contract

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A HandledType is an event type that a handler seems to act on.
type HandledType struct {
	Type string
	// Variant is the shape of the event that the handler acts on, if it ignores the plain
	// event: "subscription" of a session.
	Variant string
	// Shown names the evidence: "state", "calls" to Stripe, or "answer" if it differs from
	// the response to an unknown type. "" means that there is no evidence, but the handler
	// acts on other events about the same object.
	Shown string
	// Refused is the response if it is not 2xx, or says that there was none, where an unknown
	// type gets a 2xx or another refusal: the handler may look for an object that the app does
	// not have.
	Refused string
	// RefusedPlain is this response to the plain event, where Variant is accepted.
	RefusedPlain string
}

// Discover delivers an event of each common type, and returns the types that the handler
// acts on, as shown by its state, its calls to the local API and its responses. Types with an
// effect come first. It returns none if there is no evidence, or if the handler refuses the
// first genuine event. It does not examine handlers of thin events. It ends with the first
// event that hangs or reaches nobody, and after a minute.
func Discover(ctx context.Context, subject Subject) ([]HandledType, error) {
	if subject.Thin {
		return nil, nil
	}
	j, err := newJudge(Suite{New: func() Subject { return subject }})
	if err != nil {
		return nil, err
	}
	defer func() { j.session.close() }()
	j.session.sender.binder.anyType = subject.bindsSomething() // each event needs what the user gives
	refused, err := j.session.calibrate(ctx, subject.control())
	if refused != nil || err != nil {
		return nil, err
	}
	d := &discovery{session: j.session, made: make(map[string]*webhooktest.Event)}
	return d.types(ctx)
}

// A discovery finds out which types a handler acts on.
type discovery struct {
	*session
	made    map[string]*webhooktest.Event // by type, and by type=shape
	unknown string                        // the response to an unknown type
	told    bool                          // an event of an unknown type was accepted
	ends    time.Time                     // after which no type is tried
	calls   callLog
}

func (d *discovery) types(ctx context.Context) (found []HandledType, err error) {
	if err := d.deliverUnknown(ctx); err != nil {
		return nil, err
	}
	if d.probe.observed() { // the handler may not act on the control
		d.probe.settle = max(d.probe.settle, discoverySettle)
	}
	d.ends = time.Now().Add(discoveryTime)
	found, tried, err := d.tryAll(ctx)
	if err != nil {
		return nil, err
	}
	if late, err := d.calls.anyLate(ctx, d.session); err != nil {
		return nil, err
	} else if late {
		if found, err = d.tryPatiently(ctx, found); err != nil {
			return nil, err
		}
	}
	return d.known(found, tried), nil
}

// tryPatiently tries all types again, waiting for the calls that follow each: some came when
// another type was tried. What else was seen before still holds.
func (d *discovery) tryPatiently(ctx context.Context, before []HandledType) ([]HandledType, error) {
	if err := awaitQuiet(ctx, d.session); err != nil {
		return nil, err
	}
	for i := range before {
		if before[i].Shown == "calls" {
			before[i].Shown, before[i].Variant, before[i].RefusedPlain = "", "", ""
		}
	}
	d.calls.patient = true
	clear(d.made) // what was done is not done again
	found, _, err := d.tryAll(ctx)
	for _, handled := range found {
		before = merge(before, handled)
	}
	return before, err
}

// tryAll tries each type that there is time for.
func (d *discovery) tryAll(ctx context.Context) (found []HandledType, tried int, err error) {
	for _, one := range discoverable {
		if last := d.sender.last; time.Now().After(d.ends) || tried > 0 && last.Err != nil && !crashed(last) {
			break
		}
		if d.subject.checkType(one.eventType) != nil || !d.mayHave(one) {
			continue // of another API version, or of a shape that the user rules out
		}
		tried++
		handled, err := d.try(ctx, one)
		if err == nil {
			handled, err = tryCommon(ctx, d, one, handled)
		}
		if err == nil {
			handled, err = tryEnd(ctx, d, one, handled)
		}
		if errors.Is(err, webhooktest.ErrNoPath) && one.shape != "" {
			continue // the user's edits do not fit this shape
		}
		if isSpent(err) {
			break // the app has no further object
		}
		if err != nil {
			return nil, 0, err
		}
		found = merge(found, handled)
	}
	return found, tried, nil
}

// mayHave reports whether an event may have a shape: not if the user names another shape,
// or if the app creates the object.
func (d *discovery) mayHave(one discoverableType) bool {
	return one.shape == "" || d.subject.Create == nil && d.subject.Variants[one.eventType] == ""
}

// discoveryTime limits a discovery: for slower handlers, the user should name the types.
const discoveryTime = time.Minute

// discoverySettle is how long the state must be unchanged, unless the handler is known to
// work longer.
const discoverySettle = 100 * time.Millisecond

func (d *discovery) deliverUnknown(ctx context.Context) error {
	event, err := d.session.run.source.event(d.subject.unhandled(), webhooktest.Set("type", d.subject.future()))
	if err != nil {
		return err
	}
	response, err := d.sender.deliver(ctx, event)
	if err == nil {
		d.unknown, d.told = answerShape(response), response.Accepted()
	}
	return err
}

// try delivers an event of a type, about the objects of another event if there is one. If
// its object has several versions, it delivers the versions that differ most, until one
// shows: a handler may store one field of many.
func (d *discovery) try(ctx context.Context, one discoverableType) (handled HandledType, err error) {
	versions := []int{0}
	about := d.made[one.about]
	if about != nil {
		if versions, err = distinctVersions(one.eventType); err != nil {
			return handled, err
		}
	}
	for _, version := range versions {
		event, err := d.event(ctx, one, about, version)
		if err != nil {
			return handled, err
		}
		seen, err := d.deliver(ctx, event)
		if err != nil {
			return handled, err
		}
		if handled.Type == "" || strength(seen) < strength(handled) {
			handled = seen
		}
		if handled.Shown == "state" || !d.probe.observed() {
			break
		}
	}
	handled.Variant = one.shape
	return handled, nil
}

// distinctVersions returns the versions of a type's object that differ most from its first.
func distinctVersions(eventType string) ([]int, error) {
	described, err := fixtures.DescribeEvent(eventType)
	if err != nil {
		return nil, err
	}
	distinct, err := render.DistinctVersion(eventType)
	return slices.Compact([]int{distinct, described.Versions}), err
}

// event makes an event of a type.
func (d *discovery) event(ctx context.Context, one discoverableType, about *webhooktest.Event, version int) (event *webhooktest.Event, err error) {
	shape := cmp.Or(d.subject.Variants[one.eventType], one.shape)
	edits := []webhooktest.Edit{webhooktest.Variant(shape), webhooktest.Version(version)}
	if about == nil {
		event, err = d.sender.registered(d.sender.unregistered(ctx, one.eventType, edits...))
	} else {
		event, err = d.sender.registered(d.sender.about(ctx, about, one.eventType, edits...))
	}
	if err != nil {
		return nil, err
	}
	for _, name := range []string{one.eventType, one.eventType + "=" + shape} {
		if d.made[name] == nil {
			d.made[name] = event
		}
	}
	return event, nil
}

// deliver delivers an event, and returns the evidence that it is handled.
func (d *discovery) deliver(ctx context.Context, event *webhooktest.Event) (HandledType, error) {
	handled := HandledType{Type: event.Type()}
	d.calls.begin(d.session, event)
	deliver := func() error { return d.calls.deliver(ctx, d.session, event) }
	if d.probe.observed() {
		moved, err := d.probe.measure(ctx, observe(event), deliver)
		if err != nil {
			return handled, err
		}
		if len(moved) > 0 {
			handled.Shown = "state"
		}
	} else if err := deliver(); err != nil {
		return handled, err
	}
	switch answer := d.sender.last; {
	case handled.Shown != "":
	case d.calls.any(d.session):
		handled.Shown = "calls"
	case answerShape(answer) != d.unknown:
		handled.Shown = "answer"
	}
	if (d.told || handled.Shown == "answer") && !d.sender.last.Accepted() {
		handled.Refused = answerOf(d.sender.last)
	}
	return handled, nil
}

// answerShape returns a response without what differs between events: ids, type and numbers.
func answerShape(r *webhooktest.Response) string {
	if r.Err != nil {
		return "none"
	}
	body := strings.ReplaceAll(string(r.Body[:min(len(r.Body), 4<<10)]), r.Event.Type(), "")
	return http.StatusText(r.StatusCode) + " " + madeUp().ReplaceAllString(body, "")
}
