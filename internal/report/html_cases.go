package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// sections shows failures and warnings in full, and folds the rest.
func (p *page) sections() {
	p.own("<main>\n")
	p.cards(`<section class="fail`, `"><h2>Failed</h2>`, p.shortfalls(contract.Fail))
	p.cards(`<section class="warn`, `"><h2>Warnings</h2>`, p.shortfalls(contract.Warn))
	p.maybe(`<section class="fail warn again"><p>To reproduce one of these, put its id in place of CASE:</p><pre tabindex="0"><code>`, p.reproduce, "</code></pre></section>\n")
	p.cards(`<section class="info`, `"><h2>Worth knowing</h2>`, p.shortfalls(contract.Info))
	p.unjudged(`<section class="inconclusive"><h2>Inconclusive <small>tried, but could not be judged</small></h2>`,
		p.reasons(contract.Inconclusive))
	p.unjudged(`<section class="skip"><h2>Skipped <small>by what they need</small></h2>`, p.reasons(contract.Skip))
	p.unjudged(`<section class="pass"><h2>Passed with a remark</h2>`, p.remarks())
	p.passed(`<section class="pass"><h2>Passed</h2>`, p.groupsOf(contract.Pass))
	p.own("</main>\n")
}

// cards shows findings in full. Cases with milder verdicts may be folded into them: the
// section and the card list these verdicts too, so that the page's filters find the cases.
func (p *page) cards(begin, heading markup, shortfalls []*shortfall) {
	if len(shortfalls) == 0 {
		return
	}
	var also []contract.Result
	for _, s := range shortfalls {
		also = append(also, s.also...)
	}
	p.put(begin+`" data-has="`, has(shortfalls[0].Verdict, also), heading)
	for _, s := range shortfalls {
		p.card(s)
	}
	p.own("\n</section>\n")
}

func (p *page) unjudged(heading markup, reasons []*reason) {
	if len(reasons) == 0 {
		return
	}
	p.own(heading)
	for _, reason := range reasons {
		p.fold(reason.Text, reason.Cases)
	}
	p.own("\n</section>\n")
}

func (p *page) passed(heading markup, groups []*group) {
	if len(groups) == 0 {
		return
	}
	p.own(heading)
	for _, group := range groups {
		p.fold(group.Name, group.Cases)
	}
	p.own("\n</section>\n")
}

func (p *page) card(s *shortfall) {
	r := s.Result
	p.put("\n<article id=\"", r.ID, `" data-has="`)
	p.put("", has(r.Verdict, s.also), "\">\n  <header>")
	p.anchor(r.ID)
	p.put(`<span class="level">`, r.Level, "</span></header>\n")
	p.put("  <h3>", s.headline(), "</h3>\n")
	p.put(`  <p class="requirement">`, r.Requirement, "</p>\n")
	p.maybe(`  <p class="hint"><b>Note</b><span>`, r.Reason, "</span></p>\n")
	p.own(`  <dl class="evidence">`) // no white space, so the style can hide an empty one
	if len(s.also) > 0 {             // the headline is the cause
		p.maybe("<div><dt>Seen</dt><dd>", headline(r), "</dd></div>")
	}
	p.maybe("<div><dt>Sent</dt><dd>", r.Sent, "</dd></div>")
	p.maybe("<div><dt>Expected</dt><dd>", r.Expected, "</dd></div>")
	p.maybe(`<div class="actual"><dt>Actual</dt><dd>`, r.Actual, "</dd></div>")
	p.own("</dl>\n")
	p.maybe(`  <p class="hint"><b>Hint</b><span>`, s.hint(), "</span></p>\n")
	p.maybe(`  <div class="reproduce"><span>Explain</span><pre tabindex="0"><code>`, s.explain(), "</code></pre></div>\n")
	p.maybe(`  <div class="reproduce"><span>Reproduce</span><pre tabindex="0"><code>`, r.Reproduce, "</code></pre></div>\n")
	if r.Source != "" {
		p.own(`  <p class="source"><b>Source</b><span>`)
		p.address(r.Source)
		p.own("</span></p>\n")
	}
	if len(s.also) > 0 {
		var details markup = "<details>"
		if has(r.Verdict, s.also) != string(r.Verdict) {
			details = "<details open>" // a filter may show only these
		}
		p.foldIn(details, "Other cases of this cause", s.also, s.seen)
	}
	p.own("</article>")
}

// has lists the verdicts of a finding and of the cases folded into it.
func has(verdict contract.Verdict, also []contract.Result) string {
	words := []string{string(verdict)}
	for _, r := range also {
		if !slices.Contains(words, string(r.Verdict)) {
			words = append(words, string(r.Verdict))
		}
	}
	return strings.Join(words, " ")
}

// fold hides cases until a click, behind a text and their number.
func (p *page) fold(text string, results []contract.Result) {
	p.foldIn("<details>", text, results, headline)
}

func (p *page) foldIn(details markup, text string, results []contract.Result, describe func(contract.Result) string) {
	p.put("\n"+details+"<summary><b>", text, "</b>")
	p.put(`<span class="n">`, strconv.Itoa(len(results)), "</span></summary>\n<ul class=\"rows\">")
	for _, result := range results {
		p.put(`<li id="`, result.ID, `" class="`)
		p.put("", string(result.Verdict), `">`)
		p.put("<span>", describe(result), "</span>")
		p.anchor(result.ID)
		p.own("</li>")
	}
	p.own("</ul></details>")
}
