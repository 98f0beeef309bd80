package contract

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/linediff"
)

// sinceBegun returns the change of the state since the case began.
func (e *execution) sinceBegun(state any) any {
	return document(e.observed.since(e.before, state, e.session.run.learned.idle))
}

// compareGolden compares the state after a step with the step's golden file, or keeps it
// for an update.
func (e *execution) compareGolden(ctx context.Context, step caseStep) error {
	if step.Golden == "" || e.stopped {
		return nil
	}
	name, err := e.goldenFile(step)
	if err != nil {
		return err
	}
	if e.session.run.suite.Update {
		e.goldens[name], err = e.settled(ctx, func(found any) bool { return len(found.(map[string]any)) > 0 })
		e.noteIdle(step, name, e.goldens[name])
		return err
	}
	want, err := readGolden(e.session.run.suite.Dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		e.find(e.sentSoFar(), "the state of "+name, "there is no such file yet: an update writes it")
		return nil
	}
	if err != nil { // the other cases have their own files
		e.find(e.sentSoFar(), "the state of "+name, "there is nothing to compare with: "+err.Error())
		return nil
	}
	e.noteIdle(step, name, want)
	found, err := e.settled(ctx, func(found any) bool { return reflect.DeepEqual(want, masked(want, found)) })
	if found = masked(want, found); err == nil && !reflect.DeepEqual(want, found) {
		e.differed = true
		diff := linediff.Unified(goldenText(want), goldenText(found))
		e.find(e.sentSoFar(), "the state of "+name, "another state (- "+name+", + now):\n"+diff)
	}
	return err
}

// noteIdle notes a golden file without any change, for a step that expects no refusal: a
// handler that does nothing passes it.
func (e *execution) noteIdle(step caseStep, name string, state any) {
	changes, known := state.(map[string]any)
	if known && len(changes) == 0 && !step.refuses() && !slices.Contains(e.session.idleGoldens, name) {
		e.session.idleGoldens = append(e.session.idleGoldens, name)
	}
}

// goldenFile returns the path of a step's golden file in the folder, for the current
// variant.
func (e *execution) goldenFile(step caseStep) (string, error) {
	name := e.events.fill(step.Golden)
	for _, event := range e.spec.Events {
		if len(event.payloads) > 1 {
			name = strings.ReplaceAll(name, "{payload}", event.payload(e.variant).name)
		}
	}
	return e.spec.resolveGolden(name)
}

// settled returns the change of the state once it is as expected or will not be: a handler
// may work after its answer, and fails a golden file only after a wait.
func (e *execution) settled(ctx context.Context, hoped func(any) bool) (any, error) {
	probe := e.session.probe
	state, err := probe.read(ctx, e.observed)
	if err != nil || hoped(e.sinceBegun(state)) {
		return e.sinceBegun(state), err
	}
	patience := effectTimeout
	switch {
	case e.session.run.suite.Update:
		patience = updatePatience
	case !probe.careful && probe.settle == 0 && !e.spec.exact():
		patience = asyncSettle // a second look follows
	}
	took, ok, err := probe.await(ctx, e.observed, patience, func(state any) bool { return hoped(e.sinceBegun(state)) })
	if err != nil {
		return nil, err
	}
	if ok {
		probe.widen(took)
		probe.learned.keepSettle(probe.settle)
	}
	state, err = probe.readStill(ctx, e.observed) // more may follow
	return e.sinceBegun(state), err
}

// updatePatience is how long an update waits for any change: a case may have none.
const updatePatience = 2 * time.Second
