package listen

import "github.com/fakestripe/fakestripe/webhooktest"

// A load is a number of deliveries and the bytes that they hold.
type load struct{ count, bytes int }

func (l *load) add(t *task)    { l.count++; l.bytes += t.size }
func (l *load) remove(t *task) { l.count--; l.bytes -= t.size }

// exceeds reports whether a load is more than a bound.
func (l load) exceeds(bound load) bool { return l.count > bound.count || l.bytes > bound.bytes }

const overhead = 1 << 10 // bytes of a task or an attempt, about

// taskSize is about how many bytes a task holds before its first attempt: the event;
// its text in the version of the endpoint, beside the one that was submitted; and the
// text that a mutation makes of it, which the event remembers.
func taskSize(event *webhooktest.Event, versioned bool, mutations []string) int {
	texts := 1
	if versioned {
		texts++
	}
	if len(mutations) > 0 {
		texts++
	}
	return overhead + texts*len(event.Body())
}

// size is about how many bytes an attempt holds.
func (a *Attempt) size() int {
	size := overhead + len(a.ResponseBody) + len(a.Error) + valuesSize(a.Request) + valuesSize(a.Response)
	for i := range a.Calls {
		c := &a.Calls[i]
		size += overhead + len(c.Path) + len(c.Query) + valuesSize(c.Params) + len(c.IdempotencyKey) + len(c.Client) + len(c.Error)
	}
	return size
}

// valuesSize is about how many bytes a header or parameters hold.
func valuesSize(values map[string][]string) (size int) {
	const each = 16 // bytes of a string without its text
	for name, texts := range values {
		size += each + len(name)
		for _, text := range texts {
			size += each + len(text)
		}
	}
	return size
}
