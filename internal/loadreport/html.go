package loadreport

import (
	_ "embed"
	"io"
	"strings"

	"github.com/fakestripe/fakestripe/internal/markup"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

const (
	pageTop markup.Text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
`
	pageEnd markup.Text = "<footer>Made by fakestripe, offline.</footer>\n</body>\n</html>\n"
)

//go:embed page.css
var pageStyle markup.Text

// html writes a report as one self-contained page: no script, no font, no network.
func html(w io.Writer, r *load.Report) error {
	p := new(markup.Writer)
	p.Own(pageTop)
	p.Put("<title>", headline(r)+" · "+r.Target, "</title>\n")
	p.Own("<style>\n" + pageStyle + "</style>\n</head>\n<body>\n<header>\n")
	p.Put("<p class=\"kicker\">Load on ", r.Target, "</p>\n")
	p.Put("<h1>", headline(r), "</h1>\n")
	verdict(p, r)
	p.Own("</header>\n<main>\n")
	conditions(p, r)
	tiles(p, r)
	plots(p, r)
	p.Own("<table>\n")
	for _, f := range facts(r) {
		p.Put("<tr><th>", f.name, "</th>")
		p.Put("<td>", f.text, "</td></tr>\n")
	}
	p.Put("<tr><th>run</th><td>", r.RunID, "</td></tr>\n</table>\n</main>\n")
	p.Own(pageEnd)
	_, err := io.WriteString(w, p.String())
	return err
}

func verdict(p *markup.Writer, r *load.Report) {
	v := r.Verdict
	if v == nil {
		return
	}
	class := "sound"
	switch {
	case v.Inconclusive != "":
		class = "unknown"
	case !v.Sound():
		class = "short"
	}
	p.Put(`<p class="verdict `, class, `">`)
	p.Put("", v.String(), "</p>\n")
	for _, line := range details(v) {
		p.Put("<p class=\"note\">", line, "</p>\n")
	}
}

func conditions(p *markup.Writer, r *load.Report) {
	for _, c := range r.Conditions {
		p.Put(`<p class="condition `, strings.ToLower(holds(c)), `">`)
		p.Put("<b>", holds(c), "</b> ")
		p.Put("", c.Condition+": "+c.Actual, "</p>\n")
	}
}

func tiles(p *markup.Writer, r *load.Report) {
	if r.Deliveries == 0 {
		return
	}
	p.Own("<dl>\n")
	for _, f := range latencies(r.Latency) {
		p.Put("<div><dt>", f.name, "</dt>")
		p.Put("<dd>", f.text, "</dd></div>\n")
	}
	p.Own("</dl>\n")
}

// plots draws what happened over time, and the distribution.
func plots(p *markup.Writer, r *load.Report) {
	rate, p50, p99 := line{name: "deliveries a second"}, line{name: "p50"}, line{name: "p99"}
	failed := line{name: "errors"}
	for _, point := range r.Timeline {
		rate.add(point.At, point.Rate)
		p50.add(point.At, point.P50)
		p99.add(point.At, point.P99)
		failed.add(point.At, float64(point.Errors))
	}
	rates := []line{rate}
	if r.Failures > 0 {
		rates = append(rates, failed)
	}
	curve := line{name: "latency"}
	for _, c := range r.Latency.Curve {
		if at, inside := nines(c[0]); inside {
			curve.add(at, c[1])
		}
	}
	plot{title: "Rate", unit: "/s", lines: rates}.draw(p)
	plot{title: "Latency over time", unit: "ms", lines: []line{p50, p99}}.draw(p)
	plot{title: "Latency by percentile", unit: "ms", lines: []line{curve}, percentiles: true}.draw(p)
}
