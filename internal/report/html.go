package report

import (
	_ "embed"
	"io"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const (
	pageTop markup = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
`
	pageEnd markup = `<footer>Made by fakestripe, offline. The same seed makes the same events.</footer>
</body>
</html>
`
)

//go:embed page.css
var pageStyle markup

// HTML writes a report as one self-contained page: no script, no font, no network. Its
// policy forbids them, too, in case an escape ever fails.
func HTML(w io.Writer, r *contract.Report) error {
	p := &page{view: newView(r)}
	p.share()
	p.head()
	p.subject()
	if len(p.Diagnosis) > 0 {
		p.diagnosis()
	} else {
		p.choice()
		p.sections()
	}
	p.own(pageEnd)
	_, err := io.WriteString(w, p.String())
	return err
}

type page struct {
	*view
	htmlWriter
}

func (p *page) head() {
	p.own(pageTop)
	p.put("<title>", p.headline()+" · "+p.Subject.Target, "</title>\n")
	p.own("<style>\n")
	p.own(pageStyle)
	p.own("</style>\n</head>\n<body>\n")
}

func (p *page) subject() {
	p.own("<header>\n  <p class=\"kicker\">Webhook contract</p>\n")
	p.put("  <h1>", p.headline(), "</h1>\n")
	p.put(`  <p class="target">`, p.Subject.Target, "</p>\n")
	p.own("  <dl class=\"subject\">\n")
	p.maybe("    <div><dt>API version</dt><dd>", p.Subject.APIVersion, "</dd></div>\n")
	p.maybe("    <div><dt>Seed</dt><dd>", p.seed(), "</dd></div>\n")
	p.maybe("    <div><dt>State read from</dt><dd>", p.Subject.State, "</dd></div>\n")
	p.maybe(`    <div class="types"><dt>Handles</dt><dd>`, strings.Join(p.Subject.Handles, ", "), "</dd></div>\n")
	for _, note := range p.Notes {
		p.put(`    <div class="types"><dt>Note</dt><dd>`, note, "</dd></div>\n")
	}
	p.own("  </dl>\n")
	if len(p.Diagnosis) == 0 {
		p.bar()
	}
	p.own("</header>\n")
}

func (p *page) bar() {
	p.own(`  <div class="bar" aria-hidden="true">`)
	for _, f := range p.filters() {
		p.put(`<i class="`, f.verdict, `"`)
		p.put(` style="flex: `, f.count, `"></i>`)
	}
	p.own("</div>\n")
}

func (p *page) diagnosis() {
	p.own("<main>\n<section class=\"diagnosis\">\n<h2>Nothing else was tried. What the probes found:</h2>\n<ul>\n")
	for _, finding := range p.Diagnosis {
		p.put("<li>", finding, "</li>\n")
	}
	p.own("</ul>\n</section>\n</main>\n")
}

// choice is the filter buttons, implemented by the style sheet.
func (p *page) choice() {
	p.own("<fieldset>\n  <legend>Show</legend>\n")
	p.put(`  <label><input type="radio" name="only" checked><b>`, strconv.Itoa(len(p.Cases)), "</b> all</label>\n")
	for _, f := range p.filters() {
		p.put(`  <label><input type="radio" name="only" id="only-`, f.verdict, `">`)
		p.put(`<i class="`, f.verdict, `"></i>`)
		p.put("<b>", f.count, "</b> ")
		p.put("", f.word, "</label>\n")
	}
	p.own("</fieldset>\n")
}

// A filter selects the cases shown on the page: "fail", "2", "failed".
type filter struct{ verdict, count, word string }

// filters are the verdicts in the report, most urgent first.
func (v *view) filters() []filter {
	var filters []filter
	for _, verdict := range urgency {
		if results := v.of(verdict); len(results) > 0 {
			count, word, _ := strings.Cut(tally(results, plain), " ")
			filters = append(filters, filter{verdict: string(verdict), count: count, word: word})
		}
	}
	return filters
}
