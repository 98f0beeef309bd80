package main

import (
	"fmt"
	"io"
	"strconv"
)

// A table prints Markdown with aligned columns, line by line as results arrive.
type table struct{ out io.Writer }

func (t table) head() {
	t.line("what", "against", "measure", "bound", "measured", "verdict")
	fmt.Fprintln(t.out, "|---|---|---|---|---|---|")
}

// results prints a line for each bound of a pair.
func (t table) results(p pair, values []float64) {
	for i, b := range p.bounds {
		sign, verdict := "≤ ", "ok"
		if b.atLeast {
			sign = "≥ "
		}
		if !b.holds(values[i]) {
			verdict = "OVER"
		}
		t.line(p.what, p.against, b.measure, sign+number(b.limit)+b.unit, number(values[i])+b.unit, verdict)
	}
}

// reason prints why a pair has no numbers.
func (t table) reason(p pair, err error) {
	t.line(p.what, p.against, "", "", "", "not run: "+err.Error())
}

func (t table) line(what, against, measure, bound, measured, verdict string) {
	fmt.Fprintf(t.out, "| %-43s | %-44s | %-16s | %-7s | %-8s | %s |\n", what, against, measure, bound, measured, verdict)
}

// number formats three significant digits.
func number(value float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 3, 64), 64) // its own output parses
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
