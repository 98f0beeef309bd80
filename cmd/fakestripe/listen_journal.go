package main

import (
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// shownDamaged is the maximum number of damaged lines reported one by one.
const shownDamaged = 10

// restored prints the content of the journal, and its damage.
func (p *listenPrinter) restored(journal string, restored listen.Restored) {
	if restored.Torn > 0 {
		p.talk("journal %s: the last line is incomplete: its %d bytes were removed", journal, restored.Torn)
	}
	for i, damage := range restored.Damaged {
		if i == shownDamaged {
			p.talk("journal %s: %s more", journal, counted(len(restored.Damaged)-i, "damaged line", "damaged lines"))
			break
		}
		p.talk("journal %s: line %d is damaged: %s", journal, damage.Line, damage.Problem)
	}
	if len(restored.Damaged) > 0 {
		p.talk("journal %s: everything else was read; the damaged lines stay in the file until you remove them", journal)
	}
	if restored.Events == 0 {
		return
	}
	p.talk("journal %s: %s, %s; %s", journal, events(restored.Events), attempts(restored.Attempts),
		counted(restored.Waiting, "delivery goes on", "deliveries go on"))
	if c := restored.Compaction; c != (listen.Compaction{}) {
		p.talk("journal %s: %s", journal, c)
	}
}

// A loading prints the progress of reading a long journal.
type loading struct {
	name string
	talk func(format string, args ...any)
	now  func() time.Time
	next time.Time // time of the next message
}

// toldEvery is the interval between messages.
const toldEvery = 2 * time.Second

func (l *loading) told(done, size int64) {
	switch now := l.now(); {
	case l.next.IsZero():
		l.next = now.Add(toldEvery)
	case !now.Before(l.next):
		l.next = now.Add(toldEvery)
		l.talk("journal %s: %d of %d MB read", l.name, done/1e6, size/1e6)
	}
}
