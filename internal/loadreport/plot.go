package loadreport

import (
	"fmt"
	"math"
	"strings"

	"github.com/fakestripe/fakestripe/internal/markup"
)

// A line is a series of values in a plot.
type line struct {
	name string
	x, y []float64
}

func (l *line) add(x, y float64) { l.x, l.y = append(l.x, x), append(l.y, y) }

// A plot is drawn as inline SVG.
type plot struct {
	title, unit string
	lines       []line
	percentiles bool // the x axis is nines, not seconds
}

// Sizes of a plot, in units of its view box.
const (
	plotWidth, plotHeight = 720.0, 220.0
	left, right           = 64.0, 12.0
	top, bottom           = 12.0, 28.0
)

func (pl plot) draw(p *markup.Writer) {
	xMax, yMax := 0.0, 0.0
	for _, l := range pl.lines {
		for i := range l.x {
			xMax, yMax = max(xMax, l.x[i]), max(yMax, l.y[i])
		}
	}
	if len(pl.lines) == 0 || len(pl.lines[0].x) == 0 {
		return
	}
	xMax, yMax = max(xMax, 1e-9), ceiling(yMax)
	px := func(x float64) float64 { return left + x/xMax*(plotWidth-left-right) }
	py := func(y float64) float64 { return plotHeight - bottom - y/yMax*(plotHeight-top-bottom) }
	p.Put("<figure><figcaption>", pl.title, "</figcaption>\n")
	p.Own(`<svg viewBox="0 0 720 220" role="img">` + "\n")
	for _, share := range []float64{0, 0.5, 1} {
		pl.rule(p, py(share*yMax), number(share*yMax)+pl.unit)
	}
	for _, t := range pl.ticks(xMax) {
		p.Put(`<text class="x" y="214" x="`, number(px(t.at)), `">`)
		p.Put("", t.label, "</text>\n")
	}
	for i, l := range pl.lines {
		var points strings.Builder
		for j := range l.x {
			fmt.Fprintf(&points, "%.1f,%.1f ", px(l.x[j]), py(l.y[j]))
		}
		p.Put(`<polyline class="line`, fmt.Sprint(i), `" points="`)
		p.Put("", points.String(), `"><title>`)
		p.Put("", l.name, "</title></polyline>\n")
	}
	p.Own("</svg>\n")
	for i, l := range pl.lines {
		if len(pl.lines) > 1 {
			p.Put(`<span class="key`, fmt.Sprint(i), `">`)
			p.Put("", l.name, "</span>\n")
		}
	}
	p.Own("</figure>\n")
}

// rule draws a horizontal line with its value.
func (pl plot) rule(p *markup.Writer, y float64, label string) {
	p.Put(`<line x1="64" x2="708" y1="`, number(y), `"`)
	p.Put(` y2="`, number(y), `"/>`)
	p.Put(`<text class="y" x="58" y="`, number(y+4), `">`)
	p.Put("", label, "</text>\n")
}

// A tick is a label of the x axis.
type tick struct {
	at    float64
	label string
}

func (pl plot) ticks(xMax float64) (ticks []tick) {
	if !pl.percentiles {
		return []tick{{0, "0s"}, {xMax / 2, number(xMax/2) + "s"}, {xMax, number(xMax) + "s"}}
	}
	for _, percentile := range []float64{0, 50, 90, 99, 99.9, 99.99, 99.999} {
		if at, _ := nines(percentile); at <= xMax {
			ticks = append(ticks, tick{at, "p" + number(percentile)})
		}
	}
	return ticks
}

// nines spreads percentiles so that each further nine has the same width: 90 is 1, 99 is 2.
// The highest has no position.
func nines(percentile float64) (at float64, inside bool) {
	return -math.Log10(1 - percentile/100), percentile < 100
}

// ceiling returns the next round number: 1, 2 or 5 times a power of ten.
func ceiling(n float64) float64 {
	if n <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(n)))
	for _, factor := range []float64{1, 2, 5} {
		if n <= factor*power {
			return factor * power
		}
	}
	return 10 * power
}

func number(n float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", n), "0"), ".")
}
