package main

import (
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A loadProgress shows the progress of a load: on a terminal in a live line, elsewhere in a
// line from time to time.
type loadProgress struct {
	shell
	terminal bool
	told     time.Time // last line
}

func newLoadProgress(sh shell) *loadProgress {
	return &loadProgress{shell: sh, terminal: sh.terminal(sh.err)}
}

func (p *loadProgress) talk(format string, args ...any) {
	p.clear()
	p.told = time.Now()
	fmt.Fprintf(p.err, "fakestripe: %s\n", printable(fmt.Sprintf(format, args...)))
}

// clear removes the live line.
func (p *loadProgress) clear() {
	if p.terminal {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
}

// progressInterval is the time between lines without a terminal.
const progressInterval = 10 * time.Second

func (p *loadProgress) show(now load.Progress) {
	switch {
	case now.Phase == load.Learning:
		p.talk("learned: %s", now.Text)
	case p.terminal:
		p.clear()
		fmt.Fprint(p.err, progressLine(now))
	case time.Since(p.told) >= progressInterval:
		p.talk("%s", progressLine(now))
	}
}

func progressLine(now load.Progress) string {
	elapsed := now.Elapsed.Round(time.Second)
	switch {
	case now.Phase == load.Waiting && now.Missing == 0:
		return fmt.Sprintf("%s after the load: waiting for the state to be still", elapsed)
	case now.Phase == load.Waiting:
		return fmt.Sprintf("%s after the load: waiting for %s effects", elapsed, load.Number(now.Missing))
	}
	ms := func(d time.Duration) string { return load.Milliseconds(float64(d) / 1e6) }
	return fmt.Sprintf("%s  %s events  %.0f/s  p50 %s  p99 %s  %s errors",
		elapsed, load.Number(now.Events), now.Rate, ms(now.P50), ms(now.P99), load.Number(now.Errors))
}
