package contract

import (
	"context"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// manyTypes is how many handled types are too many to wait for what is made up for each: keys
// and times of the app's own, in a table for each kind of object.
const manyTypes = 6

// learnMadeUp learns what the handler makes up for all handled types, once a careful try has
// found that it makes up something. It needs no wait for each of them if the handler has always
// worked before its answer, and does so still.
func learnMadeUp(ctx context.Context, s *session) error {
	types := slices.Compact(slices.Sorted(slices.Values(s.subject.handled())))
	if s.probe.settle > 0 || len(types) < manyTypes || s.subject.bindsSomething() || s.run.known.allMadeUp.Swap(true) {
		return nil
	}
	twice, err := effectsTwice(ctx, s, types)
	if err != nil {
		return err
	}
	late, err := s.probe.measure(ctx, newObservation(), func() error { return s.run.machine.pause(ctx, s.probe.window()) })
	if err != nil || len(late) > 0 {
		return err
	}
	for _, references := range twice {
		if references[0].AsMuchAs(references[1]) {
			statediff.Baseline{Volatile: s.run.known.madeUp(true), References: references}.Settle()
		}
	}
	return nil
}

// effectsTwice returns the effects of two events of each type, read at once.
func effectsTwice(ctx context.Context, s *session, types []string) ([][]statediff.Diff, error) {
	s.probe.careful = false
	defer func() { s.probe.careful = true }()
	twice := make([][]statediff.Diff, len(types))
	for range 2 {
		for i, eventType := range types {
			_, did, err := s.baseline.deliverOnce(ctx, []string{eventType})
			if err != nil {
				return nil, err
			}
			twice[i] = append(twice[i], did)
		}
	}
	return twice, nil
}
