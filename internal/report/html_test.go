package report_test

import (
	"encoding/xml"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// tag finds what a browser would take for an element.
var tag = regexp.MustCompile(`<[/!]?[a-zA-Z][a-zA-Z0-9]*`)

func TestHTMLHasOnlyItsOwnMarkup(t *testing.T) {
	realpart.Long(t)
	for _, text := range []string{
		hostile, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `https://x.example/" onclick="alert(1)`,
		`</style><script>alert(1)</script>`, `https://x.example/</a><iframe src=//evil.example>`,
		`</title><svg/onload=alert(1)>`, `' autofocus onfocus='alert(1)`, "x` onclick=`alert(1)", `<!-- `, `<![CDATA[`, `&lt;b&gt;&#60;b`,
	} {
		harmless, r := everywhere("x"), everywhere(text)
		for range 2 {
			want, got := written(t, report.HTML, harmless), written(t, report.HTML, r)
			require.Equal(t, tag.FindAllString(want, -1), tag.FindAllString(got, -1), text)
			require.Empty(t, foreign(got), text)
			wantTags, _ := parsed(t, want)
			gotTags, gotText := parsed(t, got)
			require.Equal(t, wantTags, gotTags, text)
			require.Contains(t, gotText, strings.Fields(text)[0], "text is shown as it was")
			harmless.Diagnosis, r.Diagnosis = []string{"x"}, []string{text}
		}
	}
	got := written(t, report.HTML, sample())
	require.Empty(t, regexp.MustCompile(`@import|url\(|<link|<script`).FindString(got), "the page needs nothing else")
}

// parsed returns the tags of a page with the names of their attributes, and the
// text between them. It fails if a tag is not closed or an attribute not ended.
func parsed(t *testing.T, page string) (tags []string, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return tags, text
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			for _, attr := range token.Attr {
				name += " " + attr.Name.Local
			}
			tags = append(tags, name)
		case xml.EndElement:
			tags = append(tags, "/"+token.Name.Local)
		case xml.CharData:
			text += string(token)
		case xml.Comment, xml.ProcInst:
			t.Errorf("the page has none of these: %v", token)
		}
	}
}

// foreign finds attributes that do something and links that lead to code.
func foreign(page string) []string {
	var found []string
	for _, tag := range regexp.MustCompile(`<[a-z][^>]*>`).FindAllString(page, -1) {
		found = append(found, regexp.MustCompile(`href="[^#h][^"]*"|href="h[^t][^"]*"`).FindAllString(tag, -1)...)
		names := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, "")
		found = append(found, regexp.MustCompile(`(?i) (on[a-z]+|src|srcset|action)=`).FindAllString(names, -1)...)
	}
	return found
}

// A case that is folded into a graver one is found by the choice of what the page shows.
func TestHTMLShowsFoldedCasesByVerdict(t *testing.T) {
	r := everywhere("x")
	r.Cases = []contract.Result{
		{ID: "a/fails", Verdict: contract.Fail, Cause: "One"}, {ID: "a/warns", Verdict: contract.Warn, Cause: "One"},
		{ID: "a/informs", Verdict: contract.Info, Cause: "One"}, {ID: "b/fails", Verdict: contract.Fail},
	}
	got := written(t, report.HTML, summed(r))
	for _, part := range []string{
		`<section class="fail" data-has="fail warn info">`, `<article id="a/fails" data-has="fail warn info">`, "<details open>",
		`<li id="a/warns" class="warn">`, `<li id="a/informs" class="info">`, `<article id="b/fails" data-has="fail">`,
	} {
		require.Contains(t, got, part)
	}
	for _, verdict := range []string{"warn", "info"} {
		require.Contains(t, got, "section:not(."+verdict+", [data-has~="+verdict+"])", "the style obeys the choice")
		require.Contains(t, got, "article:not([data-has~="+verdict+"])")
	}
}

func TestHTMLLinksToTheWebOnly(t *testing.T) {
	for source, want := range map[string]string{
		"https://x.example/a?b=c&d=e#f": `<a href="https://x.example/a?b=c&amp;d=e#f" rel="noreferrer">https://x.example/a?b=c&amp;d=e#f</a>`,
		"http://x.example":              `<a href="http://x.example" rel="noreferrer">http://x.example</a>`,
		"https://x.example/a b":         `https://x.example/a b`,
		"https://x.example/'":           `https://x.example/&#39;`,
		"javascript:alert`1`":           "javascript:alert`1`",
		" javascript://https://":        `javascript://https://`,
		"data:text/html,<b>":            `data:text/html,&lt;b&gt;`,
		"//x.example":                   `//x.example`,
		"file:///etc/passwd":            `file:///etc/passwd`,
		"stripe-node issue 356":         `stripe-node issue 356`,
	} {
		r := everywhere("x")
		r.Cases = []contract.Result{{ID: `a/"b ü`, Verdict: contract.Fail, Source: source}}
		got := written(t, report.HTML, summed(r))
		require.Contains(t, got, "<b>Source</b><span>"+want+"</span>")
		require.Contains(t, got, `<a class="id" href="#a%2f%22b%20%c3%bc">a/&#34;b ü</a>`)
	}
}

// Whatever is markup was written by us: nothing else is turned into it.
func TestMarkupIsConstant(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, imported := range file.Imports {
			require.NotContains(t, imported.Path.Value, "/template", "templates make the program a fifth larger")
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				called, _ := n.Fun.(*ast.Ident)
				require.False(t, called != nil && called.Name == "markup", "%s makes markup of a text", name)
			case *ast.SelectorExpr:
				require.False(t, n.Sel.Name == "out" && name != "markup.go", "%s writes past the escaping", name)
			}
			return true
		})
	}
}
