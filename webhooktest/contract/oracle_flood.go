package contract

import (
	"context"
	"time"
)

// slowFlood is how long clean delivery of all events of a flood may take before it is worth
// asking first whether the handler answers them at once.
const slowFlood = time.Second

// overrun returns what a flood's answers show. They decide: clean delivery, one event after
// the other, and the delivery of what was refused take a slow handler a minute.
func overrun(ctx context.Context, o *oracle) ([]finding, error) {
	if !floods(o.spec) {
		return nil, nil
	}
	pace := max(o.session.run.log.pace(), o.session.probe.settle)
	if pace*time.Duration(deliveries(o.spec, o.spec.Steps[0])) < slowFlood {
		return nil, nil
	}
	e, err := o.session.setUp(ctx, o.spec, o.variant, o.spec.Steps[:1])
	if err == nil {
		err = e.run(ctx, o.spec.Steps[:1])
	}
	if err != nil {
		return nil, err
	}
	return e.findings, nil
}
