package contract

import (
	"context"
	"time"
)

// slowFlood is how long clean delivery of all events of a flood may take before it is worth
// asking first whether the handler answers them at once.
const slowFlood = time.Second

// floods reports whether a case delivers many different events at once.
func floods(c *contractCase) bool {
	return c.Bursts == 0 && len(c.Steps) > 0 && c.Steps[0].Together && c.Steps[0].Times < 2 && c.Steps[0].Expect != ""
}

// deliveries returns how many events a step delivers.
func (c *contractCase) deliveries(s caseStep) (n int) {
	for _, name := range s.Send {
		n += max(1, c.Events[name].Count)
	}
	return n
}

// overrun returns what a flood's answers show. They decide: clean delivery, one event after
// the other, and the delivery of what was refused take a slow handler a minute.
func (o *oracle) overrun(ctx context.Context) ([]finding, error) {
	if !floods(o.spec) {
		return nil, nil
	}
	pace := max(o.session.run.log.pace(), o.session.probe.settle)
	if pace*time.Duration(o.spec.deliveries(o.spec.Steps[0])) < slowFlood {
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
