package listen

import "github.com/fakestripe/fakestripe/webhooktest"

// A load is a number of deliveries and their size in bytes.
type load struct{ count, bytes int }

func (l *load) add(t *task)    { l.count++; l.bytes += t.size }
func (l *load) remove(t *task) { l.count--; l.bytes -= t.size }

// exceeds reports whether a load is over a bound.
func (l load) exceeds(bound load) bool { return l.count > bound.count || l.bytes > bound.bytes }

const overhead = 1 << 10 // approximate bytes of a task or an attempt

// taskSize estimates the size of a task before its first attempt: the event; its text in
// the endpoint's version, kept next to the original; and its mutated text, remembered by
// the event.
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

// size estimates the size of an attempt.
func (a *Attempt) size() int {
	size := overhead + len(a.ResponseBody) + len(a.Error) + valuesSize(a.Request) + valuesSize(a.Response)
	for i := range a.Calls {
		c := &a.Calls[i]
		size += overhead + len(c.Path) + len(c.Query) + valuesSize(c.Params) + len(c.IdempotencyKey) + len(c.Client) + len(c.Error)
	}
	return size
}

// valuesSize estimates the size of a header or of parameters.
func valuesSize(values map[string][]string) (size int) {
	const each = 16 // bytes of a string header
	for name, texts := range values {
		size += each + len(name)
		for _, text := range texts {
			size += each + len(text)
		}
	}
	return size
}
