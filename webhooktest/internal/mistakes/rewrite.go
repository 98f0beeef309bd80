package mistakes

// A table of how libraries re-serialize JSON, and how to undo it.

import (
	"bytes"
	"iter"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
)

// A rewriting is a library's way of re-serializing parsed JSON.
type rewriting struct {
	id        string
	effect    string // "without white space"
	by        string // the function that does it
	languages string
	filter    func(body []byte) []byte // nil: style describes it
	style     jsonstyle.Style
}

// Parts shared by several rewritings.
var (
	raw      = jsonstyle.Text{Respell: true}
	ascii    = jsonstyle.Text{Respell: true, ASCII: true, Also: "\x7f"} // Python's
	forHTML  = jsonstyle.Text{Respell: true, Also: "<>&", Lines: true}
	spaced   = jsonstyle.Layout{Comma: " ", Colon: " "}
	indented = jsonstyle.Layout{Indent: "  ", Colon: " "}
	by4      = jsonstyle.Layout{Indent: "    ", Colon: " "}
	tabbed   = jsonstyle.Layout{Indent: "\t", Colon: " "}
	opened   = jsonstyle.Layout{Indent: "  ", Colon: " ", OpenEmpty: true} // Stripe's own
	airy     = jsonstyle.Layout{Indent: "  ", Colon: " ", Airy: true}
	kept     = jsonstyle.Layout{Keep: true}
)

const compact = "without white space"

// rewritings are in the order in which findings name them, the most common first.
var rewritings = []rewriting{
	{"json-stringify", compact, "JSON.stringify", "node", nil, jsonstyle.Style{Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"to-json", compact, "Ruby's to_json", "ruby", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Typed}},
	{"jackson", compact, "Jackson", "java", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Typed}},
	{"newtonsoft", compact, "Newtonsoft.Json", "dotnet", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Typed}},
	{"json-encode", compact + ", with escaped slashes", "PHP's json_encode", "php", nil, jsonstyle.Style{Text: php(jsonstyle.Text{ASCII: true}), Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-encode-objects", compact + ", with escaped slashes", "PHP's json_encode of objects", "php", nil, jsonstyle.Style{Text: php(jsonstyle.Text{ASCII: true}), Numbers: jsonstyle.Trimmed}},
	{"json-encode-slashes", compact, "PHP's json_encode with JSON_UNESCAPED_SLASHES", "php", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, ASCII: true}, Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-encode-unicode", compact + ", with escaped slashes", "PHP's json_encode with JSON_UNESCAPED_UNICODE", "php", nil, jsonstyle.Style{Text: php(jsonstyle.Text{Lines: true}), Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-encode-unescaped", compact, "PHP's json_encode with JSON_UNESCAPED_SLASHES|JSON_UNESCAPED_UNICODE", "php", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, Lines: true}, Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"json-dumps", "on one line, with spaces after commas and colons", "Python's json.dumps", "python", nil, jsonstyle.Style{Layout: spaced, Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-dumps-unicode", "on one line, with spaces after commas and colons", "Python's json.dumps(ensure_ascii=False)", "python", nil, jsonstyle.Style{Layout: spaced, Text: raw, Numbers: jsonstyle.Typed}},
	{"json-dumps-compact", compact, "Python's json.dumps(separators=(',', ':'))", "python", nil, jsonstyle.Style{Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-generate-ascii", compact, "Ruby's JSON.generate(ascii_only: true)", "ruby", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, ASCII: true}, Numbers: jsonstyle.Typed}},
	{"json-dumps-sorted", "on one line, with sorted keys", "Python's json.dumps(sort_keys=True)", "python", nil, jsonstyle.Style{Layout: spaced, Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-marshal", compact + " and with sorted keys", "Go's json.Marshal of a map", "go", nil, jsonstyle.Style{Order: jsonstyle.Sorted, Text: forHTML, Numbers: jsonstyle.Float64}},
	{"sorted-compact", compact + " and with sorted keys", "jq -cS or a canonical stringify", "", nil, jsonstyle.Style{Order: jsonstyle.Sorted, Text: raw, Numbers: jsonstyle.Float64}},
	{"sorted-ascii", compact + " and with sorted keys", "Python's json.dumps(sort_keys=True, separators=(',', ':'))", "python", nil, jsonstyle.Style{Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"raw-message", compact + ", with < > & escaped", "Go's json.Marshal of a json.RawMessage", "go", nil, jsonstyle.Style{Text: jsonstyle.Text{Also: "<>&", Lines: true, Respell: true}}},
	{"rails-to-json", compact + ", with < > & escaped", "Rails' to_json", "ruby", nil, jsonstyle.Style{Text: forHTML, Numbers: jsonstyle.Typed}},
	{"gson", compact + ", with < > & = ' escaped", "Gson", "java", nil, jsonstyle.Style{Text: jsonstyle.Text{Respell: true, Also: "<>&='", Lines: true}}},
	{"system-text-json", compact + ", with upper-case escapes", "System.Text.Json", "dotnet", nil, jsonstyle.Style{Text: dotnet}},
	{"indent-2", "indented by two spaces", "JSON.stringify(…, null, 2)", "node", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"jq", "indented by two spaces", "jq", "", nil, jsonstyle.Style{Layout: indented, Text: raw, Numbers: jsonstyle.Float64}},
	{"pretty-generate", "indented by two spaces", "Ruby's JSON.pretty_generate", "ruby", nil, jsonstyle.Style{Layout: indented, Text: raw, Numbers: jsonstyle.Typed}},
	{"pretty-generate-opened", "with empty objects and lists on several lines", "Ruby's JSON.pretty_generate before json 2.8", "ruby", nil, jsonstyle.Style{Layout: opened, Text: raw, Numbers: jsonstyle.Typed}},
	{"json-dumps-indent", "with escaped characters", "Python's json.dumps(indent=2)", "python", nil, jsonstyle.Style{Layout: indented, Text: ascii, Numbers: jsonstyle.Typed}},
	{"system-text-json-indented", "with upper-case escapes", "System.Text.Json with WriteIndented", "dotnet", nil, jsonstyle.Style{Layout: indented, Text: dotnet}},
	{"stripe-object", "with sorted keys", "str() of a StripeObject in Python", "python", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"indent-2-sorted", "with sorted keys", "jq -S or Go's json.MarshalIndent of a map", "", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.Sorted, Text: raw, Numbers: jsonstyle.Float64}},
	{"marshal-indent", "with sorted keys", "Go's json.MarshalIndent of a map", "go", nil, jsonstyle.Style{Layout: indented, Order: jsonstyle.Sorted, Text: forHTML, Numbers: jsonstyle.Float64}},
	{"jackson-pretty", "with spaces around colons", "Jackson's pretty printer", "java", nil, jsonstyle.Style{Layout: airy, Text: raw, Numbers: jsonstyle.Typed}},
	{"jq-compact", compact, "jq -c", "", nil, jsonstyle.Style{Text: raw, Numbers: jsonstyle.Float64}},
	{"indent-4", "indented by four spaces", "JSON.stringify(…, null, 4)", "node", nil, jsonstyle.Style{Layout: by4, Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"indent-4-typed", "indented by four spaces", "an editor or json.dumps(indent=4, ensure_ascii=False)", "python", nil, jsonstyle.Style{Layout: by4, Text: raw, Numbers: jsonstyle.Typed}},
	{"indent-4-ascii", "indented by four spaces", "Python's json.dumps(indent=4)", "python", nil, jsonstyle.Style{Layout: by4, Text: ascii, Numbers: jsonstyle.Typed}},
	{"json-encode-pretty", "indented by four spaces, with escaped slashes", "PHP's json_encode with JSON_PRETTY_PRINT", "php", nil, jsonstyle.Style{Layout: by4, Text: php(jsonstyle.Text{ASCII: true}), Numbers: jsonstyle.Trimmed, EmptyLists: true}},
	{"indent-4-sorted", "indented by four spaces, with sorted keys", "Python's json.dumps(indent=4, sort_keys=True)", "python", nil, jsonstyle.Style{Layout: by4, Order: jsonstyle.Sorted, Text: ascii, Numbers: jsonstyle.Typed}},
	{"tabs", "indented by tabs", "JSON.stringify(…, null, '\\t')", "node", nil, jsonstyle.Style{Layout: tabbed, Order: jsonstyle.JavaScript, Text: raw, Numbers: jsonstyle.Float64}},
	{"tabs-typed", "indented by tabs", "an editor or a formatter", "", nil, jsonstyle.Style{Layout: tabbed, Text: raw, Numbers: jsonstyle.Typed}},
	{"newlines-dropped", "without line breaks", "reading it line by line and joining the lines", "java node", withoutNewlines, jsonstyle.Style{}},
	{"newlines-to-spaces", "with a space for each line break", "reading it line by line, or pasting it into one line", "", newlinesToSpaces, jsonstyle.Style{}},
	{"lines-trimmed", "without indentation", "trimming each line", "", linesTrimmed, jsonstyle.Style{}},
	{"escapes-decoded", `with \u escapes decoded`, "a filter that decodes escapes", "", nil, jsonstyle.Style{Layout: kept, Text: raw}},
	{"escaped", `with \u escapes for non-ASCII characters`, "a filter that writes ASCII", "", nil, jsonstyle.Style{Layout: kept, Text: ascii}},
	{"slashes-escaped", "with escaped slashes", "a filter or serializer that escapes them", "", replacer("/", `\/`), jsonstyle.Style{}},
	{"numbers", "with numbers spelled as in JavaScript (1 for 1.0)", "a filter that decodes numbers", "", nil, jsonstyle.Style{Layout: kept, Numbers: jsonstyle.Float64}},
}

var dotnet = jsonstyle.Text{Respell: true, ASCII: true, Upper: true, Also: "\"<>&'+`\x7f"}

// php returns how PHP spells strings.
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

// apply re-serializes a body. It returns nil if the body is not JSON.
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
	return document.Write(w.style, RoomFor(body))
}

// RoomFor returns the maximum size of a re-serialized body. Without a limit, deep nesting
// could turn a few bytes into indentation of any size.
func RoomFor(body []byte) int { return 4*len(body) + 64<<10 }

// maxNamed is the maximum number of other libraries to name that write the same bytes.
const maxNamed = 3

// Rewritten returns the library that turns the signed JSON into the received one, alone or
// with a line break after it, as print and jq add.
func Rewritten(signed, received []byte) []Mistake {
	line := bytes.TrimSuffix(received, []byte("\n"))
	document, _ := jsonstyle.Parse(signed) // parsed before
	for _, written := range [][]byte{received, line} {
		var fitting []*rewriting
		for i := range rewritings {
			if bytes.Equal(rewritings[i].write(signed, document), written) {
				fitting = append(fitting, &rewritings[i])
			}
		}
		if len(fitting) == 0 {
			continue
		}
		list := []Mistake{*fitting[0].mistake(fitting[1:])}
		if len(written) < len(received) {
			list = append(list, Alterations[0].Mistake)
		}
		return list
	}
	return []Mistake{{"reserialized", "parsed and re-serialized" + keyOrder(signed, received), parserFirst, ForRawBody, ""}}
}

const parserFirst = "a JSON parser ran before the check, and its result was serialized and verified instead of the original bytes"

// mistake describes the rewriting, and names others that write the same bytes.
func (w *rewriting) mistake(same []*rewriting) *Mistake {
	m := Mistake{w.id, w.problem(), parserFirst, ForRawBody, ""}
	languages := strings.Fields(w.languages)
	var names []string
	for _, other := range same {
		languages = append(languages, strings.Fields(other.languages)...)
		names = append(names, other.by)
	}
	if len(names) > 0 {
		m.Problem += " (or " + strings.Join(names[:min(len(names), maxNamed)], ", ") + ")"
	}
	slices.Sort(languages)
	m.Languages = strings.Join(slices.Compact(languages), " ")
	return &m
}

func (w *rewriting) problem() string { return "re-serialized " + w.effect + ", as " + w.by + " does" }

// keyOrder says whether the order of the keys changed.
func keyOrder(signed, received []byte) string {
	as := func(body []byte, order jsonstyle.Order) []byte {
		w := rewriting{style: jsonstyle.Style{Text: raw, Numbers: jsonstyle.Float64, EmptyLists: true, Order: order}}
		return w.apply(body)
	}
	if bytes.Equal(as(signed, jsonstyle.Written), as(received, jsonstyle.Written)) {
		return ", with the same values in another layout or spelling"
	}
	return ", with the keys in another order"
}

// Restored yields possible texts of JSON before something parsed and re-serialized it:
// first in Stripe's layout, then in others, each with the keys as they are, in Stripe's
// order and sorted, and with the spellings of various libraries. The original order of the
// keys of metadata is unknown: sorted is a guess. It yields nil for a text that would
// become too long.
func Restored(body []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		document, err := jsonstyle.Parse(body)
		if err != nil {
			return
		}
		limit := RoomFor(body)
		texts := spellings(document, limit)
		for variant := range variants(document) {
			for i, how := range originals {
				if variant.unlikely && i >= likelyOriginals {
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

// originals are the possible styles of a signed body. Only the first likelyOriginals of
// them are tried with an unlikely variant.
var originals = []jsonstyle.Style{
	{Layout: opened},
	{Layout: opened, Order: jsonstyle.StripeSorted},
	{},
	{Layout: indented},
	{Layout: indented, Order: jsonstyle.StripeSorted},
	{Layout: kept},
	{Order: jsonstyle.StripeSorted},
	{Layout: opened, Order: jsonstyle.Sorted},
	{Layout: indented, Order: jsonstyle.Sorted},
	{Order: jsonstyle.Sorted},
	{Layout: spaced},
	{Layout: spaced, Order: jsonstyle.StripeSorted},
	{Layout: by4},
	{Layout: by4, Order: jsonstyle.StripeSorted},
	{Layout: tabbed},
}

const likelyOriginals = 3

// spellings returns the spellings that change the document.
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

// AsStripe reports whether a body is laid out as Stripe lays out events. Empty objects and
// lists may be closed, as in captures of the API's answers. Thin events have their own key
// order, with no white space or as much as in Stripe's documentation.
func AsStripe(body []byte, document *jsonstyle.Document) bool {
	layouts, order := []jsonstyle.Layout{opened, indented}, jsonstyle.Stripe
	if object := document.Root().Child("object"); object != nil && strings.HasPrefix(document.Source(object), `"v2.core.event`) {
		layouts, order = []jsonstyle.Layout{{}, indented}, jsonstyle.Written
	}
	for _, layout := range layouts {
		if bytes.Equal(document.Write(jsonstyle.Style{Layout: layout, Order: order}, len(body)), body) {
			return true
		}
	}
	return false
}
