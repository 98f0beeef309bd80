package contract

import (
	"context"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// noise finds the noise floor: what changes when nothing is sent, after a request that is
// clearly not an event, and after an event that no handler acts on.
func (c calibrator) noise(ctx context.Context) error {
	idle := max(c.session.probe.settle, 20*time.Millisecond)
	nothing := func(*webhooktest.Event) error { return c.session.run.machine.pause(ctx, idle) }
	junk := func(event *webhooktest.Event) error {
		_, err := c.session.sender.deliver(ctx, event, "body=x", "unsigned")
		return err
	}
	unknown := func(event *webhooktest.Event) error {
		_, err := c.session.sender.deliver(ctx, event)
		return err
	}
	for _, noise := range []struct {
		eventType string
		edits     []webhooktest.Edit
		make      func(*webhooktest.Event) error
	}{
		{c.session.subject.control(), nil, nothing},
		{c.session.subject.control(), nil, junk},
		{c.session.subject.unhandled(), []webhooktest.Edit{webhooktest.Set("type", c.session.subject.future())}, unknown},
	} {
		moved, err := c.noiseOf(ctx, noise.eventType, noise.edits, noise.make)
		if err != nil {
			return err
		}
		c.session.run.learned.ignore(moved)
	}
	return nil
}

// noiseOf returns what changes after a delivery without an effect. A change counts only if
// it shows twice, the second time after a long quiet. Otherwise it was the late effect of
// a genuine event, whose places would be ignored from then on.
func (c calibrator) noiseOf(ctx context.Context, eventType string, edits []webhooktest.Edit, make func(*webhooktest.Event) error) (moved statediff.Diff, err error) {
	defer func() { c.session.probe.careful = false }()
	for range 2 {
		event, err := c.session.run.source.event(eventType, edits...)
		if err != nil {
			return nil, err
		}
		again, err := c.session.probe.measure(ctx, observe(event), func() error { return make(event) })
		if err != nil || len(again) == 0 {
			return nil, err
		}
		if c.session.probe.careful {
			return moved.Only(again), nil
		}
		moved, c.session.probe.careful = again, true
		c.session.probe.dirty.Store(true)
	}
	return moved, nil
}
