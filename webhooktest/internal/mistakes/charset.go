package mistakes

// Bodies that were decoded or encoded in the wrong charset.

import (
	"bytes"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// windows1252 maps the bytes from 0x80 to 0x9f, where Windows-1252 differs from Latin-1.
// Undefined bytes are as in Latin-1.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// fromMojibake converts the characters back to their original bytes.
func fromMojibake(body []byte) [][]byte {
	if isASCII(body) || !utf8.Valid(body) {
		return nil
	}
	out := make([]byte, 0, len(body))
	for _, r := range string(body) {
		b, ok := toByte(r)
		if !ok {
			return nil
		}
		out = append(out, b)
	}
	return [][]byte{out}
}

func toByte(r rune) (b byte, ok bool) {
	if r < 0x100 {
		return byte(r), true
	}
	i := slices.Index([]rune(windows1252), r)
	return byte(0x80 + i), i >= 0
}

func asMojibake(body []byte) []byte {
	return fromBytes(body, func(b byte) rune { return rune(b) })
}

func fromBytes(body []byte, character func(byte) rune) []byte {
	var out []byte
	for _, b := range body {
		out = utf8.AppendRune(out, character(b))
	}
	return out
}

// fromLatin1 decodes the bytes as Latin-1, then as Windows-1252.
func fromLatin1(body []byte) [][]byte {
	if utf8.Valid(body) {
		return nil
	}
	table := []rune(windows1252)
	return [][]byte{asMojibake(body), fromBytes(body, func(b byte) rune {
		if b >= 0x80 && b < 0xa0 {
			return table[b-0x80]
		}
		return rune(b)
	})}
}

func asLatin1(body []byte) []byte {
	return eachRune(body, func(r rune) bool { return r < 0x100 })
}

func asASCII(body []byte) []byte {
	return eachRune(body, func(r rune) bool { return r < utf8.RuneSelf })
}

// eachRune writes each character as a byte, or as a question mark if it does not fit.
func eachRune(body []byte, fits func(rune) bool) []byte {
	var out []byte
	for _, r := range string(body) {
		if !fits(r) {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

func isASCII(body []byte) bool {
	return !slices.ContainsFunc(body, func(b byte) bool { return b >= utf8.RuneSelf })
}

// fromUTF16 decodes either byte order, with or without a mark.
func fromUTF16(body []byte) [][]byte {
	if len(body)%2 > 0 || bytes.Count(body, []byte{0}) < len(body)/4 || len(body) == 0 {
		return nil
	}
	big := body[0] == 0 || body[0] == 0xfe
	units := make([]uint16, 0, len(body)/2)
	for pair := range slices.Chunk(body, 2) {
		if big {
			units = append(units, uint16(pair[0])<<8|uint16(pair[1]))
		} else {
			units = append(units, uint16(pair[1])<<8|uint16(pair[0]))
		}
	}
	text := []byte(string(utf16.Decode(units)))
	return [][]byte{bytes.TrimPrefix(text, []byte(bom)), text}
}
