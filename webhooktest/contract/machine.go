package contract

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

const (
	// leastStall is the delay of a timer that counts as a stall: schedulers are milliseconds
	// late, a Windows timer 16.
	leastStall = 50 * time.Millisecond

	// mostStall bounds what is made of one stall: a laptop may have slept.
	mostStall = 2 * time.Second
)

// A machine notices that it stalls: a timer is late, or a reading of the state that used
// to be quick is slow. What was measured of a handler's speed before then says nothing.
// All cases of a run share one machine.
type machine struct {
	mu           sync.Mutex
	stalled      time.Duration // by how much it was late at worst
	calibratedAt time.Duration // the same, when the pace was learned
	recalibrated int           // how often the speed was measured again
	quickest     time.Duration // reading of the state
}

// pause waits, and notices if the machine stalls meanwhile.
func (m *machine) pause(ctx context.Context, d time.Duration) error {
	start := time.Now()
	err := pause(ctx, d)
	m.noteStall(time.Since(start) - d)
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noteStall keeps by how much the machine was late, if that is the most so far.
func (m *machine) noteStall(late time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if late >= leastStall {
		m.stalled = max(m.stalled, min(late, mostStall))
	}
}

// noteReading notices a reading of the state that takes ten times as long as the quickest.
func (m *machine) noteReading(took time.Duration) {
	m.mu.Lock()
	quickest := m.quickest
	if m.quickest == 0 || took < m.quickest {
		m.quickest = took
	}
	m.mu.Unlock()
	if quickest > 0 && took > 10*quickest {
		m.noteStall(took - quickest)
	}
}

// stall is by how much the machine was late at worst, 0 if it never was.
func (m *machine) stall() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stalled
}

// tooLong reports whether something took longer than its limit. On a machine that stalls,
// it must exceed the limit by more than the stalls can have added. In between, nothing can
// be said.
func (m *machine) tooLong(took, limit time.Duration) (bool, error) {
	const stalls = 4 // an answer may meet more than one
	allowance := stalls * m.stall()
	if took <= limit || took > limit+allowance {
		return took > limit, nil
	}
	return false, errInconclusive{reason: fmt.Sprintf("an answer took %s, more than %s, but this machine stalls: a timer came %s late", text.Brief(took), limit, text.Brief(allowance/stalls))}
}

// calibrated keeps how the machine stalls while the pace is learned.
func (m *machine) calibrated() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calibratedAt = m.stalled
}

// outrun reports whether the machine stalls much more than when the handler's speed was
// measured, and counts the speed as measured again.
func (m *machine) outrun() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stalled < leastStall || m.stalled <= 2*m.calibratedAt {
		return false
	}
	m.calibratedAt = m.stalled
	m.recalibrated++
	return true
}

// notes are what the reader of a report should know of the machine.
func (m *machine) notes() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.recalibrated == 0 {
		return nil
	}
	times := "once"
	if m.recalibrated > 1 {
		times = fmt.Sprintf("%d times", m.recalibrated)
	}
	return []string{fmt.Sprintf("this machine stalls: a timer or a reading of the state came %s late. The handler's speed was measured again, %s", text.Brief(m.stalled), times)}
}
