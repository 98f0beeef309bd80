package doctor

import (
	"bytes"
	"iter"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
)

// A rewriting is how a library writes JSON that it has parsed.
type rewriting struct {
	id        string
	effect    string // "without white space"
	by        string // the function that does so
	languages string
	filter    func(body []byte) []byte // nil: the style says it all
	style     jsonstyle.Style
}

// What several of the rewritings have in common.
var (
	raw      = jsonstyle.Text{Respell: true}
	ascii    = jsonstyle.Text{Respell: true, ASCII: true, Also: "\x7f"} // Python's
	forHTML  = jsonstyle.Text{Respell: true, Also: "<>&", Lines: true}
	spaced   = jsonstyle.Layout{Comma: " ", Colon: " "}
	indented = jsonstyle.Layout{Indent: "  ", Colon: " "} // Stripe's own
	by4      = jsonstyle.Layout{Indent: "    ", Colon: " "}
	tabbed   = jsonstyle.Layout{Indent: "\t", Colon: " "}
	opened   = jsonstyle.Layout{Indent: "  ", Colon: " ", OpenEmpty: true}
	airy     = jsonstyle.Layout{Indent: "  ", Colon: " ", Airy: true}
	kept     = jsonstyle.Layout{Keep: true}
)

const whiteless = "without white space"

// rewritings are in the order in which they are named: the usual first.
var rewritings = []rewriting{
	{"json-stringify", whiteless, "JSON.stringify", "node", nil, jsonstyle.Style{Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"to-json", whiteless, "Ruby's to_json", "ruby", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Typed}},
	{"jackson", whiteless, "Jackson", "java", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Typed}},
	{"newtonsoft", whiteless, "Newtonsoft.Json", "dotnet", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Typed}},
	{"json-encode", whiteless + ", with escaped slashes", "PHP's json_encode", "php", nil, jsonstyle.Style{Text: php(jsonstyle.Text{ASCII: true}), Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-encode-objects", whiteless + ", with escaped slashes", "PHP's json_encode of objects", "php", nil, jsonstyle.Style{Text: php(jsonstyle.Text{ASCII: true}), Numbers: jsonstyle.Trimmed}},
	{"json-encode-slashes", whiteless, "PHP's json_encode with JSON_UNESCAPED_SLASHES", "php", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, ASCII: true}, Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-encode-unicode", whiteless + ", with escaped slashes", "PHP's json_encode with JSON_UNESCAPED_UNICODE", "php", nil, jsonstyle.Style{Text: php(jsonstyle.Text{Lines: true}), Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-encode-unescaped", whiteless, "PHP's json_encode with JSON_UNESCAPED_SLASHES|JSON_UNESCAPED_UNICODE", "php", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, Lines: true}, Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-dumps", "on one line, with spaces after commas and colons", "Python's json.dumps", "python", nil, jsonstyle.Style{Layout: spaced, Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-dumps-unicode", "on one line, with spaces after commas and colons", "Python's json.dumps(ensure_ascii=False)", "python", nil, jsonstyle.Style{Layout: spaced, Text: raw, Numbers: jsonstyle.Typed}},
	{"json-dumps-compact", whiteless, "Python's json.dumps(separators=(',', ':'))", "python", nil, jsonstyle.Style{Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-generate-ascii", whiteless, "Ruby's JSON.generate(ascii_only: true)", "ruby", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, ASCII: true}, Numbers: jsonstyle.Typed}},
	{"json-dumps-sorted", "on one line, with sorted keys", "Python's json.dumps(sort_keys=True)", "python", nil, jsonstyle.Style{Layout: spaced, Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-marshal", whiteless + " and with sorted keys", "Go's json.Marshal of a map", "go", nil, jsonstyle.Style{Order: jsonstyle.Sorted, Text: forHTML, Numbers: jsonstyle.Float64}},
	{"sorted-compact", whiteless + " and with sorted keys", "jq -cS or a canonical stringify", "", nil, jsonstyle.Style{Order: jsonstyle.Sorted, Text: raw, Numbers: jsonstyle.Float64}},
	{"sorted-ascii", whiteless + " and with sorted keys", "Python's json.dumps(sort_keys=True, separators=(',', ':'))", "python", nil, jsonstyle.Style{Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"raw-message", whiteless + ", with < > & escaped", "Go's json.Marshal of a json.RawMessage", "go", nil, jsonstyle.Style{Text: jsonstyle.Text{Also: "<>&", Lines: true, Respell: true}}},
	{"rails-to-json", whiteless + ", with < > & escaped", "Rails' to_json", "ruby", nil, jsonstyle.Style{Text: forHTML, Numbers: jsonstyle.Typed}},
	{"gson", whiteless + ", with < > & = ' escaped", "Gson", "java", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, Also: "<>&='", Lines: true}}},
	{"system-text-json", whiteless + ", with upper-case escapes", "System.Text.Json", "dotnet", nil, jsonstyle.Style{Text: dotnet}},
	{"indent-2", "with two spaces of indentation", "JSON.stringify(…, null, 2)", "node", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"jq", "with two spaces of indentation", "jq", "", nil, jsonstyle.Style{Layout: indented, Text: raw, Numbers: jsonstyle.Float64}},
	{"pretty-generate", "with its empty objects and lists on several lines", "Ruby's JSON.pretty_generate", "ruby", nil, jsonstyle.Style{Layout: opened, Text: raw, Numbers: jsonstyle.Typed}},
	{"json-dumps-indent", "with its characters escaped", "Python's json.dumps(indent=2)", "python", nil, jsonstyle.Style{Layout: indented, Text: ascii, Numbers: jsonstyle.Typed}},
	{"system-text-json-indented", "with upper-case escapes", "System.Text.Json with WriteIndented", "dotnet", nil, jsonstyle.Style{Layout: indented, Text: dotnet}},
	{"stripe-object", "with sorted keys", "str() of a StripeObject in Python", "python", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"indent-2-sorted", "with sorted keys", "jq -S or Go's json.MarshalIndent of a map", "", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.Sorted, Text: raw, Numbers: jsonstyle.Float64}},
	{"marshal-indent", "with sorted keys", "Go's json.MarshalIndent of a map", "go", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.Sorted, Text: forHTML, Numbers: jsonstyle.Float64}},
	{"jackson-pretty", "with spaces around its colons", "Jackson's pretty printer", "java", nil, jsonstyle.Style{Layout: airy, Text: raw, Numbers: jsonstyle.Typed}},
	{"jq-compact", whiteless, "jq -c", "", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Float64}},
	{"indent-4", "with four spaces of indentation", "JSON.stringify(…, null, 4)", "node", nil, jsonstyle.Style{Layout: by4, Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"indent-4-typed", "with four spaces of indentation", "an editor or json.dumps(indent=4, ensure_ascii=False)", "python", nil, jsonstyle.Style{Layout: by4, Text: raw, Numbers: jsonstyle.Typed}},
	{"indent-4-ascii", "with four spaces of indentation", "Python's json.dumps(indent=4)", "python", nil, jsonstyle.Style{Layout: by4, Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-encode-pretty", "with four spaces of indentation and escaped slashes", "PHP's json_encode with JSON_PRETTY_PRINT", "php", nil, jsonstyle.Style{Layout: by4, Text: php(jsonstyle.Text{ASCII: true}), Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"indent-4-sorted", "with four spaces of indentation and sorted keys", "Python's json.dumps(indent=4, sort_keys=True)", "python", nil, jsonstyle.Style{Layout: by4, Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"tabs", "with tabs of indentation", "JSON.stringify(…, null, '\\t')", "node", nil, jsonstyle.Style{Layout: tabbed, Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"tabs-typed", "with tabs of indentation", "an editor or a formatter", "", nil, jsonstyle.Style{Layout: tabbed, Text: raw, Numbers: jsonstyle.Typed}},
	{"newlines-dropped", "without its line breaks", "reading it line by line and joining the lines", "java node", withoutNewlines, jsonstyle.Style{}},
	{"newlines-to-spaces", "with a space for each line break", "reading it line by line, or pasting it into one line", "", newlinesToSpaces, jsonstyle.Style{}},
	{"lines-trimmed", "without its indentation", "trimming each line", "", linesTrimmed, jsonstyle.Style{}},
	{"escapes-decoded", `with \u escapes decoded`, "a filter that decodes escapes", "", nil, jsonstyle.Style{Layout: kept, Text: raw}},
	{"escaped", `with \u escapes for what is not ASCII`, "a filter that writes ASCII", "", nil, jsonstyle.Style{Layout: kept, Text: ascii}},
	{"slashes-escaped", "with escaped slashes", "a filter or serialiser that escapes them", "", replacer("/", `\/`), jsonstyle.Style{}},
	{"numbers", "with its numbers as JavaScript spells them", "a filter that decodes numbers: 1.0 is 1", "", nil, jsonstyle.Style{Layout: kept, Numbers: jsonstyle.Float64}},
}

var dotnet = jsonstyle.Text{Respell: true, ASCII: true, Upper: true, Also: "\"<>&'+`\x7f"}

// php is how PHP spells strings.
func php(text jsonstyle.Text) jsonstyle.Text {
	text.Respell, text.Slash = true, true
	return text
}

func withoutNewlines(body []byte) []byte {
	return replacer("\n", "")(replacer("\r\n", "\n")(body))
}

func newlinesToSpaces(body []byte) []byte { return replacer("\n", " ")(body) }

func linesTrimmed(body []byte) []byte {
	lines := bytes.Split(body, []byte("\n"))
	for i, line := range lines {
		lines[i] = bytes.TrimSpace(line)
	}
	return bytes.Join(lines, []byte("\n"))
}

// apply writes a body again, nil if it cannot.
func (w *rewriting) apply(body []byte) []byte {
	document, err := jsonstyle.Parse(body)
	if err != nil {
		return nil
	}
	return w.write(body, document)
}

func (w *rewriting) write(body []byte, document *jsonstyle.Document) []byte {
	if w.filter != nil {
		return w.filter(body)
	}
	return document.Write(w.style, roomFor(body))
}

// roomFor is how large a body may become when it is written again. Deep nesting
// could make indentation of any size of a few bytes.
func roomFor(body []byte) int { return 4*len(body) + 64<<10 }

// maxNamed is how many libraries are named that would write the same.
const maxNamed = 3

// rewritten names who makes what was received of what was signed: a library, or one
// that a line break was added to, as print and jq do.
func rewritten(signed, received []byte) []Finding {
	line := bytes.TrimSuffix(received, []byte("\n"))
	document, _ := jsonstyle.Parse(signed) // it was parsed before
	for _, without := range [][]byte{received, line} {
		var fitting []*rewriting
		for i := range rewritings {
			if bytes.Equal(rewritings[i].write(signed, document), without) {
				fitting = append(fitting, &rewritings[i])
			}
		}
		if len(fitting) == 0 {
			continue
		}
		findings := []Finding{fitting[0].finding(fitting[1:])}
		if len(without) < len(received) {
			findings = append(findings, alterations[0].finding("the body was "))
		}
		return findings
	}
	return []Finding{(&mistake{
		id: "reserialised", says: "parsed and written again" + keyOrder(signed, received),
		cause: parserFirst, topic: forRawBody,
	}).finding("the body was ")}
}

const parserFirst = "a JSON parser ran before the check, and what is verified was written again from its result"

// finding names the rewriting, and others that would write the same.
func (w *rewriting) finding(same []*rewriting) Finding {
	m := mistake{id: w.id, says: w.says(), cause: parserFirst, topic: forRawBody}
	languages := strings.Fields(w.languages)
	var names []string
	for _, other := range same {
		languages = append(languages, strings.Fields(other.languages)...)
		names = append(names, other.by)
	}
	if len(names) > 0 {
		m.says += " (and " + strings.Join(names[:min(len(names), maxNamed)], ", ") + ")"
	}
	slices.Sort(languages)
	m.languages = strings.Join(slices.Compact(languages), " ")
	return m.finding("the body was ")
}

func (w *rewriting) says() string { return "written again " + w.effect + ", as " + w.by + " does" }

// keyOrder says whether the keys are in another order.
func keyOrder(signed, received []byte) string {
	as := func(body []byte, order jsonstyle.Order) []byte {
		w := rewriting{style: jsonstyle.Style{Text: raw, Numbers: jsonstyle.Float64, EmptyLists: true, Order: order}}
		return w.apply(body)
	}
	if bytes.Equal(as(signed, jsonstyle.Written), as(received, jsonstyle.Written)) {
		return ", with the same values laid out or spelled differently"
	}
	return ", with its keys in another order"
}

// restored yields what JSON may have been before something parsed it and wrote it
// again: first as Stripe lays it out, then as others do, each with the keys in
// their order, in Stripe's and sorted, and with the spellings that libraries have.
// It yields nil for what would become too long.
func restored(body []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		document, err := jsonstyle.Parse(body)
		if err != nil {
			return
		}
		limit := roomFor(body)
		texts := spellings(document, limit)
		for variant := range variants(document) {
			for i, how := range originals {
				if variant.guessed && i >= likelyOriginals {
					break
				}
				for _, text := range texts {
					how.Text = text
					if !yield(variant.Write(how, limit)) {
						return
					}
				}
			}
		}
	}
}

// originals are the layouts that a signed body may have, and likelyOriginals how
// many of them are tried with what is but one guess of many.
var originals = []jsonstyle.Style{
	{Layout: indented},
	{Layout: indented, Order: jsonstyle.Stripe},
	{},
	{Layout: kept},
	{Layout: opened},
	{Layout: opened, Order: jsonstyle.Stripe},
	{Order: jsonstyle.Stripe},
	{Layout: indented, Order: jsonstyle.Sorted},
	{Order: jsonstyle.Sorted},
	{Layout: spaced},
	{Layout: spaced, Order: jsonstyle.Stripe},
	{Layout: by4},
	{Layout: by4, Order: jsonstyle.Stripe},
	{Layout: tabbed},
}

const likelyOriginals = 3

// spellings are the ways of spelling that make a difference to the document.
func spellings(document *jsonstyle.Document, limit int) []jsonstyle.Text {
	var texts []jsonstyle.Text
	var seen [][]byte
	for _, text := range []jsonstyle.Text{{}, raw, ascii, php(jsonstyle.Text{}), php(jsonstyle.Text{ASCII: true}), forHTML, {Respell: true, ASCII: true, Also: "<>&"}} {
		written := document.Write(jsonstyle.Style{Layout: kept, Text: text}, limit)
		if written != nil && !slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, written) }) {
			texts, seen = append(texts, text), append(seen, written)
		}
	}
	return texts
}
