package listen

import (
	"context"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A past is what an event of a journal does not remember: the seconds in which other
// processes may have sent it. No two attempts may share one.
//
// The journal has the attempts that came to their end. Each process that was killed may
// have made one more of each delivery, so that each start is a line of the journal too.
type past struct {
	from, until time.Time
	sent        int // how often, at the most
	once        sync.Once
}

// burn makes the event remember them: it is signed once for each second, and delivered
// to nobody. An attempt is dated back by a second for each that was made before, and
// by four minutes at the most.
func (p *past) burn(ctx context.Context, event *webhooktest.Event) {
	const window = 240
	if p == nil {
		return
	}
	p.once.Do(func() {
		small, err := event.Edit(webhooktest.Add("data", nil)) // remembers with the event, and is signed faster
		if err != nil {
			return // Add can always replace a value
		}
		first := max(time.Now().Unix()-window, p.from.Unix()-int64(p.sent))
		for second := first; second <= p.until.Unix(); second++ {
			endpoint := nobody(func() time.Time { return time.Unix(second, 0) })
			_, _ = endpoint.Deliver(ctx, small) // fails only at the end of the context
		}
	})
}
