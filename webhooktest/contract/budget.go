package contract

import (
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// NeedTime is the Need of a case that the time of the run was too short for.
const NeedTime = "time"

// A budget is the rest of a run, until its time is up or nothing more can be judged.
type budget struct {
	limit    time.Duration
	deadline time.Time

	mu    sync.Mutex
	ended string // why, "" while it is not
}

func newBudget(limit time.Duration) *budget {
	return &budget{limit: limit, deadline: time.Now().Add(limit)}
}

// end ends what can be judged, for a reason. The first one stays.
func (b *budget) end(reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended == "" {
		b.ended = reason
	}
}

// over says why nothing more is judged, "" if it is.
func (b *budget) over() string {
	if up := b.timeIsUp(); up != "" {
		b.end(up)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended
}

// timeIsUp says that the time of the run is over, "" if it is not.
func (b *budget) timeIsUp() string {
	if time.Now().Before(b.deadline) {
		return ""
	}
	return b.timeWasOver()
}

// need is what a run that is over lacked: time, or nothing that anybody could give.
func (b *budget) need() string {
	if b.over() == b.timeWasOver() {
		return NeedTime
	}
	return ""
}

func (b *budget) timeWasOver() string {
	return "the time of the run, " + text.Brief(b.limit).String() + ", was over"
}
