package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// An app may close an alert, or a row of the dispute, however it ends. What is judged are words
// and flags that are after a lost dispute what they were before it, and were something else
// meanwhile: what it took was given back.

const (
	disputeCreated = "charge.dispute.created"
	disputeClosed  = "charge.dispute.closed"
)

// checkLostDispute finds a state in which a lost dispute gives back what a won one does.
func checkLostDispute(ctx context.Context, s *session) ([]finding, error) {
	for _, needed := range []string{disputeCreated, disputeClosed} {
		if !slices.Contains(s.subject.handled(), needed) {
			return nil, errLacks{"handling " + disputeCreated + " and " + disputeClosed}
		}
	}
	_, won, err := closedAs(ctx, s, "won")
	if err != nil {
		return nil, err
	}
	if len(won) == 0 {
		return nil, errLacks{"a state that says in a word or a flag what a dispute takes, and a won one gives back"}
	}
	sent, lost, err := closedAs(ctx, s, "")
	maps.DeleteFunc(lost, func(place, value string) bool { return won[place] != value })
	if err != nil || len(lost) == 0 {
		return nil, err
	}
	var rows []string
	for _, place := range slices.Sorted(maps.Keys(lost)) {
		rows = append(rows, place+": "+lost[place])
	}
	return []finding{{
		ofState: true, sent: sent, expected: "another state than after a won dispute",
		actual: "the same, as before the dispute:\n" + strings.Join(rows, "\n"),
	}}, nil
}

// closedAs makes a dispute that ends in a shape, and returns what the state says as before it.
func closedAs(ctx context.Context, s *session, shape string) (sent string, back map[string]string, err error) {
	created, err := s.sender.distinct(ctx, disputeCreated)
	if err != nil {
		return "", nil, err
	}
	o := observe(created)
	s.sender.binder.name(o, single, created)
	before, err := s.probe.read(ctx, o)
	if err != nil {
		return "", nil, err
	}
	taken, err := stateAfter(ctx, s, o, created)
	if err != nil {
		return "", nil, err
	}
	closed, err := s.sender.registered(s.sender.about(ctx, created, disputeClosed, webhooktest.Variant(shape)))
	if err != nil {
		return "", nil, err
	}
	if status, _ := closed.Lookup("data.object.status"); shape == "" && status != "lost" {
		return "", nil, fmt.Errorf("%w: the user says how disputes end", render.ErrNotApplicable)
	}
	o.add("closed", nth(1), closed)
	now, err := stateAfter(ctx, s, o, closed)
	if err != nil {
		return "", nil, err
	}
	said := func(state any) statediff.Diff { return statediff.ObjectStates(withoutResults(state), o.ids) }
	return created.String() + ", then " + closed.String(), statediff.Returned(said(before), said(taken), said(now)), nil
}

// stateAfter delivers an event and returns the state with its effect.
func stateAfter(ctx context.Context, s *session, o *observation, event *webhooktest.Event) (state any, err error) {
	did, err := s.probe.measure(ctx, o, func() error { return s.sender.deliverAll(ctx, []*webhooktest.Event{event}) })
	if err == nil {
		_, err = s.probe.untilFor(ctx, "what "+event.Type()+" does to a payment", o, did, func(did statediff.Diff) bool { return len(did) > 0 })
	}
	if err != nil {
		return nil, err
	}
	return s.probe.read(ctx, o)
}
