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
	times int
	cure  string
}

// slowParts says what most of a long run was spent on.
func slowParts(r *run) (notes []string) {
	all := r.budget.limit - time.Until(r.budget.deadline)
	for _, part := range []slowPart{readings(r.machine), preparations(&r.objects.known.preparing)} {
		if all >= longRun && part.took >= all/largePart {
			notes = append(notes, part.said(all))
		}
	}
	return notes
}

// said describes the part of a run.
func (p slowPart) said(all time.Duration) string {
	each := text.Brief(p.took / time.Duration(max(1, p.times)))
	return fmt.Sprintf("%s took %s of %s, %s each time: %s makes a run quicker", p.what, p.took.Round(time.Second), all.Round(time.Second), each, p.cure)
}

// readings is the part of reading the state.
func readings(m *machine) slowPart {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slowPart{"reading the state", m.reading, m.reads, "a smaller state"}
}

// preparations is the part of preparing objects of the app.
func preparations(p *preparing) slowPart {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slowPart{"preparing objects of the app", p.took, p.times, "a request to the running app instead of a program that starts each time"}
}
