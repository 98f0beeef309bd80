package redact

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A spelling encodes some characters of a text, and leaves the rest.
type spelling struct {
	name  string
	needs string // one of these characters is in such text; "": no hint
	read  func(text string) reading
	write func(plain string) string
}

// spellings are the encodings of a value inside a payload.
var spellings = []spelling{
	{"percent-encoding", "%", readPercent, writePercent},
	{"a query", "+", readQuery, url.QueryEscape},
	{"escapes of JSON", `\`, readEscapes, escaped},
	{"entities of HTML", "&", readEntities, html.EscapeString},
	{"quoted-printable", "=", readQuotedPrintable, func(plain string) string { return strings.ReplaceAll(plain, "=", "=3D") }},
	{"full-width, say", "", plainly, func(plain string) string { return plain }},
	{"UTF-7", "+", readUTF7, func(plain string) string { return strings.ReplaceAll(plain, "+", "+-") }},
}

// readPercent decodes %40, and leaves invalid codes as they are.
func readPercent(text string) reading { return readCodes(text, '%') }

// readQuery is readPercent for query values: + is a space.
func readQuery(text string) reading { return readPercent(strings.ReplaceAll(text, "+", " ")) }

// writePercent works in a path and in a query.
func writePercent(plain string) string {
	return strings.ReplaceAll(url.QueryEscape(plain), "+", "%20")
}

// readCodes decodes two hexadecimal digits after a mark.
func readCodes(text string, mark byte) reading {
	var b readingBuilder
	for i := 0; i < len(text); i++ {
		if text[i] == mark && i+2 < len(text) {
			if code, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.add(string([]byte{byte(code)}), i)
				i += 2
				continue
			}
		}
		b.copy(text, i, i+1)
	}
	return b.reading(text)
}

// readQuotedPrintable decodes =40, and joins lines broken by = (RFC 2045, 6.7).
func readQuotedPrintable(text string) reading {
	var b readingBuilder
	codes := readCodes(text, '=')
	for i := 0; i < len(codes.text); i++ {
		from, to := codes.at[i], codes.at[i+1]
		if soft := softBreak(text[from:]); soft > 0 {
			i += soft - 1
			continue
		}
		if to == from+1 {
			b.copy(text, from, to)
			continue
		}
		b.add(codes.text[i:i+1], from)
	}
	return b.reading(text)
}

// softBreak returns the length of = and a line break.
func softBreak(text string) int {
	for _, soft := range []string{"=\r\n", "=\n"} {
		if strings.HasPrefix(text, soft) {
			return len(soft)
		}
	}
	return 0
}

// readEscapes decodes JSON escapes, and leaves invalid ones as they are.
func readEscapes(text string) reading {
	var b readingBuilder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.copy(text, i, i+1)
			continue
		}
		end := escapeEnd(text, i)
		var plain string
		if json.Unmarshal([]byte(`"`+text[i:end]+`"`), &plain) == nil {
			b.add(plain, i)
		} else {
			b.copy(text, i, end)
		}
		i = end - 1
	}
	return b.reading(text)
}

// escapeEnd returns the end of the escape at an offset. Two escapes may form one
// character.
func escapeEnd(text string, at int) int {
	if text[at+1] != 'u' {
		return at + 2
	}
	end := min(len(text), at+6)
	if strings.HasPrefix(text[end:], `\u`) && end+6 <= len(text) {
		var pair string
		if json.Unmarshal([]byte(`"`+text[at:end+6]+`"`), &pair) == nil && utf8.RuneCountInString(pair) == 1 {
			end += 6
		}
	}
	return end
}

// escaped returns the inside of a JSON string.
func escaped(plain string) string {
	quoted := string(quote(plain))
	return quoted[1 : len(quoted)-1]
}

// longestEntity is longer than any name in HTML.
const longestEntity = 34

// readEntities decodes &#64; and &amp;, with and without the semicolon.
func readEntities(text string) reading {
	var b readingBuilder
	for i := 0; i < len(text); i++ {
		end := i + 1
		if text[i] == '&' {
			end = entityEnd(text, i)
		}
		if plain := html.UnescapeString(text[i:end]); plain != text[i:end] {
			b.add(plain, i)
		} else {
			b.copy(text, i, end)
		}
		i = end - 1
	}
	return b.reading(text)
}

func entityEnd(text string, at int) int {
	end := at + 1
	for end < min(len(text), at+longestEntity) && (text[end] == '#' || isBase62(rune(text[end]))) {
		end++
	}
	if end < len(text) && text[end] == ';' {
		end++
	}
	return end
}

// readUTF7 decodes +AEA- (RFC 2152).
func readUTF7(text string) reading {
	var b readingBuilder
	for i := 0; i < len(text); i++ {
		if text[i] != '+' {
			b.copy(text, i, i+1)
			continue
		}
		end := i + 1
		for end < len(text) && (isBase62(rune(text[end])) || text[end] == '+' || text[end] == '/') {
			end++
		}
		plain, ok := decodeUTF16(text[i+1 : end])
		if end < len(text) && text[end] == '-' {
			end++
		}
		if ok {
			b.add(plain, i)
		} else {
			b.copy(text, i, end)
		}
		i = end - 1
	}
	return b.reading(text)
}

// decodeUTF16 decodes the inside of a run of UTF-7. An empty run is a plus.
func decodeUTF16(run string) (plain string, ok bool) {
	raw, err := base64.RawStdEncoding.DecodeString(run)
	if err != nil || len(raw)%2 == 1 {
		return "", false
	}
	if run == "" {
		return "+", true
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units)), true
}
