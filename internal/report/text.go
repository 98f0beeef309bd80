package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/internal/prose"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A Style configures Text. The zero value is for a pipe.
type Style struct {
	Color   bool   // use terminal colors
	Skipped bool   // list each skipped case
	More    string // otherwise, the flag that lists them
}

// Text writes a report for a terminal: failures, warnings and infos in full, then the
// unjudged cases, then a line per group and the totals.
func Text(w io.Writer, r *contract.Report, style Style) error {
	t := &text{view: newView(r), Style: style}
	t.share()
	t.head()
	if len(t.Diagnosis) > 0 {
		t.diagnosis()
	} else {
		t.body()
	}
	t.printf("%s\n", tally(t.Cases, t.paint))
	_, err := io.WriteString(w, t.String())
	return err
}

const (
	width  = 80 // line length of prose; commands to copy never break
	margin = 6  // indentation below a heading
)

type text struct {
	*view
	strings.Builder
	Style
}

func (t *text) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func (t *text) paint(code, text string) string {
	if !t.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (t *text) head() {
	about := setting(t.view)
	if about != "" {
		about = " " + t.paint("2", about)
	}
	t.printf("%s%s\n\n", t.paint("1", t.Subject.Target), about)
	for _, note := range t.Notes {
		t.printf("%s\n", block(0, width, []fact{{"note", note}}))
	}
}

// setting is what to repeat for the same result, or "".
func setting(v *view) string {
	var about []string
	if v.Subject.APIVersion != "" {
		about = append(about, "API version "+v.Subject.APIVersion)
	}
	if v.seed() != "" {
		about = append(about, "seed "+v.seed())
	}
	if len(about) == 0 {
		return ""
	}
	return "(" + strings.Join(about, ", ") + ")"
}

func (t *text) diagnosis() {
	t.printf("%s, so nothing else was tried\n", t.paint("1;31", t.headline()))
	for _, finding := range t.Diagnosis {
		t.printf("%s", block(2, width, []fact{{"-", finding}}))
	}
	t.printf("\n")
}

func (t *text) body() {
	for _, s := range t.shortfalls(contract.Fail) {
		t.shortfall("FAIL", "1;31", s)
	}
	for _, s := range t.shortfalls(contract.Warn) {
		t.shortfall("WARN", "1;33", s)
	}
	if t.reproduce != "" {
		t.printf("To reproduce one of these, put its id in place of CASE:\n%s\n\n", prose.Wrap(t.reproduce, margin, 0))
	}
	for _, s := range t.shortfalls(contract.Info) {
		t.heading("INFO", "36", s.headline(), s.Result)
		facts := present(fact{"note", s.Reason}, fact{"sent", s.Sent}, fact{"actual", s.Actual}, fact{"hint", s.hint()}, fact{"explain", s.Explain()})
		if len(s.also) > 0 {
			facts = append(facts, fact{"seen in", s.cases()})
		}
		t.printf("%s\n", block(margin, width, facts))
	}
	t.unjudged("inconclusive", "35", t.reasons(contract.Inconclusive))
	if t.Skipped || len(t.reasons(contract.Skip)) == 1 {
		t.unjudged("skipped", "2", t.reasons(contract.Skip))
	} else {
		t.skips()
	}
	t.unjudged("passed with a remark", "33", t.remarks())
	t.groups()
}

func (t *text) groups() {
	widest := 0
	for _, g := range t.Groups {
		widest = max(widest, utf8.RuneCountInString(g.Name))
	}
	for _, g := range t.Groups {
		t.printf("%-*s  %s\n", widest, g.Name, tally(g.Cases, t.paint))
	}
	if len(t.Groups) > 0 {
		t.printf("\n")
	}
}

// unjudged lists cases under what would make them run.
func (t *text) unjudged(word, color string, reasons []*reason) {
	for _, reason := range reasons {
		count := fmt.Sprintf("%d %s:", len(reason.Cases), word)
		t.printf("%s %s\n", t.paint(color, count), strings.TrimLeft(prose.Wrap(reason.Text, len(count)+1, width), " "))
		ids := make([]string, len(reason.Cases))
		for i, result := range reason.Cases {
			ids[i] = result.ID
		}
		t.printf("%s\n\n", t.paint("2", prose.Wrap(strings.Join(ids, " "), margin, width)))
	}
}

// mostSkips is the maximum number of lines about skipped cases.
const mostSkips = 5

// skips summarizes what would make the skipped cases run, the most frequent need first.
func (t *text) skips() {
	reasons := t.reasons(contract.Skip)
	if len(reasons) == 0 {
		return
	}
	more := ""
	if t.More != "" {
		more = " (" + t.More + " names them)"
	}
	slices.SortStableFunc(reasons, func(a, b *reason) int { return len(b.Cases) - len(a.Cases) })
	all := len(t.of(contract.Skip))
	t.printf("%s\n", t.paint("2", fmt.Sprintf("%d skipped:", all)))
	told := 0
	for i, reason := range reasons {
		if i == mostSkips-2 && len(reasons) > mostSkips-1 {
			t.printf("%*d  for %s%s\n", margin+2, all-told, plural(len(reasons)-i, "other reason"), more)
			break
		}
		told += len(reason.Cases)
		t.printf("%*d  %s\n", margin+2, len(reason.Cases), reason.Text)
	}
	t.printf("\n")
}

func (t *text) heading(word, color, headline string, r contract.Result) {
	t.printf("%s  %s\n", t.paint(color, word), t.paint("1", headline))
	t.printf("%*s%s\n", margin, "", t.paint("2", r.ID+" ("+r.Level+")"))
}

func (t *text) shortfall(word, color string, s *shortfall) {
	t.heading(word, color, s.headline(), s.Result)
	if s.Requirement != s.Title { // a user's case may say no more
		t.printf("%s\n\n", prose.Wrap(s.Requirement, margin, width))
	}
	t.printf("%s\n", block(margin, width, s.evidence()))
}

// block writes facts below each other, with aligned texts. Width 0 leaves lines unbroken.
func block(indent, width int, facts []fact) string {
	widest := 0
	for _, f := range facts {
		widest = max(widest, len(f.label))
	}
	var b strings.Builder
	for _, f := range facts {
		at, until := indent+widest+2, width
		if widest == 1 {
			at-- // a dash
		}
		if f.label == "reproduce" || f.label == "explain" {
			until = 0
		}
		fmt.Fprintf(&b, "%s\n", prose.Hang(strings.Repeat(" ", indent)+f.label, f.text, at, until))
	}
	return b.String()
}
