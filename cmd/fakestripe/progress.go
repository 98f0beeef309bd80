package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	progressAfter = time.Second // shorter runs have no bar
	progressWidth = 30
)

// A progress is the bar below the lines of a long run. The zero value draws nothing.
type progress struct {
	out         io.Writer
	total, done int    // total 0: unknown
	unit        string // " MiB", "" for things
	started     time.Time
	visible     bool
}

func (p *progress) draw(now time.Time) {
	if p.out == nil || now.Sub(p.started) < progressAfter {
		return
	}
	p.visible = true
	if p.total == 0 {
		fmt.Fprintf(p.out, "%d%s", p.done, p.unit)
		return
	}
	filled := progressWidth * min(p.done, p.total) / p.total
	fmt.Fprintf(p.out, "[%s%s] %d of %d%s", strings.Repeat("=", filled), strings.Repeat(" ", progressWidth-filled), p.done, p.total, p.unit)
}

// clear removes the bar to make room for a line.
func (p *progress) clear() {
	if p.visible {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.visible = false
	}
}
