package redact

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A wrapping encodes a whole text inside another.
type wrapping struct {
	name  string
	parts func(text string) func(yield func(start, end int) bool)
	open  func(part string, limit int) (opened, error)
}

// The text can be wrapped again after a change.
type opened struct {
	plain string
	close func(plain string) string
}

var wrappings = []wrapping{
	{"base64", runs(isBase64, true), openBase64},
	{"base64 for URLs", runs(isBase64URL, true), openBase64},
	{"base64 with / or - beside it", runs(isBase62, true), openBase64},
	{"base64 in lines", lineBlocks(isBase64), openLines},
	{"base64 for URLs in lines", lineBlocks(isBase64URL), openLines},
	{"base64 in lines with / or - beside it", lineBlocks(isBase62), openLines},
	{"hexadecimal", runs(isHex, false), openHex},
}

// shortestWrapped is the minimum length of a wrapped part.
const shortestWrapped = 12

var (
	errNotWrapped = errors.New("not wrapped")
	errTooLarge   = errors.New("too large once unpacked")
)

// runs returns the positions of runs of these characters.
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

// runLength returns the length of the run at the start of a text.
func runLength(text string, within func(rune) bool) int {
	return len(text) - len(strings.TrimLeftFunc(text, within))
}

func isPadding(r rune) bool { return r == '=' }

// lineBlocks returns the positions of lines of equal length of these characters, with
// and without a shorter line after them, which may be an unrelated word.
func lineBlocks(within func(rune) bool) func(text string) func(yield func(start, end int) bool) {
	return func(text string) func(yield func(start, end int) bool) {
		return func(yield func(int, int) bool) {
			for at := 0; at < len(text); {
				block, next := lineBlockAt(text, at, within)
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
}

type lineBlock struct {
	start, end int // of the lines of equal length
	lines      int
	shorter    int // end of the shorter line after them; 0: none
}

// lineBlockAt returns the block starting in the line at an offset, and the offset of the
// next line to try.
func lineBlockAt(text string, at int, within func(rune) bool) (block lineBlock, next int) {
	lineEnd, next := endOfLine(text, at)
	block = lineBlock{start: at + len(strings.TrimRightFunc(text[at:lineEnd], within)), end: lineEnd, lines: 1}
	width := block.end - block.start
	for width > 0 && next < len(text) {
		end := next + runLength(text[next:], within)
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

// endOfLine returns the end of a line, without and with its line break.
func endOfLine(text string, at int) (end, next int) {
	length := strings.IndexByte(text[at:], '\n')
	if length < 0 {
		return len(text), len(text)
	}
	return at + len(strings.TrimSuffix(text[at:at+length], "\r")), at + length + 1
}

// openLines decodes base64 in lines, and wraps it at the same width again.
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

// unpack decodes bytes to text, decompressing if necessary.
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
	if plain, widen, ok := narrow(raw); ok {
		return opened{plain, func(plain string) string { return write(pack(widen(plain))) }}, nil
	}
	if !readable(raw) {
		return opened{}, errNotWrapped
	}
	return opened{string(raw), func(plain string) string { return write(pack([]byte(plain))) }}, nil
}

// narrow decodes UTF-16, as in base64 from PowerShell and Java. widen encodes it again.
func narrow(raw []byte) (plain string, widen func(plain string) []byte, ok bool) {
	for _, order := range []interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}{binary.LittleEndian, binary.BigEndian} {
		if len(raw)%2 == 1 || len(raw) < shortestWrapped {
			continue
		}
		units := make([]uint16, len(raw)/2)
		for i := range units {
			units[i] = order.Uint16(raw[2*i:])
		}
		runes := utf16.Decode(units)
		if !mostlyASCII(runes) {
			continue
		}
		plain = string(runes)
		widen = func(plain string) (raw []byte) {
			for _, unit := range utf16.Encode([]rune(plain)) {
				raw = order.AppendUint16(raw, unit)
			}
			return raw
		}
		return plain, widen, readable([]byte(plain))
	}
	return "", nil, false
}

// mostlyASCII reports whether at least half of the runes are ASCII, or look alike.
func mostlyASCII(runes []rune) bool {
	ascii := 0
	for _, r := range runes {
		if plain := plainRune(r); plain > 0 && plain < utf8.RuneSelf {
			ascii++
		}
	}
	return ascii >= len(runes)/2
}

// isZlib reports whether bytes begin as in RFC 1950.
func isZlib(raw []byte) bool {
	return len(raw) > 2 && raw[0] == 0x78 && (int(raw[0])<<8|int(raw[1]))%31 == 0
}

// inflate decompresses up to a limit. It returns what it can of truncated data.
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
	_, _ = w.Write(plain) // a buffer accepts every write
	_ = w.Close()
	return out.Bytes()
}

// readable distinguishes text from random bytes.
func readable(plain []byte) bool {
	return utf8.Valid(plain) && strings.IndexFunc(string(plain), func(r rune) bool {
		return unicode.IsControl(r) && !unicode.IsSpace(r)
	}) < 0
}
