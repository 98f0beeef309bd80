package jsonstyle

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is the spelling of strings. The zero value leaves strings as they are.
type Text struct {
	Respell bool   // decode and encode: escape only what must be escaped
	ASCII   bool   // escape non-ASCII characters, too, with \u
	Also    string // escape these ASCII characters, too, with \u
	Upper   bool   // with upper-case digits
	Slash   bool   // escape the slash, too, as \/
	Lines   bool   // escape U+2028 and U+2029, too
}

// string writes a quoted string.
func (w *writer) string(quoted []byte) {
	if !w.Text.Respell {
		w.out = append(w.out, quoted...)
		return
	}
	w.out = append(w.out, '"')
	for rest := quoted[1 : len(quoted)-1]; len(rest) > 0; {
		r, size := decodeRune(rest)
		if r < 0 { // half a surrogate pair, or not UTF-8
			w.out = append(w.out, rest[:size]...)
		} else {
			w.out = w.Text.appendRune(w.out, r)
		}
		rest = rest[size:]
	}
	w.out = append(w.out, '"')
}

// decodeRune returns the first character inside a string and the length of its spelling.
// It is -1 for an invalid escape.
func decodeRune(s []byte) (r rune, size int) {
	if s[0] != '\\' {
		r, size = utf8.DecodeRune(s)
		if r == utf8.RuneError && size == 1 {
			return -1, 1
		}
		return r, size
	}
	if s[1] != 'u' {
		if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
			return rune("\"\\/\b\f\n\r\t"[i]), 2
		}
		return -1, 2
	}
	r = unit(s)
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if pair := utf16.DecodeRune(r, unit(s[6:])); pair != utf8.RuneError {
		return pair, 12
	}
	return -1, 6
}

// unit decodes \u00e9, or returns -1.
func unit(s []byte) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(s[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

func (t Text) appendRune(out []byte, r rune) []byte {
	short := strings.IndexRune("\b\f\n\r\t", r)
	switch {
	case r < utf8.RuneSelf && strings.ContainsRune(t.Also, r):
		return t.appendEscape(out, r)
	case r == '"' || r == '\\' || r == '/' && t.Slash:
		return append(out, '\\', byte(r))
	case short >= 0:
		return append(out, '\\', "bfnrt"[short])
	case r < ' ', r >= utf8.RuneSelf && t.ASCII, (r == 0x2028 || r == 0x2029) && t.Lines:
		return t.appendEscape(out, r)
	}
	return utf8.AppendRune(out, r)
}

func (t Text) appendEscape(out []byte, r rune) []byte {
	digits := "0123456789abcdef"
	if t.Upper {
		digits = "0123456789ABCDEF"
	}
	for _, unit := range utf16.AppendRune(nil, r) {
		out = append(out, '\\', 'u', digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
	}
	return out
}

// Numbers is the spelling of numbers.
type Numbers int

// The spellings of numbers.
const (
	AsWritten Numbers = iota
	Float64           // every number as a float64, as in JavaScript and Go: 1.0 is 1
	Typed             // integers keep their digits, others are a float64: 1.0 stays, 1e2 is 100.0
	Trimmed           // like Typed, without a zero fraction, as from PHP: 1.0 is 1
)

func (n Numbers) append(out, text []byte) []byte {
	integer := !bytes.ContainsAny(text, ".eE")
	if n == AsWritten || text[0] > '9' || (n == Typed || n == Trimmed) && integer { // true, false, null are not numbers
		return append(out, text...)
	}
	value, _ := strconv.ParseFloat(string(text), 64)
	if math.IsInf(value, 0) {
		return append(out, "null"...)
	}
	if n == Typed {
		return appendTyped(out, value)
	}
	spelled, _ := json.Marshal(value) // it spells like JavaScript
	return append(out, spelled...)
}

// appendTyped spells a float like Python: with a fraction or an exponent.
func appendTyped(out []byte, value float64) []byte {
	if size := math.Abs(value); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.AppendFloat(out, value, 'e', -1, 64)
	}
	out = strconv.AppendFloat(out, value, 'f', -1, 64)
	if value == math.Trunc(value) {
		out = append(out, ".0"...)
	}
	return out
}
