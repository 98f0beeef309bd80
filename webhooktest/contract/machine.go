package contract

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

const (
	// leastStall is the minimum delay of a timer that counts as a stall: schedulers are
	// milliseconds late, a Windows timer 16.
	leastStall = 50 * time.Millisecond

	// mostStall limits the influence of one stall: a laptop may have slept.
	mostStall = 2 * time.Second
)

// A machine detects stalls: a late timer, or a slow reading of the state that used to be
// quick. They invalidate earlier measurements of a handler's speed. All cases of a run
// share one machine.
type machine struct {
	mu           sync.Mutex
	stalled      time.Duration // longest delay
	calibratedAt time.Duration // longest delay when the pace was measured
	recalibrated int           // how many times the speed was measured again
	quickest     time.Duration // quickest reading of the state
	reading      time.Duration // all readings of the state
	reads        int           // their number
}

// pause waits, and detects a stall of the machine meanwhile.
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

// noteStall records a delay of the machine, if it is the longest so far.
func (m *machine) noteStall(late time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if late >= leastStall {
		m.stalled = max(m.stalled, min(late, mostStall))
	}
}

// noteReading detects a reading of the state that takes ten times as long as the quickest.
func (m *machine) noteReading(took time.Duration) {
	m.mu.Lock()
	m.reading, m.reads = m.reading+took, m.reads+1
	quickest := m.quickest
	if m.quickest == 0 || took < m.quickest {
		m.quickest = took
	}
	m.mu.Unlock()
	if quickest > 0 && took > 10*quickest {
		m.noteStall(took - quickest)
	}
}

// stall returns the machine's longest delay, 0 if it never stalled.
func (m *machine) stall() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stalled
}

// tooLong reports whether something took longer than its limit. On a machine that stalls,
// it must exceed the limit by more than the stalls can have added. In between, the result
// is inconclusive.
func (m *machine) tooLong(took, limit time.Duration) (bool, error) {
	const stalls = 4 // an answer may meet several
	allowance := stalls * m.stall()
	if took <= limit || took > limit+allowance {
		return took > limit, nil
	}
	return false, errInconclusive{reason: fmt.Sprintf("a response took %s, more than %s, but this machine stalls: a timer came %s late", text.Brief(took), limit, text.Brief(allowance/stalls))}
}

// calibrated records how much the machine stalls while the pace is measured.
func (m *machine) calibrated() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calibratedAt = m.stalled
}

// outrun reports whether the machine stalls much more than when the handler's speed was
// measured, and counts that measurement as repeated.
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

// notes returns the remarks on the machine for a reader of the report.
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
