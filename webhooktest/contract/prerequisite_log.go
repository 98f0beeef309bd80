package contract

import (
	"fmt"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A prerequisiteLog counts the events that had to come before others and got a server error
// each time: what came after them was judged without them.
type prerequisiteLog struct {
	mu    sync.Mutex
	count int
	first *webhooktest.Response
}

func (l *prerequisiteLog) add(response *webhooktest.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count++; l.first == nil {
		l.first = response
	}
}

// notes describes them.
func (l *prerequisiteLog) notes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == 0 {
		return nil
	}
	times := "once"
	if l.count > 1 {
		times = fmt.Sprintf("%d times", l.count)
	}
	return []string{fmt.Sprintf("an event that had to come before others failed twice, %s in this run, and what followed was judged without it: first %s, with %s",
		times, l.first.Event.Type(), answerOf(l.first))}
}
