package main

import (
	"fmt"
	"io"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A checkProgress shows the progress of a check: on a terminal with each case, elsewhere
// once, if it takes long.
type checkProgress struct {
	out      io.Writer
	terminal bool
	all      int
	most     time.Duration // no case begins after this time
	begun    time.Time
	done     int
	told     bool // the remaining time was printed
}

// tellAfter is how long a check takes before it prints the remaining time.
const tellAfter = 10 * time.Second

// add counts a finished case.
func (p *checkProgress) add(result contract.Result) {
	p.done++
	elapsed := time.Since(p.begun)
	left := timeLeft(elapsed, p.done, p.all, p.most)
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%d of %d  %s", p.done, p.all, result.ID)
		if elapsed >= tellAfter {
			fmt.Fprintf(p.out, "  about %s left, no case begins after --max-time %s", left, p.most)
		}
		return
	}
	if elapsed >= tellAfter && !p.told && p.done < p.all {
		p.told = true
		fmt.Fprintf(p.out, "fakestripe: %d of %s after %s: about %s left, and no case begins after --max-time %s\n",
			p.done, plural(p.all, "case"), elapsed.Round(time.Second), left, p.most)
	}
}

// timeLeft estimates the time for the remaining cases from the finished ones, up to the
// time limit.
func timeLeft(elapsed time.Duration, done, all int, most time.Duration) time.Duration {
	left := elapsed / time.Duration(max(1, done)) * time.Duration(all-done)
	return max(0, min(left, most-elapsed)).Round(time.Second)
}
