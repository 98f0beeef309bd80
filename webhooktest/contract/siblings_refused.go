package contract

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// unhandledCase is the case that tells of a handler that refuses what it does not handle.
const unhandledCase = "dispatch/unhandled-type"

// defaultBranch is the hint for such a handler.
const defaultBranch = "Give the switch on the event type a default branch that returns 200."

// refusedSiblings are the refusals of types beside the handled ones: one finding for all, and
// none where any type is refused that is not handled.
type refusedSiblings struct {
	unhandled *int // the status for a type that is not handled, once it is known
	sent      []string
}

// told returns what is to be told of a variant of a case.
func (r *refusedSiblings) told(ctx context.Context, s *session, c *contractCase, findings []finding) ([]finding, error) {
	at := slices.IndexFunc(findings, func(f finding) bool { return f.status >= http.StatusMultipleChoices })
	if at < 0 || !isAboutSiblings(c) {
		return findings, nil
	}
	if err := r.learn(ctx, s); err != nil {
		return nil, err
	}
	findings = slices.Clone(findings)
	if refused := &findings[at]; refused.status == *r.unhandled {
		if toldElsewhere(s) {
			return nil, fmt.Errorf("%w: they are refused as any type is that is not handled: see %s", render.ErrNotApplicable, unhandledCase)
		}
		refused.said = defaultBranch
	}
	r.sent = append(r.sent, findings[at].sent)
	findings[at].sent = strings.Join(r.sent, "\n")
	return findings, nil
}

// isAboutSiblings reports whether a case is about types beside the handled ones.
func isAboutSiblings(c *contractCase) bool {
	for _, pattern := range c.Given {
		if pattern == "each sibling" {
			return true
		}
	}
	return false
}

// learn asks how the handler answers a type that it does not handle.
func (r *refusedSiblings) learn(ctx context.Context, s *session) error {
	if r.unhandled != nil {
		return nil
	}
	event, err := s.sender.event(ctx, s.subject.unhandled())
	if err != nil {
		return err
	}
	response, err := s.sender.deliver(ctx, event)
	if err == nil {
		r.unhandled = &response.StatusCode
	}
	return err
}

// toldElsewhere reports whether the run has the case that tells of such refusals.
func toldElsewhere(s *session) bool {
	cases, err := s.run.suite.cases()
	return err == nil && slices.ContainsFunc(cases, func(c contractCase) bool { return c.ID == unhandledCase })
}
