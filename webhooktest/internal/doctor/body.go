package doctor

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// An alteration is what happens to a body between Stripe and the check.
type alteration struct {
	mistake // its words follow "the body was" and "it verifies the body"

	// undo returns what the body may have been, nothing where it was not altered so.
	undo func(body []byte) [][]byte

	// redo does it, as a handler that verifies an altered body does. Nil: none does.
	redo func(body []byte) []byte

	cheap    bool                                   // tried on bodies of any size
	inside   bool                                   // it was parsed, too: who wrote it then says nothing
	specific func(signed, received []byte) *mistake // knows better, or nil
}

// alterations are tried in this order. How JSON is written again is in rewritings.
var alterations = []alteration{
	{mistake: mistake{"newline-added", "given a line break at its end", "an editor, echo or a template added it; or the body was read line by line", forNewline, ""},
		undo: all(withoutNewline), redo: func(b []byte) []byte { return append(bytes.Clone(b), '\n') }, cheap: true},
	{mistake: mistake{"newline-dropped", "deprived of the line break at its end", "it was trimmed, or read line by line", forNewline, ""},
		undo: withNewline, redo: withoutNewline, cheap: true},
	{mistake: mistake{"trimmed", "given white space around it", "a template or a copy added it", forNewline, ""},
		undo: all(bytes.TrimSpace), cheap: true},
	{mistake: mistake{"crlf", "given Windows line ends (CR LF)", "it went through a text mode, git's autocrlf or an editor of Windows", forNewline, ""},
		undo: withoutCarriageReturns, redo: replacer("\n", "\r\n"), cheap: true},
	{mistake: mistake{"lf", "deprived of its Windows line ends (CR LF became LF)", "it was read as text", forNewline, ""},
		undo: all(replacer("\n", "\r\n")), redo: replacer("\r\n", "\n"), cheap: true},
	{mistake: mistake{"byte-order-mark", "given a byte order mark", "it was saved or encoded as \"UTF-8 with BOM\"", forCharset, ""},
		undo: all(func(b []byte) []byte { return bytes.TrimPrefix(b, []byte(bom)) }), redo: func(b []byte) []byte { return append([]byte(bom), b...) }, cheap: true},
	{mistake: mistake{"nul-padded", "followed by NUL bytes", "a buffer was taken in its full length, not in that of what was read", forLimit, ""},
		undo: all(func(b []byte) []byte { return bytes.TrimRight(b, "\x00") }), cheap: true},
	{mistake: mistake{"gzip", "compressed", "a proxy or a queue compressed it, and nothing undid that before the check", forGzip, ""},
		undo: decompressed},
	{mistake: mistake{"base64", "encoded in base64", "API Gateway and function URLs do so with what they take for binary (isBase64Encoded), queues with everything", forBase64, ""},
		undo: fromBase64Text, redo: func(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }},
	{mistake: mistake{"hex", "written as hexadecimal", "a log, a database or a debugger wrote it so", forBase64, ""},
		undo: fromHexText},
	{mistake: mistake{"json-string", "quoted as a JSON string", "it was encoded once more: JSON.stringify or json.dumps of what was text already", forRawBody, ""},
		undo: fromJSONString, redo: asJSONString},
	{mistake: mistake{"json-escaped", "escaped as the inside of a JSON string", "it comes out of a log, a template ($util.escapeJavaScript) or a field of another JSON text", forRawBody, ""},
		undo: fromEscaped},
	{mistake: mistake{"envelope", "put into an envelope", "API Gateway, SQS, SNS, EventBridge, Pub/Sub or a mapping template wrapped it; what is in the envelope is to be verified", forBase64, ""},
		undo: fromEnvelope},
	{mistake: mistake{"url-encoded", "URL-encoded", "it was sent or stored as a part of a form", forRawBody, ""},
		undo: fromURLEncoded},
	{mistake: mistake{"form-field", "put into a form field", "a proxy or a form parser took it for application/x-www-form-urlencoded", forRawBody, ""},
		undo: fromForm},
	{mistake: mistake{"form-decoded", "decoded as a form, which turns + into a space", "a form parser or urldecode ran over it", forRawBody, ""},
		undo: withPluses},
	{mistake: mistake{"mojibake", "taken for Latin-1 or Windows-1252, and encoded as UTF-8 once more", "somewhere its bytes were read in that charset: Zoë is ZoÃ« now", forCharset, ""},
		undo: fromMojibake, redo: asMojibake},
	{mistake: mistake{"latin-1", "encoded as Latin-1 or Windows-1252", "it was decoded, and written in that charset", forCharset, ""},
		undo: fromLatin1, redo: asLatin1},
	{mistake: mistake{"utf-16", "encoded as UTF-16", "PowerShell's > and Out-File, Encoding.Unicode and nvarchar columns write so", forCharset, ""},
		undo: fromUTF16},
	{mistake: mistake{"ascii", "written in ASCII, with a question mark for every other character", "Encoding.ASCII, US_ASCII or encode('ascii', 'replace')", forCharset, ""},
		redo: asASCII},
	{mistake: mistake{"bytes-literal", "printed as a Python bytes literal (b'…')", "str(request.body) prints bytes; decode them, or verify them as they are", forCharset, "python"},
		undo: fromBytesLiteral, redo: asBytesLiteral},
	{mistake: mistake{"buffer-json", "written as a list of its bytes", "JSON.stringify of a Buffer or a Uint8Array, or toString of a byte array", forRawBody, ""},
		undo: fromByteList},
	{mistake: mistake{"literal", "parsed, and the result printed as a Python dict or a Ruby Hash", "str(request.json), params.to_s or inspect", forRawBody, "python ruby"},
		undo: fromLiteral, inside: true},
	{mistake: mistake{"html-escaped", "escaped for HTML", "htmlspecialchars, a template or a sanitiser ran over the input", forRawBody, ""},
		undo: all(htmlUnescaped)},
	{mistake: mistake{"slashes-added", "given a backslash before each quote", "WordPress (wp_slash), addslashes or magic quotes", forRawBody, "php"},
		undo: withoutSlashes},
	{mistake: mistake{"typographic", "given typographic quotes or non-breaking spaces", "it was pasted through a chat, a word processor or a web page", forRawBody, ""},
		undo: all(plainTypography)},
	{mistake: mistake{"quoted", "put into quotes", "the shell's quotes were copied with it", forNewline, ""},
		undo: withoutShellQuotes},
	{mistake: mistake{"chunked", "left in its chunks", "what reads the socket does not know Transfer-Encoding: chunked", forLimit, ""},
		undo: fromChunks},
	{mistake: mistake{"doubled", "doubled", "it was read twice into one buffer", forConsumed, ""},
		undo: firstOfTwo, redo: func(b []byte) []byte { return append(bytes.Clone(b), b...) }, cheap: true},
	{mistake: mistake{"cut", "cut short", "a limit on the body's size, or a wrong Content-Length", forLimit, ""},
		undo: completed, specific: cutInCharacters},
	{mistake: characterCut,
		redo: func(b []byte) []byte { return b[:utf8.RuneCount(b)] }},
	{mistake: mistake{"empty", "lost: it is empty", "something read it before: a parser, a logger, a proxy", forConsumed, ""},
		redo: func([]byte) []byte { return []byte{} }},
}

const bom = "\ufeff"

var characterCut = mistake{"cut-in-characters", "cut at its length in characters, which is less than its length in bytes", "the Content-Length, or the number of bytes to read, was computed from the length of a text", forLimit, ""}

// cutInCharacters tells a length in characters, or in UTF-16 units, from any other.
func cutInCharacters(signed, received []byte) *mistake {
	units := 0
	for _, r := range string(signed) {
		units += max(1, utf16Units(r))
	}
	if len(received) == utf8.RuneCount(signed) || len(received) == units {
		return &characterCut
	}
	return nil
}

func utf16Units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// findings word what the step undid.
func (s step) findings() []Finding {
	if s.alteration == nil {
		return rewritten(s.after, s.before)
	}
	m := &s.alteration.mistake
	if s.alteration.specific != nil {
		if known := s.alteration.specific(s.after, s.before); known != nil {
			m = known
		}
	}
	f := m.finding("the body was ")
	if missing := len(s.after) - len(s.before); m.topic == forLimit && missing > 0 {
		f.Says += ": " + count(missing, "byte") + " of " + strconv.Itoa(len(s.after)) + " are missing"
	}
	return []Finding{f}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// all makes a list of one from a function that leaves alone what it does not find.
func all(undo func([]byte) []byte) func([]byte) [][]byte {
	return func(body []byte) [][]byte {
		before := undo(body)
		if bytes.Equal(before, body) {
			return nil
		}
		return [][]byte{before}
	}
}

func replacer(before, after string) func([]byte) []byte {
	return func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(before), []byte(after)) }
}

func withoutNewline(body []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\r"))
}

// withoutCarriageReturns takes those away that end a line, then all.
func withoutCarriageReturns(body []byte) [][]byte {
	if !bytes.Contains(body, []byte("\r")) {
		return nil
	}
	return [][]byte{replacer("\r\n", "\n")(body), replacer("\r", "")(body)}
}

func withNewline(body []byte) [][]byte {
	return [][]byte{append(bytes.Clone(body), '\n'), append(bytes.Clone(body), "\r\n"...)}
}

func firstOfTwo(body []byte) [][]byte {
	half := body[:len(body)/2]
	if len(body) == 0 || len(body)%2 > 0 || !bytes.Equal(half, body[len(half):]) {
		return nil
	}
	return [][]byte{half}
}
