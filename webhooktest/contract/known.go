package contract

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Most cases ask for the same perfect delivery: one event, once. What it did is known
// from the first of them on.

// compareKnown compares adverse delivery with what perfect delivery did for an earlier
// case. What it finds leads to a careful try, which sees perfect delivery again.
func (r *runner) compareKnown(ctx context.Context, c *contractCase, v variant, references []statediff.Diff) (findings []finding, judged bool, err error) {
	p, adverse, err := r.performed(ctx, c, v, c.Steps)
	if err != nil {
		return nil, false, err
	}
	y := statediff.Baseline{Volatile: &r.volatile, References: references}
	if c.State == "differs" {
		return p.findings, y.Differs(adverse), nil
	}
	differences, places := y.Judge(adverse)
	return p.blame(differences, "the state as after perfect delivery"), places > 0, nil
}

// perfection names what a case takes for perfect delivery, "" if it is the case's own.
func (c *contractCase) perfection(v variant) string {
	hangsUp := func(step caseStep) bool { return slices.Contains(step.Mutate, "hang-up") } // and leaves work behind
	if c.Compare != "" || v.payload != 0 || slices.ContainsFunc(c.Steps, hangsUp) {
		return ""
	}
	events := make(map[string]caseEvent)
	for _, step := range c.Reference {
		for _, name := range step.Send {
			for ; name != ""; name = c.Events[name].About {
				event := c.Events[name]
				event.Type = v.typeOf(event.Type)
				events[name] = event
			}
		}
	}
	name, err := json.Marshal([]any{events, c.Reference, c.asksForEffect()})
	if err != nil {
		return ""
	}
	return string(name)
}

// oneOf names the perfect delivery of one event, as most cases call it.
func oneOf(eventType string) string {
	c := contractCase{Events: map[string]caseEvent{"e": {Type: eventType}}, Reference: []caseStep{{Send: names{"e"}}}}
	return c.perfection(variant{})
}

// perfect is what perfect delivery of a name did.
func (s *run) perfect(name string) []statediff.Diff {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.perfects[name]
}

// keep makes what perfect delivery did known to later cases.
func (s *run) keep(name string, references []statediff.Diff) {
	if name == "" || s.suite.Dir != "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.perfects[name] = references
}
