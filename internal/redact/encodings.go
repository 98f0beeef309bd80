package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An encoding is a way in which a text can stand inside another.
type encoding struct {
	needs  string                                    // one of these characters is in what is coded; "" is nothing to go by
	within func(r rune) bool                         // what a coded part consists of
	length int                                       // of a part, at the least
	padded bool                                      // = may follow
	decode func(part string) (plain string, ok bool) // ok: it is such a text
	encode func(plain, part string) string           // as the part was
}

// encodings are those in which a payload can carry a value.
var encodings = []encoding{
	{needs: "%+", within: notIn("/?&=#;,:\"'<> \t\r\n"), decode: decodeQuery, encode: func(plain, _ string) string { return url.QueryEscape(plain) }},
	{needs: `\`, within: notIn("\"'{}[],: \t\r\n"), decode: decodeEscapes, encode: func(plain, _ string) string { return escaped(plain) }},
	{needs: "&", within: notIn("\"'<>=? \t\r\n"), decode: decodeEntities, encode: func(plain, _ string) string { return html.EscapeString(plain) }},
	{within: isBase64, length: 12, padded: true, decode: decodeBase64, encode: encodeBase64},
	{within: isBase62, length: 12, padded: true, decode: decodeBase64, encode: encodeBase64}, // with / or - beside it that are not its own
	{within: isHex, length: 12, decode: decodeHex, encode: encodeHex},
}

const maxCoded = 3 // how deep what is coded is looked into

// byCoding returns the parts of a text that hold, once decoded, what is to be
// replaced.
func (d *Document) byCoding(text string, depth int) []span {
	if depth >= maxCoded {
		return nil
	}
	var spans []span
	for i := range encodings {
		e := &encodings[i]
		if e.needs != "" && !strings.ContainsAny(text, e.needs) {
			continue
		}
		for start, end := range parts(text, e.within, max(1, e.length)) {
			if e.padded {
				end += len(text[end:]) - len(strings.TrimLeft(text[end:], "="))
			}
			part := text[start:end]
			plain, ok := e.decode(part)
			if !ok || plain == part {
				continue
			}
			inside := d.spans(plain, kindPlain, depth+1)
			if len(inside) == 0 {
				continue
			}
			clean := e.encode(d.replace(plain, inside), part)
			spans = append(spans, span{start: start, end: end, kind: inside[0].kind, coded: clean})
		}
	}
	return spans
}

// parts returns where the runs of such characters stand in a text.
func parts(text string, within func(rune) bool, length int) func(yield func(start, end int) bool) {
	return func(yield func(int, int) bool) {
		start := -1
		for i, r := range text {
			switch {
			case within(r) && start < 0:
				start = i
			case !within(r) && start >= 0:
				if i-start >= length && !yield(start, i) {
					return
				}
				start = -1
			}
		}
		if start >= 0 && len(text)-start >= length {
			yield(start, len(text))
		}
	}
}

func notIn(delimiters string) func(rune) bool {
	return func(r rune) bool { return !strings.ContainsRune(delimiters, r) }
}

func isBase62(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

func isBase64(r rune) bool { return isBase62(r) || strings.ContainsRune("+/-_", r) }

func isHex(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'F' || r >= 'a' && r <= 'f'
}

// decodings returns the whole of a text as each kind of decoder would read it.
func decodings(text string) []string {
	found := []string{text}
	for _, decode := range []func(string) (string, bool){decodeQuery, decodePath, decodeEscapes, decodeEntities} {
		if plain, _ := decode(text); plain != text {
			found = append(found, plain)
		}
	}
	return found
}

// decodeQuery decodes the value of a query: + is a space.
func decodeQuery(part string) (string, bool) {
	return decodePath(strings.ReplaceAll(part, "+", " "))
}

// decodePath decodes %40, and leaves what is no such code as it is.
func decodePath(part string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] == '%' && i+2 < len(part) {
			if b, err := strconv.ParseUint(part[i+1:i+3], 16, 8); err == nil {
				out.WriteByte(byte(b))
				i += 2
				continue
			}
		}
		out.WriteByte(part[i])
	}
	return out.String(), true
}

// decodeEscapes decodes the escapes of JSON, and leaves what is none as it is.
func decodeEscapes(part string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] != '\\' || i+1 == len(part) {
			out.WriteByte(part[i])
			continue
		}
		end := i + 2
		if part[i+1] == 'u' {
			end = min(len(part), i+6)
			if strings.HasPrefix(part[end:], `\u`) && end+6 <= len(part) { // the two halves of one character
				var pair string
				if json.Unmarshal([]byte(`"`+part[i:end+6]+`"`), &pair) == nil && utf8.RuneCountInString(pair) == 1 {
					end += 6
				}
			}
		}
		var plain string
		if json.Unmarshal([]byte(`"`+part[i:end]+`"`), &plain) != nil {
			plain = part[i:end]
		}
		out.WriteString(plain)
		i = end - 1
	}
	return out.String(), true
}

// escaped returns the inside of a JSON string.
func escaped(plain string) string {
	quoted := string(quote(plain))
	return quoted[1 : len(quoted)-1]
}

func decodeEntities(part string) (string, bool) { return html.UnescapeString(part), true }

func decodeBase64(part string) (string, bool) {
	part = strings.TrimRight(part, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if plain, err := encoding.DecodeString(part); err == nil && readable(plain) {
			return string(plain), true
		}
	}
	return "", false
}

func encodeBase64(plain, part string) string {
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(part, "-_") {
		encoding = base64.RawURLEncoding
	}
	if strings.HasSuffix(part, "=") {
		encoding = encoding.WithPadding('=')
	}
	return encoding.EncodeToString([]byte(plain))
}

func decodeHex(part string) (string, bool) {
	plain, err := hex.DecodeString(part)
	return string(plain), err == nil && readable(plain)
}

func encodeHex(plain, part string) string {
	text := hex.EncodeToString([]byte(plain))
	if strings.ToUpper(part) == part {
		return strings.ToUpper(text)
	}
	return text
}

// readable tells a text from random bytes.
func readable(plain []byte) bool {
	return utf8.Valid(plain) && strings.IndexFunc(string(plain), func(r rune) bool {
		return unicode.IsControl(r) && !unicode.IsSpace(r)
	}) < 0
}
