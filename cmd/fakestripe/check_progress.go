package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A checkProgress says how far a check has come, and at which case it is: on a terminal in a
// live line, elsewhere now and then, when it takes long.
type checkProgress struct {
	out      io.Writer
	terminal bool
	all      int
	most     time.Duration // no case begins after this time
	begun    time.Time

	mu    sync.Mutex
	done  int
	at    string    // the case that began last
	since time.Time // when it began
	stop  func()    // nil before the start, and after the end
}

// Where there is no terminal, a check says how far it is after tellAfter, and from then on
// each tellEvery.
const (
	tellAfter = 10 * time.Second
	tellEvery = 30 * time.Second
)

// start begins to tell, until end.
func (p *checkProgress) start() {
	first, every := tellAfter, tellEvery
	if p.terminal {
		first, every = time.Second, time.Second
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun, p.done = time.Now(), 0
	p.stop = repeatedly(first, every, p.tell)
}

// end removes the live line. Nothing is told from then on.
func (p *checkProgress) end() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop = nil
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// sayEvery prints how long something has taken, each time that an interval has passed,
// until stop is called.
func sayEvery(out io.Writer, interval time.Duration, format string) (stop func()) {
	begun := time.Now()
	return repeatedly(interval, interval, func() { fmt.Fprintf(out, format, time.Since(begun).Round(time.Second)) })
}

// repeatedly calls a function after a first time, and then each time that an interval has
// passed, until stop is called. It is not at work any more when stop returns.
func repeatedly(first, interval time.Duration, tell func()) (stop func()) {
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		timer := time.NewTimer(first)
		defer timer.Stop()
		for {
			select {
			case <-ended:
				return
			case <-timer.C:
				tell()
				timer.Reset(interval)
			}
		}
	}()
	return func() {
		close(ended)
		<-done
	}
}

// begin takes in a case that begins.
func (p *checkProgress) begin(id string) {
	p.mu.Lock()
	p.at, p.since = id, time.Now()
	p.mu.Unlock()
	if p.terminal {
		p.tell()
	}
}

// add takes in a case that is done.
func (p *checkProgress) add(contract.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
}

// tell says how far the check is.
func (p *checkProgress) tell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil || p.done >= p.all || p.done == 0 && !p.terminal {
		return
	}
	elapsed := time.Since(p.begun)
	rest := fmt.Sprintf("no case begins after --max-time %s", p.most) // races come last and take longest: there is no telling how long
	if !p.terminal {
		fmt.Fprintf(p.out, "fakestripe: %d of %s after %s, now at %s: %s\n", p.done, plural(p.all, "case"), elapsed.Round(time.Second), p.at, rest)
		return
	}
	fmt.Fprintf(p.out, "\r\x1b[K%d of %d  %s", p.done, p.all, p.at)
	if took := time.Since(p.since).Round(time.Second); took > time.Second {
		fmt.Fprintf(p.out, " for %s", took)
	}
	if elapsed >= tellAfter {
		fmt.Fprintf(p.out, "  %s", rest)
	}
}
