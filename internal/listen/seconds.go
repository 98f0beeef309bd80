package listen

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// usedSeconds are the seconds in which other processes may have sent an event of the
// journal. No two attempts may share a second.
//
// The journal holds completed attempts. Each crash may have interrupted one more per
// delivery, so the journal also has a line for each start.
type usedSeconds struct {
	from, until time.Time
	sent        int // maximum number of attempts
	once        sync.Once
}

// mark makes the event remember these seconds: it delivers the event once in each, to a
// handler that discards it. Deliver dates an attempt back by one second per earlier
// attempt, by four minutes at most.
func (u *usedSeconds) mark(ctx context.Context, event *webhooktest.Event) {
	const window = 240
	if u == nil {
		return
	}
	u.once.Do(func() {
		small, err := event.Edit(webhooktest.Add("data", nil)) // shares the event's memory and is signed faster
		if err != nil {
			return // Add can always replace a value
		}
		first := max(time.Now().Unix()-window, u.from.Unix()-int64(u.sent))
		for second := first; second <= u.until.Unix(); second++ {
			endpoint := discard(func() time.Time { return time.Unix(second, 0) })
			_, _ = endpoint.Deliver(ctx, small) // fails only at the end of the context
		}
	})
}

// discard is an endpoint that accepts everything and does nothing.
func discard(now func() time.Time) *webhooktest.Endpoint {
	ignore := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	return &webhooktest.Endpoint{Handler: ignore, Timeout: -1, Now: now}
}
