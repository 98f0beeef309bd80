package contract

import (
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// NeedTime is the Need of a case for which the run had too little time.
const NeedTime = "time"

// A budget is the rest of a run: until its time is up or nothing more can be judged.
type budget struct {
	limit    time.Duration
	deadline time.Time

	mu    sync.Mutex
	ended string // why the run ended, "" before
}

func newBudget(limit time.Duration) *budget {
	return &budget{limit: limit, deadline: time.Now().Add(limit)}
}

// end ends the run for a reason. The first reason stays.
func (b *budget) end(reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended == "" {
		b.ended = reason
	}
}

// over returns why nothing more is judged, or "".
func (b *budget) over() string {
	if up := b.timeIsUp(); up != "" {
		b.end(up)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended
}

// isShort reports whether so much of the time is over that the rest may not suffice.
func (b *budget) isShort() bool {
	return time.Until(b.deadline) < b.limit*3/4
}

// timeIsUp returns why the time of the run is over, or "".
func (b *budget) timeIsUp() string {
	if time.Now().Before(b.deadline) {
		return ""
	}
	return b.timeWasOver()
}

// need returns what a run that is over lacked: time, or "" for nothing that a user could
// provide.
func (b *budget) need() string {
	if b.over() == b.timeWasOver() {
		return NeedTime
	}
	return ""
}

func (b *budget) timeWasOver() string {
	return "the time of the run, " + text.Brief(b.limit).String() + ", was over"
}
