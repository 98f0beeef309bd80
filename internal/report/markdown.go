package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A GitHub comment holds at most 65,536 characters; longer ones are rejected. Failures
// come first, the rest as space allows.
const (
	commentLimit = 60_000
	fieldLimit   = 2_000
)

// Markdown writes a report as a comment for a pull request.
func Markdown(w io.Writer, r *contract.Report) error {
	_, err := io.WriteString(w, markdownWithin(r, commentLimit))
	return err
}

// markdownWithin writes a Markdown report of at most limit bytes, not counting the line
// about omitted parts.
func markdownWithin(r *contract.Report, limit int) string {
	m := &markdown{view: newView(r), limit: limit}
	m.share()
	m.head()
	if len(m.Diagnosis) > 0 {
		m.add(fence("text", m.Diagnosis...))
	} else {
		m.told("Failed", m.shortfalls(contract.Fail))
		m.told("Warnings", m.shortfalls(contract.Warn))
		if m.reproduce != "" {
			m.add("To reproduce one of these, put its id in place of `CASE`:\n\n" + fence("sh", clip(m.reproduce)))
		}
		m.rest()
	}
	if m.left > 0 {
		m.WriteString("\n_" + plural(m.left, "more part") + " did not fit: see the HTML report._\n")
	}
	return m.String()
}

type markdown struct {
	*view
	strings.Builder
	limit int // in bytes
	left  int // omitted parts
}

// add adds a part as a paragraph of its own, if it fits.
func (m *markdown) add(part string) {
	if m.Len()+len(part) > m.limit {
		m.left++
		return
	}
	m.WriteString("\n" + strings.Trim(part, "\n") + "\n")
}

func (m *markdown) head() {
	m.WriteString("## Webhook contract: " + m.headline() + "\n")
	m.add(strings.TrimRight(codeSpan(m.Subject.Target)+" "+prosaic(setting(m.view)), " "))
	for _, note := range m.Notes {
		m.add("Note: " + prosaic(note))
	}
	words, rule, counts := "|", "|", "|"
	for _, v := range verdicts {
		word := strings.ToUpper(v.word[:1]) + v.word[1:]
		if v.verdict == contract.Warn {
			word += "s"
		}
		words += " " + word + " |"
		rule += " ---: |"
		counts += fmt.Sprintf(" %d |", len(m.of(v.verdict)))
	}
	m.add(words + "\n" + rule + "\n" + counts)
}

func (m *markdown) told(title string, shortfalls []*shortfall) {
	if len(shortfalls) == 0 {
		return
	}
	m.add("### " + title)
	for _, s := range shortfalls {
		m.add(s.markdown())
	}
}

func (s *shortfall) markdown() string {
	r := s.Result
	about := []string{codeSpan(r.ID), prosaic(r.Level)}
	if url := link(r.Source); url != "" {
		about = append(about, "[source](<"+url+">)")
	} else if r.Source != "" {
		about = append(about, prosaic(r.Source))
	}
	paragraphs := []string{"#### " + prosaic(s.headline()), strings.Join(about, " · "), prosaic(r.Requirement)}
	if facts := present(fact{"note", clip(r.Reason)}, fact{"sent", clip(r.Sent)}, fact{"expected", clip(r.Expected)}, fact{"actual", clip(r.Actual)}); facts != nil {
		paragraphs = append(paragraphs, fence("text", block(0, 0, facts)))
	}
	if hint := s.hint(); hint != "" {
		lines := strings.Split(hint, "\n")
		each(lines, prosaic)
		paragraphs = append(paragraphs, "**Hint:** "+strings.Join(lines, "<br>\n"))
	}
	if command := s.explain(); command != "" {
		paragraphs = append(paragraphs, "**Explain:** "+codeSpan(command))
	}
	if r.Reproduce != "" {
		paragraphs = append(paragraphs, fence("sh", clip(r.Reproduce)))
	}
	if len(s.also) > 0 {
		var items []string
		for _, one := range s.all() {
			items = append(items, "- "+codeSpan(one.ID)+" "+prosaic(s.seen(one)))
		}
		paragraphs = append(paragraphs, "Seen in:", strings.Join(items, "\n"))
	}
	return strings.Join(paragraphs, "\n\n")
}

// rest adds the parts that need no action, folded.
func (m *markdown) rest() {
	if notes := m.shortfalls(contract.Info); len(notes) > 0 {
		var items []string
		for _, s := range notes {
			items = append(items, "- "+prosaic(s.headline())+" "+titles(s.all())+"\n\n"+indented(fence("text", s.noted())))
		}
		m.folded(fmt.Sprintf("%d info", len(notes)), items)
	}
	m.unjudged("passed with a remark", m.remarks())
	m.unjudged("inconclusive", m.reasons(contract.Inconclusive))
	m.unjudged("skipped", m.reasons(contract.Skip))
	var items []string
	for _, g := range m.groupsOf(contract.Pass) {
		items = append(items, fmt.Sprintf("- %s (%d): %s", prosaic(g.Name), len(g.Cases), titles(g.Cases)))
	}
	if items != nil {
		m.folded(fmt.Sprintf("%d passed", len(m.of(contract.Pass))), items)
	}
}

// noted is the text of an info.
func (s *shortfall) noted() string {
	facts := present(fact{"note", clip(s.Reason)}, fact{"sent", clip(s.Sent)}, fact{"actual", clip(s.Actual)}, fact{"hint", clip(s.hint())}, fact{"explain", s.Explain()})
	if facts == nil {
		return "nothing to report"
	}
	return block(0, 0, facts)
}

func (m *markdown) unjudged(word string, reasons []*reason) {
	var items []string
	count := 0
	for _, reason := range reasons {
		count += len(reason.Cases)
		items = append(items, fmt.Sprintf("- %s (%d): %s", prosaic(reason.Text), len(reason.Cases), titles(reason.Cases)))
	}
	if count > 0 {
		m.folded(fmt.Sprintf("%d %s", count, word), items)
	}
}

func (m *markdown) folded(summary string, items []string) {
	m.add("<details>\n<summary>" + html.EscapeString(summary) + "</summary>\n\n" + strings.Join(items, "\n") + "\n\n</details>")
}

func titles(results []contract.Result) string {
	ids := make([]string, len(results))
	for i, result := range results {
		ids[i] = codeSpan(result.ID)
	}
	return strings.Join(ids, " ")
}

// prosaic escapes foreign text. A backslash disarms punctuation, but not GitHub's @names
// and #numbers: those need something in between.
func prosaic(text string) string {
	var b strings.Builder
	for _, r := range clip(line(text)) {
		switch {
		case r == '@' || r == '#':
			b.WriteString(string(r) + "<!-- -->")
		case strings.ContainsRune("<>&", r):
			b.WriteString(html.EscapeString(string(r)))
		case strings.ContainsRune("\\`*_{}[]()+-.!|~:=$^", r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// codeSpan and fence open with more backticks than the text has in a row, so it cannot
// close them; nothing inside has a meaning.
func codeSpan(text string) string {
	text = clip(line(text))
	ticks := strings.Repeat("`", longestTicks(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || text == "" {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

func fence(language string, texts ...string) string {
	text := strings.Trim(strings.Join(texts, "\n"), "\n")
	ticks := strings.Repeat("`", max(3, longestTicks(text)+1))
	return ticks + language + "\n" + text + "\n" + ticks
}

func longestTicks(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		run++
		if r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// indented makes a block part of a list item.
func indented(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

func clip(text string) string { return clipTo(text, fieldLimit) }

func clipTo(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}
