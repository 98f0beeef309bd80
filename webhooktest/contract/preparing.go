package contract

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// An app may take long to prepare an object, such as a command that connects to a database. A
// case about many events at once then gets as many as there is time for.

const (
	// preparingTime is how long the objects for the events of one name may take.
	preparingTime = 5 * time.Second

	// fewestTogether is how many events are many at once all the same.
	fewestTogether = 10
)

// A preparing records how long the app takes to prepare objects, and which cases got fewer
// events for that.
type preparing struct {
	mu    sync.Mutex
	times int
	took  time.Duration
	fewer map[string]string
}

// note records a preparation that began at a time.
func (p *preparing) note(began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.times++
	p.took += time.Since(began)
}

// each returns how long one takes on average, 0 if there was none.
func (p *preparing) each() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.took / time.Duration(max(1, p.times))
}

// inTime returns the case with as many events of a name as there is time to prepare objects for.
func (p *preparing) inTime(c *contractCase) *contractCase {
	each := p.each()
	few := max(fewestTogether, int(preparingTime/max(each, 1)))
	many := func(event caseEvent) bool { return event.Count > few }
	if !slices.ContainsFunc(slices.Collect(maps.Values(c.Events)), many) {
		return c
	}
	spec := *c
	spec.Events = maps.Clone(c.Events)
	for name, event := range c.Events {
		if !many(event) {
			continue
		}
		p.leaveOut(fmt.Sprintf("%s: %d events instead of %d, since the app takes %s to prepare an object for each", c.ID, few, event.Count, each.Round(10*time.Millisecond)), c.ID)
		event.Count = few
		spec.Events[name] = event
	}
	return &spec
}

func (p *preparing) leaveOut(said, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fewer == nil {
		p.fewer = make(map[string]string)
	}
	p.fewer[id] = said
}

// notes says which cases had fewer events than they ask for.
func (p *preparing) notes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Values(p.fewer))
}
