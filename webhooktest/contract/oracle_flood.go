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
func overrun(ctx context.Context, s *session, c *contractCase, v variant) ([]finding, error) {
	if !floods(c) {
		return nil, nil
	}
	pace := max(s.run.log.pace(), s.probe.settle)
	if pace*time.Duration(deliveries(c, c.Steps[0])) < slowFlood {
		return nil, nil
	}
	e, err := s.setUp(ctx, c, v, c.Steps[:1])
	if err == nil {
		err = e.run(ctx, c.Steps[:1])
	}
	if err != nil {
		return nil, err
	}
	return e.findings, nil
}
