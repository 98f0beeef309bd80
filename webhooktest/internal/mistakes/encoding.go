package mistakes

// Bodies that were compressed, encoded, escaped or wrapped.

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// maxInflated is the maximum size of a decompressed body, in bytes.
const maxInflated = 2 * MaxSearched

func decompressed(body []byte) [][]byte {
	open := func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	switch {
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
	case len(body) > 2 && body[0] == 0x78 && (int(body[0])<<8+int(body[1]))%31 == 0: // RFC 1950
		open = func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }
	default:
		return nil
	}
	reader, err := open(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(reader, maxInflated+1))
	if err != nil || len(plain) > maxInflated {
		return nil
	}
	return [][]byte{plain}
}

func fromBase64Text(body []byte) [][]byte {
	text := PlainBase64(strings.Join(strings.Fields(strings.Trim(string(body), "\"' \r\n")), ""))
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(decoded) == 0 {
		return nil
	}
	return [][]byte{decoded}
}

func fromHexText(body []byte) [][]byte {
	decoded, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(body)), `\x`))
	if err != nil || len(decoded) == 0 {
		return nil
	}
	return [][]byte{decoded}
}

func fromJSONString(body []byte) [][]byte {
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '"' {
		return nil
	}
	return jsonText(body)
}

func jsonText(quoted []byte) [][]byte {
	var text string
	if json.Unmarshal(quoted, &text) != nil || text == "" {
		return nil
	}
	return [][]byte{[]byte(text)}
}

func asJSONString(body []byte) []byte {
	quoted, _ := rawjson.Encode(string(body)) // a string always has a JSON form
	return quoted
}

// fromEscaped reads the inside of a JSON string. API Gateway's
// escapeJavaScript also escapes what JSON does not.
func fromEscaped(body []byte) [][]byte {
	if !bytes.Contains(body, []byte(`\"`)) {
		return nil
	}
	text := bytes.ReplaceAll(bytes.TrimSpace(body), []byte(`\'`), []byte("'"))
	return jsonText(slices.Concat([]byte(`"`), text, []byte(`"`)))
}

// maxEnveloped is the maximum number of parts of an envelope to try.
const maxEnveloped = 16

// fromEnvelope finds events inside other JSON: strings that contain JSON, in plain text
// or base64, and objects that are events.
func fromEnvelope(body []byte) [][]byte {
	document, err := jsonstyle.Parse(body)
	if err != nil {
		return nil
	}
	var found [][]byte
	var visit func(v *rawjson.Value, depth int)
	visit = func(v *rawjson.Value, depth int) {
		if depth > 6 || len(found) >= maxEnveloped {
			return
		}
		if inner := enveloped(body[v.Start:v.End], v); inner != nil && depth > 0 {
			found = append(found, inner)
		}
		for i := range v.Children {
			visit(&v.Children[i], depth+1)
		}
	}
	visit(document.Root(), 0)
	return found
}

func enveloped(text []byte, v *rawjson.Value) []byte {
	if v.Kind == '{' {
		if object := v.Child("object"); v.Child("id") == nil || object == nil || v.Child("type") == nil {
			return nil
		}
		return text
	}
	if v.Kind != '"' || len(text) < 20 {
		return nil
	}
	var inner string
	if json.Unmarshal(text, &inner) != nil {
		return nil
	}
	if strings.HasPrefix(strings.TrimSpace(inner), "{") {
		return []byte(inner)
	}
	if decoded := fromBase64Text([]byte(inner)); decoded != nil && bytes.HasPrefix(bytes.TrimSpace(decoded[0]), []byte("{")) {
		return decoded[0]
	}
	return nil
}

var smeeEnvelope = Mistake{"smee-envelope", "wrapped in smee's envelope", "it is what smee.io's page and smee-client pass on: a relay that parsed the body; the handler may be right", ForRelay, ""}

// inSmee recognizes smee's envelope: the headers of the request beside its parsed body.
func inSmee(_, received []byte) *Mistake {
	document, err := jsonstyle.Parse(received)
	if err != nil || document.Root().Child("stripe-signature") == nil || document.Root().Child("body") == nil {
		return nil
	}
	return &smeeEnvelope
}

// withoutExpanded replaces each {"id": …, "expanded_object": …} by the id.
func withoutExpanded(body []byte) [][]byte {
	if !bytes.Contains(body, []byte("xpanded")) {
		return nil
	}
	document, err := jsonstyle.Parse(body)
	if err != nil {
		return nil
	}
	var out []byte
	copied := 0
	document.Root().All(func(v *rawjson.Value) {
		id := v.Child("id")
		expanded := v.Child("expanded_object") != nil || v.Child("expandedObject") != nil
		if v.Kind == '{' && len(v.Children) == 2 && id != nil && expanded && v.Start >= copied {
			out = append(append(out, body[copied:v.Start]...), body[id.Start:id.End]...)
			copied = v.End
		}
	})
	if copied == 0 {
		return nil
	}
	return [][]byte{append(out, body[copied:]...)}
}

func fromURLEncoded(body []byte) [][]byte {
	if !bytes.Contains(body, []byte("%")) {
		return nil
	}
	var found [][]byte
	for _, unescape := range []func(string) (string, error){url.QueryUnescape, url.PathUnescape} {
		if text, err := unescape(string(body)); err == nil {
			found = append(found, []byte(text))
		}
	}
	return found
}

// fromForm finds JSON in the fields of a form. A parser that mistakes a JSON body for a
// form turns it into the name of a field without a value.
func fromForm(body []byte) [][]byte {
	if !bytes.Contains(body, []byte("=")) || json.Valid(body) {
		return nil
	}
	var found [][]byte
	add := func(text string) {
		if strings.HasPrefix(strings.TrimSpace(text), "{") && len(found) < maxEnveloped {
			found = append(found, []byte(text))
		}
	}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		for _, text := range []string{name, value} {
			add(text)
			if unescaped, err := url.QueryUnescape(text); err == nil {
				add(unescaped)
			}
		}
	}
	if bytes.HasSuffix(body, []byte("=")) {
		add(strings.TrimSuffix(string(body), "="))
	}
	return found
}

// withPluses turns spaces back into pluses: first those at the start of a string that
// continues with a digit, like a phone number, then each one inside a string by itself.
func withPluses(body []byte) [][]byte {
	var phones []byte
	var each [][]byte
	inside := false
	for i, c := range body {
		if c == '"' && (i == 0 || body[i-1] != '\\') {
			inside = !inside
		}
		begins := inside && c == ' ' && body[i-1] == '"' && i+1 < len(body) && body[i+1] >= '0' && body[i+1] <= '9'
		if begins {
			c = '+'
		}
		phones = append(phones, c)
		if inside && body[i] == ' ' && len(each) < 64 && len(body) < 1<<20 {
			one := bytes.Clone(body)
			one[i] = '+'
			each = append(each, one)
		}
	}
	if bytes.Equal(phones, body) {
		return each
	}
	return append([][]byte{phones}, each...)
}

func htmlUnescaped(body []byte) []byte {
	return []byte(strings.NewReplacer("&quot;", `"`, "&#34;", `"`, "&#x22;", `"`, "&#39;", "'", "&#039;", "'", "&#x27;", "'", "&apos;", "'",
		"&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(string(body)))
}

// withoutSlashes removes one backslash before each quote and backslash.
func withoutSlashes(body []byte) [][]byte {
	if !bytes.Contains(body, []byte(`{\"`)) && !bytes.Contains(body, []byte(` \"`)) {
		return nil
	}
	return [][]byte{[]byte(strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`).Replace(string(body)))}
}

func plainTypography(body []byte) []byte {
	return []byte(strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "\u00a0", " ", "\u200b", "").Replace(string(body)))
}

func withoutShellQuotes(body []byte) [][]byte {
	text := bytes.TrimSpace(body)
	if len(text) < 2 || text[0] != text[len(text)-1] || text[0] != '\'' && text[0] != '"' && text[0] != '`' {
		return nil
	}
	return [][]byte{text[1 : len(text)-1]}
}

func fromChunks(body []byte) [][]byte {
	if whole, ok := Unchunked(body); ok {
		return [][]byte{whole}
	}
	return nil
}

// Unchunked reassembles a chunked body. Lines may end in LF alone, as they do
// when pasted.
//
// Source: https://www.rfc-editor.org/rfc/rfc9112#section-7.1
func Unchunked(body []byte) (whole []byte, ok bool) {
	for {
		line, rest, found := bytes.Cut(body, []byte("\n"))
		size, _, _ := strings.Cut(string(line), ";") // what follows is an extension
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		switch {
		case !found && n > 0 || err != nil || int(n) > len(rest):
			return nil, false
		case n == 0:
			return whole, len(whole) > 0
		}
		whole = append(whole, rest[:n]...)
		body = bytes.TrimPrefix(bytes.TrimPrefix(rest[n:], []byte("\r")), []byte("\n"))
	}
}
