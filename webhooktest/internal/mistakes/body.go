package mistakes

// A table of what may happen to the bytes of a body, and how to undo it.

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
)

// An Alteration is a change to a body between Stripe and the check.
type Alteration struct {
	Mistake // its Problem follows "the body was" and "it verifies the body"

	// Undo returns possible original bodies, or nil if the body was not altered this way.
	Undo func(body []byte) [][]byte

	// Redo alters a body as a handler does before it verifies. Nil means that no handler
	// does.
	Redo func(body []byte) []byte

	Cheap    bool                                   // tried on bodies of any size
	Parsed   bool                                   // includes parsing: the spelling of the JSON then means nothing
	Specific func(signed, received []byte) *Mistake // a closer description, or nil
}

// Alterations are tried in this order. Re-serializations of JSON have their own table.
var Alterations = []Alteration{
	{Mistake: Mistake{"newline-added", "given a trailing line break", "an editor, echo or a template added it, or the body was read line by line", ForNewline, ""},
		Undo: all(withoutNewline), Redo: func(b []byte) []byte { return append(bytes.Clone(b), '\n') }, Cheap: true},
	{Mistake: Mistake{"newline-dropped", "stripped of its trailing line break", "it was trimmed or read line by line", ForNewline, ""},
		Undo: withNewline, Redo: withoutNewline, Cheap: true},
	{Mistake: Mistake{"trimmed", "padded with white space", "a template added it, or it was copied along", ForNewline, ""},
		Undo: all(bytes.TrimSpace), Cheap: true},
	{Mistake: Mistake{"crlf", "given Windows line endings (CR LF)", "text mode, git's autocrlf or a Windows editor converted it", ForNewline, ""},
		Undo: withoutCarriageReturns, Redo: replacer("\n", "\r\n"), Cheap: true},
	{Mistake: Mistake{"lf", "stripped of its Windows line endings (CR LF became LF)", "it was read as text", ForNewline, ""},
		Undo: all(replacer("\n", "\r\n")), Redo: replacer("\r\n", "\n"), Cheap: true},
	{Mistake: Mistake{"byte-order-mark", "given a byte order mark", "it was saved or encoded as \"UTF-8 with BOM\"", ForCharset, ""},
		Undo: all(func(b []byte) []byte { return bytes.TrimPrefix(b, []byte(bom)) }), Redo: func(b []byte) []byte { return append([]byte(bom), b...) }, Cheap: true},
	{Mistake: Mistake{"nul-padded", "padded with NUL bytes", "the whole buffer was used, not only the part that was read", ForLimit, ""},
		Undo: all(func(b []byte) []byte { return bytes.TrimRight(b, "\x00") }), Cheap: true},
	{Mistake: Mistake{"gzip", "compressed", "a proxy or a queue compressed it, and nothing decompressed it before the check", ForGzip, ""},
		Undo: decompressed},
	{Mistake: Mistake{"base64", "encoded in base64", "API Gateway and function URLs encode what they consider binary (isBase64Encoded); queues encode everything", ForBase64, ""},
		Undo: fromBase64Text, Redo: func(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }},
	{Mistake: Mistake{"hex", "encoded in hexadecimal", "a log, a database or a debugger wrote it that way", ForBase64, ""},
		Undo: fromHexText},
	{Mistake: Mistake{"json-string", "quoted as a JSON string", "it was encoded twice: JSON.stringify or json.dumps of something that was text already", ForRawBody, ""},
		Undo: fromJSONString, Redo: asJSONString},
	{Mistake: Mistake{"json-escaped", "escaped like the inside of a JSON string", "it comes from a log, a template ($util.escapeJavaScript) or a field of other JSON", ForRawBody, ""},
		Undo: fromEscaped},
	{Mistake: Mistake{"envelope", "wrapped in an envelope", "API Gateway, SQS, SNS, EventBridge, Pub/Sub or a mapping template wrapped it; verify what is inside the envelope", ForBase64, ""},
		Undo: fromEnvelope, Specific: inSmee},
	{Mistake: Mistake{"url-encoded", "URL-encoded", "it was sent or stored as part of a form", ForRawBody, ""},
		Undo: fromURLEncoded},
	{Mistake: Mistake{"form-field", "put in a form field", "a proxy or a form parser mistook it for application/x-www-form-urlencoded", ForRawBody, ""},
		Undo: fromForm},
	{Mistake: Mistake{"form-decoded", "decoded as a form, which turns each + into a space", "a form parser or urldecode processed it", ForRawBody, ""},
		Undo: withPluses},
	{Mistake: Mistake{"mojibake", "mistaken for Latin-1 or Windows-1252 and encoded as UTF-8 again", "something read its bytes in that charset: Zoë is now ZoÃ«", ForCharset, ""},
		Undo: fromMojibake, Redo: asMojibake},
	{Mistake: Mistake{"latin-1", "encoded as Latin-1 or Windows-1252", "it was decoded and then written in that charset", ForCharset, ""},
		Undo: fromLatin1, Redo: asLatin1},
	{Mistake: Mistake{"utf-16", "encoded as UTF-16", "PowerShell's > and Out-File, Encoding.Unicode and nvarchar columns write UTF-16", ForCharset, ""},
		Undo: fromUTF16},
	{Mistake: Mistake{"ascii", "converted to ASCII, with a question mark for every other character", "Encoding.ASCII, US_ASCII or encode('ascii', 'replace') converted it", ForCharset, ""},
		Redo: asASCII},
	{Mistake: Mistake{"bytes-literal", "printed as a Python bytes literal (b'…')", "str(request.body) prints bytes; decode them, or verify them as is", ForCharset, "python"},
		Undo: fromBytesLiteral, Redo: asBytesLiteral},
	{Mistake: Mistake{"buffer-json", "printed as a list of its bytes", "it is JSON.stringify of a Buffer or a Uint8Array, or toString of a byte array", ForRawBody, ""},
		Undo: fromByteList},
	{Mistake: Mistake{"literal", "parsed and printed as a Python dict or a Ruby Hash", "it is the result of str(request.json), params.to_s or inspect", ForRawBody, "python ruby"},
		Undo: fromLiteral, Parsed: true},
	{Mistake: Mistake{"expanded-fields", "parsed and serialized with its expandable fields as objects ({\"id\": …, \"expanded_object\": null})", "stripe-java's or Gson's toJson wrote its own classes instead of the JSON it came from", ForRawBody, "java"},
		Undo: withoutExpanded},
	{Mistake: Mistake{"members-added", "parsed and given members that Stripe does not send", "a framework or a store added them: Rails' controller and action, MongoDB's _id, null for an account that is not there", ForRawBody, ""},
		Undo: withoutForeign},
	{Mistake: Mistake{"keys-renamed", "parsed and given keys in camelCase or PascalCase", "a middleware or a serializer renames keys (camelcase-keys, humps, axios interceptors, PropertyNamingPolicy)", ForRawBody, ""},
		Undo: inSnakeCase},
	{Mistake: Mistake{"doubles", "parsed with all numbers as doubles (1.795303216E9 and 4800.0 for whole numbers)", "Gson's Map, Lua, R and some stores have no integers", ForRawBody, "java"},
		Undo: fromDoubles},
	{Mistake: Mistake{"html-escaped", "escaped for HTML", "htmlspecialchars, a template or a sanitizer processed the input", ForRawBody, ""},
		Undo: all(htmlUnescaped)},
	{Mistake: Mistake{"slashes-added", "given a backslash before each quote", "WordPress (wp_slash), addslashes or magic quotes added them", ForRawBody, "php"},
		Undo: withoutSlashes},
	{Mistake: Mistake{"typographic", "given typographic quotes or non-breaking spaces", "it was pasted through a chat, a word processor or a web page", ForRawBody, ""},
		Undo: all(plainTypography)},
	{Mistake: Mistake{"quoted", "put in quotes", "the shell's quotes were copied along", ForNewline, ""},
		Undo: withoutShellQuotes},
	{Mistake: Mistake{"chunked", "left chunked", "whatever reads the socket does not support Transfer-Encoding: chunked", ForLimit, ""},
		Undo: fromChunks},
	{Mistake: Mistake{"doubled", "doubled", "it was read into one buffer twice", ForConsumed, ""},
		Undo: firstOfTwo, Redo: func(b []byte) []byte { return append(bytes.Clone(b), b...) }, Cheap: true},
	{Mistake: Mistake{"cut", "truncated", "a limit on the size of the body, or a wrong Content-Length", ForLimit, ""},
		Undo: completed, Specific: cutInCharacters},
	{Mistake: characterCut,
		Redo: func(b []byte) []byte { return b[:utf8.RuneCount(b)] }},
	{Mistake: Mistake{"empty", "lost: it is empty", "something read it first: a parser, a logger, a proxy", ForConsumed, ""},
		Redo: func([]byte) []byte { return []byte{} }},
}

const bom = "\ufeff"

var characterCut = Mistake{"cut-in-characters", "truncated to its length in characters, which is less than its length in bytes", "the Content-Length or the number of bytes to read is the length of a string", ForLimit, ""}

// cutInCharacters recognizes a length in characters or in UTF-16 units.
func cutInCharacters(signed, received []byte) *Mistake {
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

// all adapts a function that returns the body unchanged if there is nothing to undo.
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

// withoutCarriageReturns removes those that end a line, then all.
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
