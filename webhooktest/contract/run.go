package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A run is what the cases of a suite share. They may be run side by side.
type run struct {
	suite    Suite
	deadline time.Time

	shaken atomic.Bool // something was sent since the state was last still
	writes atomic.Bool // the handler writes to Stripe
	still  any         // the state when it was last still, of cases one by one

	mu         sync.Mutex
	source     *webhooktest.Source
	clock      time.Time     // of the next event
	identities uint64        // that were made for placeholders in cases
	seeded     bool          // something was made from the seed
	settled    time.Duration // what was learned of how long the handler works
	broken     string        // why nothing can be judged any more
	slow       int           // answers that took too long
	diagnosis  []string
	responses  []*webhooktest.Response
	floor      map[string]bool             // places of the state that move by themselves
	idle       map[string]bool             // those that did when nothing at all was sent
	effects    map[string]statediff.Diff   // what one event of a type does
	perfects   map[string][]statediff.Diff // what perfect delivery did, by its name
	volatile   statediff.Volatile          // leaves of the state that the handler makes up
	first      *webhooktest.Event          // that was accepted
	refused    *webhooktest.Response       // to the first event, if it was not
	silent     map[string]bool             // event types that have no effect; false: seem to have none
	stalled    time.Duration               // by how much the machine was late at worst
	pacedAt    time.Duration               // the same, when the pace was learned
	quickest   time.Duration               // reading of the state
	relearned  int                         // how often the pace was learned again
	written    map[string]string           // golden files, and what is in them now
}

// newRun prepares a suite, and the runner that learns what all cases rest on.
func newRun(suite Suite) (*runner, error) {
	switch {
	case suite.New == nil:
		return nil, errors.New("a suite without a subject: set New")
	case suite.MaxTime < 0:
		return nil, fmt.Errorf("%s is no time for a run: want more than zero (Suite.MaxTime, --max-time)", suite.MaxTime)
	}
	now := time.Now()
	shared := &run{suite: suite, deadline: now.Add(suite.maxTime()), effects: make(map[string]statediff.Diff), perfects: make(map[string][]statediff.Diff), floor: make(map[string]bool), silent: make(map[string]bool), written: make(map[string]string)}
	// Events are created a second apart and in the past, so that no two share a
	// second and none is from the future.
	shared.clock = now.Add(-time.Hour)
	r := shared.runner(suite.New)
	if r.subject.Settle < 0 {
		return nil, fmt.Errorf("%s is no time to be still: want zero or more (Subject.Settle, --settle)", r.subject.Settle)
	}
	shared.settled, r.settle = r.subject.Settle, r.subject.Settle
	shared.source = &webhooktest.Source{
		APIVersion: r.subject.APIVersion, Account: r.subject.Account, Livemode: r.subject.Livemode,
		Seed: cmp.Or(suite.Seed, uint64(rand.Uint32())), RunID: suite.RunID, Now: func() time.Time { return shared.clock },
	}
	if err := suite.checkWaivers(r.subject.Waivers); err != nil {
		return nil, err
	}
	if err := r.subject.checkFamilies(); err != nil {
		return nil, err
	}
	return r, r.endpoint.Validate()
}

// runner returns what runs one case, with a subject of its own.
func (s *run) runner(subject func() Subject) *runner {
	s.mu.Lock()
	r := &runner{run: s, subjects: subject, settle: s.settled}
	s.mu.Unlock()
	r.fresh()
	r.stirred = &s.shaken
	if r.subject.Isolated {
		r.stirred = new(atomic.Bool)
	}
	return r
}

// event makes an event, a second later than the one before.
func (s *run) event(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(time.Second)
	s.seeded = true
	return s.source.Event(eventType, edits...)
}

// identity returns fresh ids for the placeholders of a case.
func (s *run) identity() render.Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identities++
	s.seeded = true
	return render.NewIdentity(s.source.Seed, "case "+s.source.RunID, s.identities, s.clock)
}

// next is when the next event will have been created.
func (s *run) next() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.Add(time.Second)
}

// note remembers answers for the checks that look at all of them.
func (s *run) note(responses ...*webhooktest.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.suite.Dir == "" { // the cases of one's own ask nothing of all answers
		s.responses = append(s.responses, responses...)
	}
	for _, response := range responses {
		if response.Duration > tooSlow {
			s.slow++
		}
	}
	if s.slow >= slowEnough && s.broken == "" {
		s.broken = fmt.Sprintf("%d answers took more than %s each: the rest would take hours", s.slow, tooSlow)
	}
}

// What is proof that a handler is too slow, so that no more of it is needed.
const (
	tooSlow    = 10 * time.Second
	slowEnough = 5
)

func (s *run) noted() []*webhooktest.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.responses)
}

// stop ends what can be judged; over says why it was ended, "" if it was not.
func (s *run) stop(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == "" {
		s.broken = reason
	}
}

func (s *run) over() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == "" && !time.Now().Before(s.deadline) {
		s.broken = s.timeWasOver()
	}
	return s.broken
}

// seed is what ids were made from, 0 if none were.
func (s *run) seed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seeded {
		return 0
	}
	return s.source.Seed
}

// needed is what a run that is over lacked: time, or nothing that anybody could give.
func (s *run) needed() string {
	if s.over() == s.timeWasOver() {
		return NeedTime
	}
	return ""
}

// timeIsUp says that the time of the run is over, "" if it is not.
func (s *run) timeIsUp() string {
	if time.Now().Before(s.deadline) {
		return ""
	}
	return s.timeWasOver()
}

func (s *run) timeWasOver() string {
	return "the time of the run, " + text.Brief(s.suite.maxTime()).String() + ", was over (Suite.MaxTime, --max-time)"
}

// canLookBack reports whether a case needs no more than the answers there are.
func (s *run) canLookBack(c *contractCase) bool {
	return slices.Contains(hindsight, c.Check) && slices.ContainsFunc(s.noted(), (*webhooktest.Response).Accepted)
}

// effect returns what is known of an event type.
func (s *run) effect(eventType string) (statediff.Diff, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.effects[eventType]
	return known, ok
}

// learned keeps what an event type does.
func (s *run) learned(eventType string, moved statediff.Diff) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.effects[eventType] = moved
	if _, known := s.silent[eventType]; len(moved) > 0 {
		delete(s.silent, eventType)
	} else if !known {
		s.silent[eventType] = false
	}
}

// works keeps for how long the state must have been still.
func (s *run) works(settle time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled = settle
}

func (s *run) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.effects)
	clear(s.perfects)
}

// isSilent reports whether the effect of a type was waited for, and there was none.
func (s *run) isSilent(eventType string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.silent[eventType]
}

// seemSilent returns a type, and all others that seem to have no effect and were not
// waited for.
func (s *run) seemSilent(eventType string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	types := []string{eventType}
	for other, waitedFor := range s.silent {
		if !waitedFor && other != eventType {
			types = append(types, other)
		}
	}
	slices.Sort(types[1:])
	return types
}

// silence keeps that types have no effect.
func (s *run) silence(types []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, eventType := range types {
		s.silent[eventType] = true
	}
}

func (s *run) forget(eventType string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.effects, eventType)
}

// learn finds out what everything else rests on: whether a genuine event is
// accepted, and what the state does by itself.
func (r *runner) learn(ctx context.Context, control string) error {
	event, err := r.newEvent(control)
	if err != nil {
		return err
	}
	p, before := r.about(event), any(nil)
	called := r.called()
	if r.observed() || r.subject.API != nil {
		if before, err = p.learnQuiet(ctx); err != nil {
			return err
		}
	}
	response, err := r.deliver(ctx, event)
	if err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // which says nothing of the handler
	case !response.Accepted() && r.suite.Dir != "":
		return nil // the cases have controls of their own
	case !response.Accepted():
		return r.refuse(ctx, response)
	}
	r.first = event
	if !r.observed() && !p.learnWrites(ctx, called) {
		return nil
	}
	if err := p.learnPace(ctx, before); err != nil {
		return err
	}
	err = r.learnState(ctx)
	r.works(r.settle)
	r.paceIsLearned()
	return err
}

// refuse ends a run whose first genuine event was not accepted, with the reason.
func (r *runner) refuse(ctx context.Context, first *webhooktest.Response) (err error) {
	r.stop("the first genuine event was not accepted")
	r.refused = first
	r.diagnosis, err = Diagnose(ctx, r.endpoint, first.Event)
	if err == nil && r.diagnosis == nil {
		r.diagnosis = []string{
			"a genuine " + first.Event.Type() + " was answered " + strings.TrimSpace(first.String()) + ", and accepted when it was delivered again",
			"an event that is accepted only at the second delivery waits for Stripe's retry, an hour or more: what is not ready at the first?",
		}
	}
	return err
}

// hasStopped notices a handler that ended: the cases that are left would each wait
// for nothing. Whoever is started again within seconds has not.
func (r *runner) hasStopped(ctx context.Context, failed error) (finding, bool) {
	_, inconclusive := isInconclusive(failed)
	quiet := failed == nil || inconclusive || errors.Is(failed, render.ErrNotApplicable)
	if r.over() != "" || r.last == nil || r.last.Err == nil && quiet {
		return finding{}, false
	}
	sent := r.last.Event.String()
	for _, wait := range []time.Duration{0, 300 * time.Millisecond, 2 * time.Second} {
		event, err := r.newEvent(r.subject.control())
		if err == nil {
			err = r.pause(ctx, wait)
		}
		if err != nil {
			return finding{}, false
		}
		if response, err := r.deliver(ctx, event); err != nil || response.Err == nil {
			return finding{}, false
		}
	}
	reason := strings.TrimSuffix(r.last.Err.Error(), ":")
	r.stop("the handler has stopped answering: " + reason)
	return finding{grave: true, sent: sent, expected: "a handler that still answers afterwards", actual: reason}, true
}
