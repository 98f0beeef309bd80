package capture

// A table of how logs and programs write deliveries.

import (
	"bytes"
	"errors"
	"html"
	"regexp"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/internal/printed"
)

// A reading finds deliveries in a text of one format.
type reading struct {
	name string // of the source
	read func(f *finder, p place)
}

// readings returns the table, in the order of attempts; the first with a result wins. (It
// is a function because each searches the text inside with all of them.)
func readings() []reading {
	return []reading{
		{"JSON", (*finder).json},
		{"an HTTP request", (*finder).request},
		{"a curl command", (*finder).curl},
		{"a log with JSON in it", (*finder).jsonInText},
		{`a log with \x escapes`, decoding(`\x22`, printed.Unescaped)},
		{"text with %22 for a quote", decoding("%22", fromPercent)},
		{"text with &quot; for a quote", decoding("&", func(text []byte) []byte { return []byte(html.UnescapeString(string(text))) })},
		{"a Buffer as Node prints it", decoding("<Buffer ", fromBuffers)},
		{"a CSV file", decoding(`"":`, func(text []byte) []byte { return bytes.ReplaceAll(text, []byte(`""`), []byte(`"`)) })},
		{"an e-mail", decoding("=\n", fromQuotedPrintable)},
		{"a printed string", (*finder).printedString},
		{"a row of psql", decoding("+", fromPsql)},
		{"a log of syslog", decoding("#012", fromSyslog)},
		{"a log of HAProxy", decoding("#22", fromHAProxy)},
		{"text in a shell's quotes", decoding(`'\''`, replacing(`'\''`, "'"))},
		{"a PowerShell command", decoding("`\"", fromPowerShell)},
		{"a hex dump", decoding("7b", fromHexDump)},
		{"escaped JSON", decoding(`\"`, fromEscaped)},
		{`a log with \n for a line break`, decoding(`{\n`, replacing(`\r`, "", `\n`, "\n", `\t`, "\t"))},
		{"a list of bytes", decoding("123", fromNumbers)},
		{"a printed object", (*finder).printedValue},
		{"a log with a prefix before each line", decoding("{\n", withoutPrefixes)},
		{"hexadecimal text", decoding("7b", fromHex)},
		{"base64", (*finder).base64},
	}
}

// json reads JSON values, each starting on a new line.
func (f *finder) json(p place) {
	if first := bytes.TrimSpace(p.text); len(first) == 0 || first[0] != '{' && first[0] != '[' && first[0] != '"' {
		return
	}
	if root, end, err := readTree(p.text); err == nil && len(bytes.TrimSpace(p.text[end:])) == 0 {
		before := len(f.found)
		f.tree(p, &root)
		if len(f.found) == before+1 && f.found[before].Header == nil { // the only one, wherever it is
			f.found[before].Header = signatureNear(p.text)
		}
	}
}

// isRequest reports whether a text begins like an HTTP request.
func isRequest(text []byte) bool {
	line, _, found := bytes.Cut(bytes.TrimLeft(text, "\r\n"), []byte("\n"))
	return found && len(line) < 4<<10 && isRequestLine(strings.TrimPrefix(strings.TrimSpace(string(line)), "> "))
}

func (f *finder) request(p place) {
	if !isRequest(p.text) && !bytes.Contains(bytes.ToLower(p.text[:min(len(p.text), 4<<10)]), []byte("\nstripe-signature:")) {
		return
	}
	r, err := ParseHTTP(p.text)
	if err != nil || len(r.Header) == 0 {
		return
	}
	p.header = r.Header
	if body := withoutResponse(r.Body); len(body) > 0 || r.IsSigned() {
		f.add(p.within(nil), body, false)
	}
}

// withoutResponse removes what follows a request: the response that programs such as HTTPie
// print, the ### that ends it in an editor's .http file.
func withoutResponse(body []byte) []byte {
	root, end, err := readTree(body)
	after := bytes.TrimSpace(body[end:])
	if err == nil && root.kind == '{' && (bytes.HasPrefix(after, []byte("HTTP/")) || bytes.HasPrefix(after, []byte("###"))) {
		return body[:end]
	}
	return body
}

var errFile = errors.New("a file")

func (f *finder) curl(p place) {
	if at := bytes.Index(p.text[:min(len(p.text), 4<<10)], []byte("curl ")); at < 0 || p.depth > 0 {
		return
	}
	r, err := ParseCurl(p.text, func(string) ([]byte, error) { return nil, errFile })
	if err != nil {
		return
	}
	p.header = r.Header
	f.add(p.within(nil), r.Body, false)
}

// jsonInText finds events in JSON after other text, as in log lines and printed objects of
// Stripe's libraries: <Stripe::Event:0x1 id=evt_1> JSON: {…}.
func (f *finder) jsonInText(p place) {
	p = p.signed()
	for at := 0; at < len(p.text) && f.tries > 0; at++ {
		next := bytes.IndexAny(p.text[at:], "{[")
		if next < 0 {
			return
		}
		at += next
		root, end, err := readTree(p.text[at:])
		if err != nil || root.kind == '[' && len(root.children) == 0 {
			f.tries -= end + 64
			continue
		}
		inner := p.within(nil)
		inner.start = p.start + at
		if inner.base = -1; p.base >= 0 {
			inner.base = p.base + at
		}
		if inner.header == nil {
			inner.header = signatureNear(linesOf(p.text, at, at+end))
		}
		if literal := fromSQL(p.text, at, at+end); literal != nil && f.search(p.within(literal)) {
			at += end
			continue
		}
		before := len(f.found)
		if f.tree(inner, &root); len(f.found) == before {
			f.tries -= end + 64
		}
		if len(f.found) > before || root.kind == '{' {
			at += end - 1
		}
	}
}

// linesOf returns the lines that contain a part of a text.
func linesOf(text []byte, from, to int) []byte {
	from = bytes.LastIndexByte(text[:from], '\n') + 1
	if length := bytes.IndexByte(text[to:], '\n'); length >= 0 {
		return text[from : to+length]
	}
	return text[from:]
}

// fromSQL returns the JSON at a place of a text if it is an SQL string, in which each
// single quote is doubled. It returns nil for anything else.
func fromSQL(text []byte, from, to int) []byte {
	if from == 0 || text[from-1] != '\'' || to == len(text) || text[to] != '\'' {
		return nil
	}
	const quote, doubled = "'", "''"
	single := bytes.ReplaceAll(text[from:to], []byte(doubled), []byte(quote))
	if length := to - from; len(single) == length || bytes.Count(text[from:to], []byte(quote)) != 2*(length-len(single)) {
		return nil
	}
	return single
}

// quotedBody matches the possible start of a printed string with JSON in it.
var quotedBody = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("b?['\"`](\\\\n|\\s)*[{]")
})

// printedString finds a body printed as a string: '…\n' + from Node, b'…' from Python.
func (f *finder) printedString(p place) {
	if len(p.text) > maxPrinted {
		return
	}
	p = p.signed()
	for at := 0; at < len(p.text) && f.tries > 0; {
		match := quotedBody().FindIndex(p.text[at:])
		if match == nil {
			return
		}
		at += match[0]
		value, end, ok := printed.String(p.text, at)
		if !ok {
			f.tries -= len(p.text) - at
			at++
			continue
		}
		inner := p.within(value)
		inner.start = p.start + at
		if isEventText(value) {
			f.add(inner, value, false)
			at = end
		} else if f.tries -= end - at; f.search(inner) {
			at = end
		} else {
			at++
		}
	}
}

// decoding returns a reading that undoes escapes of the whole text.
func decoding(mark string, decode func([]byte) []byte) func(f *finder, p place) {
	return func(f *finder, p place) {
		if len(p.text) > maxPrinted || !bytes.Contains(p.text, []byte(mark)) {
			return
		}
		if text := decode(p.text); text != nil && !bytes.Equal(text, p.text) {
			f.search(p.within(text))
		}
	}
}

// printedValue finds an event printed as a value of a language: {"id"=>"evt_1"} in a line of
// Rails, a Python dict, PHP's var_export.
func (f *finder) printedValue(p place) {
	if len(p.text) > maxPrinted {
		return
	}
	p = p.signed()
	for at := 0; at < len(p.text) && f.tries > 0; at++ {
		next := printedOpening().FindIndex(p.text[at:])
		if next == nil {
			return
		}
		at += next[0]
		value, end, err := printed.JSON(p.text[at:])
		if f.tries -= 256; err != nil || end < 20 {
			f.tries -= 1 << 10
			continue
		}
		root, _, err := readTree(withoutWrapper(value))
		if err != nil {
			continue
		}
		inner := p.within(nil)
		inner.start, inner.parsed = p.start+at, true
		before := len(f.found)
		if f.tree(inner, &root); len(f.found) > before {
			at += end - 1
		}
		f.tries -= end
	}
}

// withoutWrapper removes what Rails adds to the parameters of a JSON request: a copy of all
// of them, under the name of the controller.
func withoutWrapper(value []byte) []byte {
	root, _, err := readTree(value)
	if err != nil || len(root.children) < 2 {
		return value
	}
	last := &root.children[len(root.children)-1]
	if id := root.child("id").word(); id == "" || last.child("id").word() != id || last.kind != '{' {
		return value
	}
	before := root.children[len(root.children)-2]
	return append(bytes.Clone(value[:before.start+len(before.text)]), '}')
}

var printedOpening = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{|\[|array ?\(|object\(`)
})

func (f *finder) base64(p place) {
	text := strings.TrimSpace(string(p.text[:min(len(p.text), maxPrinted)]))
	if _, data, ok := strings.Cut(text[:min(len(text), 100)], ";base64,"); ok { // a data URL
		text = data + text[min(len(text), 100):]
	}
	if decoded := fromBase64(text); len(decoded) > 20 {
		f.search(p.within(decoded))
	}
}
