package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A machine that has other work stalls: a timer comes late, a reading that took a
// moment takes long. What was learned of a handler's pace before says nothing then.

const (
	// leastStall is how late a timer has to be to count: schedulers are milliseconds
	// late, a timer of Windows 16.
	leastStall = 50 * time.Millisecond

	// mostStall bounds what is made of one stall: a laptop may have slept.
	mostStall = 2 * time.Second
)

// pause waits, and notices if the machine stalls meanwhile.
func (s *run) pause(ctx context.Context, d time.Duration) error {
	start := time.Now()
	err := pause(ctx, d)
	s.noteStall(time.Since(start) - d)
	return err
}

// noteStall keeps by how much the machine was late, if that is the most so far.
func (s *run) noteStall(late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if late >= leastStall {
		s.stalled = max(s.stalled, min(late, mostStall))
	}
}

// noteReading notices a reading of the state that takes ten times as long as the
// quickest one.
func (s *run) noteReading(took time.Duration) {
	s.mu.Lock()
	quickest := s.quickest
	if s.quickest == 0 || took < s.quickest {
		s.quickest = took
	}
	s.mu.Unlock()
	if quickest > 0 && took > 10*quickest {
		s.noteStall(took - quickest)
	}
}

// stall is by how much the machine was late at worst, 0 if it never was.
func (s *run) stall() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stalled
}

// tooLong reports whether something took longer than its limit, which on a machine that
// stalls it must exceed by more than the stalls could have added: in between nothing can
// be said.
func (s *run) tooLong(took, limit time.Duration) (bool, error) {
	const stalls = 4 // an answer that a stall delays may meet more than one
	allowance := stalls * s.stall()
	if took <= limit || took > limit+allowance {
		return took > limit, nil
	}
	return false, errInconclusive{fmt.Sprintf("an answer took %s, more than %s, but this machine stalls: a timer came %s late", text.Brief(took), limit, text.Brief(allowance/stalls))}
}

// paceIsLearned keeps how the machine stalls while the pace is learned.
func (s *run) paceIsLearned() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pacedAt = s.stalled
}

// paceIsOld reports whether the machine stalls much more than when the pace was
// learned, and takes it for learned anew.
func (s *run) paceIsOld() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stalled < leastStall || s.stalled <= 2*s.pacedAt {
		return false
	}
	s.pacedAt = s.stalled
	s.relearned++
	return true
}

// notes are what the reader of a report should know of the run.
func (s *run) notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.relearned == 0 {
		return nil
	}
	return []string{fmt.Sprintf("this machine stalls: a timer or a reading of the state came %s late. How fast the handler works was learned again (%d times)", text.Brief(s.stalled), s.relearned)}
}

// learnPaceAgain forgets what was learned before the machine began to stall, and
// measures again how long a genuine event takes to show.
func (r *runner) learnPaceAgain(ctx context.Context) error {
	if r.subject.Settle > 0 || r.first == nil || !r.observed() || !r.paceIsOld() {
		return nil
	}
	known, _ := r.effect(r.subject.control())
	r.forgetAll()
	event, err := r.eventAlone(ctx, r.subject.control())
	if err != nil || len(known) == 0 {
		return err
	}
	p := r.about(event)
	before, err := p.readStill(ctx)
	if err != nil {
		return err
	}
	if _, err := r.deliver(ctx, event); err != nil {
		return err
	}
	took, moved, err := p.waitForMove(ctx, before, effectTimeout)
	if err == nil && moved {
		r.pace(took)
		r.works(r.settle)
	}
	return err
}
