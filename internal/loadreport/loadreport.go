// Package loadreport formats the result of a load: for a terminal, for programs, for CI,
// for a pull request and as a web page with plots.
package loadreport

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// Writer returns a function that writes a report in any format.
func Writer(r *load.Report) func(report.Format, io.Writer) error {
	return func(format report.Format, w io.Writer) error {
		switch format {
		case "html":
			return html(w, r)
		case "json":
			return JSON(w, r)
		case "junit":
			return junit(w, r)
		case "markdown":
			return markdown(w, r)
		}
		return Text(w, r)
	}
}

// JSON writes a report as one line.
func JSON(w io.Writer, r *load.Report) error { return encode(w, r) }

// VerdictJSON writes only a verdict, as one line.
func VerdictJSON(w io.Writer, v *load.Verdict) error { return encode(w, v) }

func encode(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// Text writes a report for a terminal.
func Text(w io.Writer, r *load.Report) error {
	var out strings.Builder
	fmt.Fprintln(&out, headline(r))
	for _, f := range facts(r) {
		fmt.Fprintf(&out, "%-8s %s\n", f.name, f.text)
	}
	if r.Verdict != nil {
		out.WriteString(verdictText(r.Verdict))
	}
	for _, c := range r.Conditions {
		fmt.Fprintf(&out, "%-8s %s: %s\n", holds(c), c.Condition, c.Actual)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// Verdict writes only the verdict, for a terminal.
func Verdict(w io.Writer, v *load.Verdict) error {
	_, err := io.WriteString(w, verdictText(v))
	return err
}

func verdictText(v *load.Verdict) string {
	return fmt.Sprintf("verdict  %s\n", v) + lines("         ", details(v))
}

// mostDetails limits the events shown for each finding; JSON has more.
const mostDetails = 10

// details lists what a verdict says beyond its line: the events, by finding, the
// differences in counters, and what was not judged.
func details(v *load.Verdict) (all []string) {
	for _, f := range []struct {
		what string
		load.Finding
	}{{"lost", v.Lost}, {"doubled", v.Doubled}, {"wrong", v.Wrong}, {"forged", v.Forged}} {
		for _, one := range f.Events[:min(mostDetails, len(f.Events))] {
			all = append(all, f.what+": "+one.String())
		}
		if more := len(f.Events) - mostDetails; more > 0 {
			all = append(all, fmt.Sprintf("%s: and %s more", f.what, load.Number(f.Count-mostDetails)))
		}
	}
	return slices.Concat(all, v.Counters, v.Notes)
}

func lines(indent string, lists ...[]string) (all string) {
	for _, line := range slices.Concat(lists...) {
		all += indent + line + "\n"
	}
	return all
}

func holds(c load.Outcome) string {
	if c.Holds {
		return "ok"
	}
	return "FAIL"
}

// headline returns what was sent, and how fast.
func headline(r *load.Report) string {
	line := fmt.Sprintf("%s events in %s: %s/s", load.Number(r.Events+r.Forgeries), seconds(r.Seconds), rate(r.Rate))
	if r.AskedRate != "" {
		line += " of " + r.AskedRate
	}
	line += ", " + load.Number(r.Failures) + " errors"
	for _, part := range []struct {
		n    int
		what string
	}{{r.Duplicates, "duplicates"}, {r.Retries, "retries"}, {r.Dropped, "dropped"}} {
		if part.n > 0 {
			line += ", " + load.Number(part.n) + " " + part.what
		}
	}
	if r.Interrupted {
		line += " (interrupted)"
	}
	return line
}

// A fact is a line of a report.
type fact struct{ name, text string }

func facts(r *load.Report) (all []fact) {
	add := func(name, format string, args ...any) { all = append(all, fact{name, fmt.Sprintf(format, args...)}) }
	if r.Deliveries > 0 {
		add("latency", "%s", latency(r.Latency))
	}
	var answers []string
	for _, status := range slices.Sorted(maps.Keys(r.Answers)) {
		answers = append(answers, fmt.Sprintf("%d: %s", status, load.Number(r.Answers[status])))
	}
	if answers != nil {
		add("status", "%s", strings.Join(answers, ", "))
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Errors)) {
		add("errors", "%s: %s", load.Number(r.Errors[reason]), reason)
	}
	if r.Forgeries > 0 {
		add("forged", "%s forgeries, %s accepted", load.Number(r.Forgeries), load.Number(r.AcceptedForgeries))
	}
	add("sender", "%s", sender(r))
	if r.Sender.Note != "" {
		add("", "%s", r.Sender.Note)
	}
	return all
}

// latencies returns the named values of a distribution.
func latencies(l load.Latency) []fact {
	return []fact{
		{"min", load.Milliseconds(l.Min)}, {"mean", load.Milliseconds(l.Mean)}, {"p50", load.Milliseconds(l.P50)},
		{"p90", load.Milliseconds(l.P90)}, {"p95", load.Milliseconds(l.P95)}, {"p99", load.Milliseconds(l.P99)},
		{"p99.9", load.Milliseconds(l.P999)}, {"p99.99", load.Milliseconds(l.P9999)}, {"max", load.Milliseconds(l.Max)},
	}
}

func latency(l load.Latency) string {
	var parts []string
	for _, f := range latencies(l) {
		parts = append(parts, f.name+" "+f.text)
	}
	return strings.Join(parts, "  ")
}

func sender(r *load.Report) string {
	line := fmt.Sprintf("%.0fµs of processor time a delivery", r.Sender.PerDelivery)
	if r.AskedRate != "" {
		line += ", started late: p99 " + load.Milliseconds(r.Sender.LagP99)
	}
	return line
}

func rate(n float64) string {
	if n >= 100 {
		return load.Number(int(n + 0.5))
	}
	return strconv.FormatFloat(n, 'f', 1, 64)
}

func seconds(n float64) string {
	d := time.Duration(n * float64(time.Second))
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func textOf(r *load.Report) string {
	var out strings.Builder
	_ = Text(&out, r) // a builder takes all
	return out.String()
}
