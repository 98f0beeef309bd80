package printed

// Strings as programs print them.

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// String reads the quoted string at a position of a text, and any strings joined to it with
// + or ., as Node prints a string of several lines. It returns the decoded string and its
// end. A b before the quote makes it bytes, as in Python.
func String(text []byte, at int) (value []byte, end int, ok bool) {
	isBytes := bytes.HasPrefix(text[min(at, len(text)):], []byte("b'")) || bytes.HasPrefix(text[min(at, len(text)):], []byte(`b"`))
	if isBytes {
		at++
	}
	if at >= len(text) || strings.IndexByte("'\"`", text[at]) < 0 {
		return nil, 0, false
	}
	for {
		closing := closingQuote(text, at)
		if closing < 0 {
			return nil, 0, false
		}
		value = appendUnescaped(value, text[at+1:closing], isBytes)
		next := afterPlus(text, closing+1)
		if next < 0 {
			return value, closing + 1, true
		}
		at = next
	}
}

// closingQuote returns the end of the string that begins at a quote, or -1.
func closingQuote(text []byte, quote int) int {
	for i := quote + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[quote]:
			return i
		}
	}
	return -1
}

// afterPlus returns the start of the next string after a + (or PHP's .), or -1. Python's
// pprint puts it on the next line, indented, with nothing in between.
func afterPlus(text []byte, at int) int {
	rest := bytes.TrimLeft(text[at:], " \t\r\n")
	between := text[at : len(text)-len(rest)]
	switch {
	case len(rest) == 0:
		return -1
	case rest[0] == '+' || rest[0] == '.':
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	case !bytes.HasPrefix(bytes.TrimLeft(between, " \t\r"), []byte("\n")) || bytes.HasSuffix(between, []byte("\n")) || isKey(rest):
		return -1
	}
	if len(rest) == 0 || strings.IndexByte("'\"`", rest[0]) < 0 {
		return -1
	}
	return len(text) - len(rest)
}

// isKey reports whether a text begins with a string that is a key of the next line: "a" =>.
func isKey(text []byte) bool {
	if strings.IndexByte("'\"", text[0]) < 0 {
		return false
	}
	closing := closingQuote(text, 0)
	return closing > 0 && bytes.HasPrefix(bytes.TrimLeft(text[closing+1:], " "), []byte("=>"))
}

// letters are the escapes of one letter that mean a control character.
var letters = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f', 'v': '\v', '0': 0, 'a': 7, 'e': 0x1b}

// appendUnescaped decodes the escapes of a string. \xe9 is a character, or a byte in a
// string of bytes. A backslash before any other character means the character.
func appendUnescaped(out, text []byte, isBytes bool) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		c, isLetter := letters[text[i]]
		code, length := escapedCode(text[i:])
		switch {
		case length > 0 && text[i] == 'x' && isBytes:
			out = append(out, byte(code))
			i += length - 1
		case length > 0:
			out = utf8.AppendRune(out, code)
			i += length - 1
		case isLetter:
			out = append(out, c)
		default:
			out = append(out, text[i])
		}
	}
	return out
}

// escapedCode decodes x41, u0041, u{41}, U00000041 and a surrogate pair. A length of 0
// means that it is none of these.
func escapedCode(text []byte) (code rune, length int) {
	switch text[0] {
	case 'x':
		return hexadecimal(text, 1, 2)
	case 'U':
		return hexadecimal(text, 1, 8)
	case 'u':
	default:
		return 0, 0
	}
	if closing := bytes.IndexByte(text[:min(len(text), 10)], '}'); closing > 2 && text[1] == '{' {
		code, length = hexadecimal(text, 2, closing-2)
		return code, min(length, 1) * (closing + 1)
	}
	code, length = hexadecimal(text, 1, 4)
	if utf16.IsSurrogate(code) && bytes.HasPrefix(text[length:], []byte(`\u`)) {
		if low, more := hexadecimal(text[length+1:], 1, 4); more > 0 && utf16.DecodeRune(code, low) != utf8.RuneError {
			return utf16.DecodeRune(code, low), length + 1 + more
		}
	}
	return code, length
}

func hexadecimal(text []byte, from, digits int) (code rune, length int) {
	if len(text) < from+digits {
		return 0, 0
	}
	n, err := strconv.ParseUint(string(text[from:from+digits]), 16, 31)
	if err != nil {
		return 0, 0
	}
	return rune(n), from + digits
}

// Unescaped decodes \x22 for any byte, as in nginx logs, and nothing else.
func Unescaped(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if bytes.HasPrefix(text[i:], []byte(`\x`)) {
			if code, length := hexadecimal(text[i+1:], 1, 2); length > 0 {
				out = append(out, byte(code))
				i += length
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

// AppendQuoted appends a text as a JSON string, with only the escapes that JSON requires.
func AppendQuoted(out, text []byte) []byte {
	out = append(out, '"')
	for _, c := range text {
		at := strings.IndexByte("\"\\\n\r\t\b\f", c)
		switch {
		case at >= 0:
			out = append(out, '\\', `"\nrtbf`[at])
		case c < ' ':
			out = fmt.Appendf(out, `\u%04x`, c)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
