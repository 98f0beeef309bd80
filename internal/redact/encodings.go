package redact

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A spelling writes some characters of a text otherwise, and leaves the rest.
type spelling struct {
	name  string
	needs string // one of these characters is in what is spelled so; "" is nothing to go by
	read  func(text string) reading
	write func(plain string) string
}

// spellings are those in which a payload can carry a value.
var spellings = []spelling{
	{"percent-encoding", "%", readPercent, writePercent},
	{"a query", "+", readQuery, url.QueryEscape},
	{"escapes of JSON", `\`, readEscapes, escaped},
	{"entities of HTML", "&", readEntities, html.EscapeString},
	{"quoted-printable", "=", readQuotedPrintable, func(plain string) string { return strings.ReplaceAll(plain, "=", "=3D") }},
	{"full-width, say", "", plainly, func(plain string) string { return plain }},
	{"UTF-7", "+", readUTF7, func(plain string) string { return strings.ReplaceAll(plain, "+", "+-") }},
}

// readPercent decodes %40, and leaves what is no such code as it is.
func readPercent(text string) reading { return readCodes(text, '%') }

// readQuery is readPercent for the value of a query: + is a space.
func readQuery(text string) reading { return readPercent(strings.ReplaceAll(text, "+", " ")) }

// writePercent is good in a path and in a query.
func writePercent(plain string) string {
	return strings.ReplaceAll(url.QueryEscape(plain), "+", "%20")
}

// readCodes decodes two hexadecimal digits behind a mark.
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

// readQuotedPrintable decodes =40, and joins lines that = breaks (RFC 2045, 6.7).
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

// softBreak returns the length of = and the end of a line.
func softBreak(text string) int {
	for _, soft := range []string{"=\r\n", "=\n"} {
		if strings.HasPrefix(text, soft) {
			return len(soft)
		}
	}
	return 0
}

// readEscapes decodes the escapes of JSON, and leaves what is none as it is.
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

// escapeEnd returns where the escape at an offset ends. Two of them may be the halves
// of one character.
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

// longestEntity is more than the longest name that HTML has.
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

// decodeUTF16 reads the inside of a run of UTF-7. An empty one is a plus.
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

// A wrapping is a way in which all of a text stands inside another.
type wrapping struct {
	name  string
	parts func(text string) func(yield func(start, end int) bool)
	open  func(part string, limit int) (opened, error)
}

// What is opened can be closed again with another text inside.
type opened struct {
	plain string
	close func(plain string) string
}

var wrappings = []wrapping{
	{"base64", runs(isBase64, true), openBase64},
	{"base64 with / or - beside it", runs(isBase62, true), openBase64},
	{"base64 in lines", lineBlocks, openLines},
	{"hexadecimal", runs(isHex, false), openHex},
}

// shortestWrapped is how long a wrapped part is at the least.
const shortestWrapped = 12

var (
	errNotWrapped = errors.New("not wrapped")
	errTooLarge   = errors.New("too large when it is unpacked")
)

// runs returns where the runs of such characters stand in a text.
func runs(within func(rune) bool, padded bool) func(text string) func(yield func(start, end int) bool) {
	return func(text string) func(yield func(start, end int) bool) {
		return func(yield func(int, int) bool) {
			for start := 0; start < len(text); {
				length := runLength(text[start:], within)
				end := start + length
				if padded {
					end += runLength(text[end:], isPadding)
				}
				if length >= shortestWrapped && !yield(start, end) {
					return
				}
				_, other := utf8.DecodeRuneInString(text[end:])
				start = end + other
			}
		}
	}
}

// runLength returns how much of the beginning of a text is of such characters.
func runLength(text string, within func(rune) bool) int {
	return len(text) - len(strings.TrimLeftFunc(text, within))
}

func isPadding(r rune) bool { return r == '=' }

func isBase62(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

func isBase64(r rune) bool { return isBase62(r) || strings.ContainsRune("+/-_", r) }

func isHex(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'F' || r >= 'a' && r <= 'f'
}

// lineBlocks returns where lines of base64 stand that are as long as each other, with
// and without a shorter one after them: it may be a word that follows.
func lineBlocks(text string) func(yield func(start, end int) bool) {
	return func(yield func(int, int) bool) {
		for at := 0; at < len(text); {
			block, next := lineBlockAt(text, at)
			if block.lines > 1 && !yield(block.start, block.end) {
				return
			}
			if block.shorter > 0 && !yield(block.start, block.shorter) {
				return
			}
			at = next
		}
	}
}

type lineBlock struct {
	start, end int // of the lines that are as long as each other
	lines      int
	shorter    int // the end of the one after them; 0: none
}

// lineBlockAt returns the block that begins in the line at an offset, and the line to
// go on with.
func lineBlockAt(text string, at int) (block lineBlock, next int) {
	lineEnd, next := endOfLine(text, at)
	block = lineBlock{start: lineEnd - trailingRun(text[at:lineEnd]), end: lineEnd, lines: 1}
	width := block.end - block.start
	for width > 0 && next < len(text) {
		end := next + runLength(text[next:], isBase64)
		end += runLength(text[end:], isPadding)
		lineEnd, following := endOfLine(text, next)
		if end-next != width || end != lineEnd {
			if end > next && end-next <= width {
				block.shorter = end
			}
			break
		}
		block.end, block.lines, next = end, block.lines+1, following
	}
	return block, next
}

// endOfLine returns where a line ends, without and with its end.
func endOfLine(text string, at int) (end, next int) {
	length := strings.IndexByte(text[at:], '\n')
	if length < 0 {
		return len(text), len(text)
	}
	return at + len(strings.TrimSuffix(text[at:at+length], "\r")), at + length + 1
}

func trailingRun(line string) int { return len(line) - len(strings.TrimRightFunc(line, isBase64)) }

// openLines opens base64 that is wrapped, and wraps it at the same width.
func openLines(part string, limit int) (opened, error) {
	inside, err := openBase64(strings.NewReplacer("\r", "", "\n", "").Replace(part), limit)
	if err != nil {
		return opened{}, err
	}
	width, next := endOfLine(part, 0)
	end := part[width:next]
	return opened{inside.plain, func(plain string) string {
		var lines []string
		rest := inside.close(plain)
		for len(rest) > width {
			lines, rest = append(lines, rest[:width]), rest[width:]
		}
		return strings.Join(append(lines, rest), end)
	}}, nil
}

func openBase64(part string, limit int) (opened, error) {
	unpadded := strings.TrimRight(part, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		raw, err := encoding.DecodeString(unpadded)
		if err != nil {
			continue
		}
		if unpadded != part {
			encoding = encoding.WithPadding('=')
		}
		return unpack(raw, limit, encoding.EncodeToString)
	}
	return opened{}, errNotWrapped
}

func openHex(part string, limit int) (opened, error) {
	raw, err := hex.DecodeString(part)
	if err != nil {
		return opened{}, errNotWrapped
	}
	write := hex.EncodeToString
	if strings.ToUpper(part) == part {
		write = func(raw []byte) string { return strings.ToUpper(hex.EncodeToString(raw)) }
	}
	return unpack(raw, limit, write)
}

// unpack reads bytes that are a text, or a compressed one.
func unpack(raw []byte, limit int, write func([]byte) string) (opened, error) {
	pack := func(plain []byte) []byte { return plain }
	switch {
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
		reader, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return opened{}, errNotWrapped
		}
		if raw, err = inflate(reader, limit); err != nil {
			return opened{}, err
		}
		pack = func(plain []byte) []byte {
			return deflated(plain, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
		}
	case isZlib(raw):
		reader, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			return opened{}, errNotWrapped
		}
		if raw, err = inflate(reader, limit); err != nil {
			return opened{}, err
		}
		pack = func(plain []byte) []byte {
			return deflated(plain, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
		}
	}
	if !readable(raw) {
		return opened{}, errNotWrapped
	}
	return opened{string(raw), func(plain string) string { return write(pack([]byte(plain))) }}, nil
}

// isZlib reports whether bytes begin as RFC 1950 has it.
func isZlib(raw []byte) bool {
	return len(raw) > 2 && raw[0] == 0x78 && (int(raw[0])<<8|int(raw[1]))%31 == 0
}

// inflate reads up to a limit. What breaks off is read as far as it goes.
func inflate(reader io.Reader, limit int) ([]byte, error) {
	plain, _ := io.ReadAll(io.LimitReader(reader, int64(limit)+1))
	if len(plain) > limit {
		return nil, errTooLarge
	}
	return plain, nil
}

func deflated(plain []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := writer(&out)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// readable tells a text from random bytes.
func readable(plain []byte) bool {
	return utf8.Valid(plain) && strings.IndexFunc(string(plain), func(r rune) bool {
		return unicode.IsControl(r) && !unicode.IsSpace(r)
	}) < 0
}
