package contract

import (
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A run may take long for the app's sake. Its user can make that quicker once it is named.

const (
	// longRun is how long a run takes of which somebody wants to know why.
	longRun = time.Minute

	// largePart is the part of a run that is worth a note: 1/largePart.
	largePart = 3
)

// A slowPart is what a run spends time on that the user can make quicker.
type slowPart struct {
	what  string
	took  time.Duration
	times int // 0 if an average says nothing
	cure  string
}

// slowParts says what most of a long run was spent on.
func slowParts(r *run) (notes []string) {
	all := r.budget.limit - time.Until(r.budget.deadline)
	for _, part := range partsOf(r) {
		if all >= longRun && part.took >= all/largePart {
			notes = append(notes, part.said(all))
		}
	}
	return notes
}

// partsOf returns what a run spent time on so far.
func partsOf(r *run) []slowPart {
	parts := []slowPart{readings(r.machine), preparations(&r.objects.known.preparing)}
	if longest := time.Duration(r.learned.longest.Load()); longest >= slowWork {
		parts = append(parts, waits(r.machine, longest))
	}
	return parts
}

// said describes the part of a run.
func (p slowPart) said(all time.Duration) string {
	each := ""
	if p.times > 0 {
		each = fmt.Sprintf(", %s each time", text.Brief(p.took/time.Duration(p.times)))
	}
	return fmt.Sprintf("%s took %s of %s%s: %s makes a run quicker", p.what, p.took.Round(time.Second), all.Round(time.Second), each, p.cure)
}

// readings is the part of reading the state.
func readings(m *machine) slowPart {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slowPart{"reading the state", m.reading, m.reads, "a smaller state"}
}

// waits is the part of waiting for a handler that was seen to work for long after its answer.
func waits(m *machine, longest time.Duration) slowPart {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slowPart{"waiting for work after the answer", m.waited, 0,
		fmt.Sprintf("it was seen to take %s, and a queue that begins at once in a test", text.Brief(longest))}
}

// preparations is the part of preparing objects of the app.
func preparations(p *preparing) slowPart {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slowPart{"preparing objects of the app", p.took, p.times, "a request to the running app instead of a program that starts each time"}
}
