package listen

import (
	"bytes"
	"hash/crc32"
)

// A line of the journal ends with a checksum of the text before it, as the last member of
// its object: CRC-32C in eight hexadecimal digits.
const (
	sumKey    = `,"sum":"`
	lineEnd   = "\"}\n"
	sumLength = len(sumKey) + 8 + len(lineEnd)
	hexDigits = "0123456789abcdef"
)

// castagnoli returns the table of the checksum, made on first use.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// seal completes a line, given as a JSON object without its closing brace.
func seal(line []byte) []byte { return appendSum(line, crc32.Checksum(line, castagnoli())) }

func appendSum(dst []byte, sum uint32) []byte {
	dst = append(dst, sumKey...)
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[sum>>shift&0xf])
	}
	return append(dst, lineEnd...)
}

// unseal strips the checksum and the closing brace, and reports whether the checksum is
// right.
func unseal(line []byte) (content []byte, ok bool) {
	if len(line) < sumLength {
		return nil, false
	}
	content = line[:len(line)-sumLength]
	var end [sumLength]byte
	return content, bytes.Equal(line[len(content):], appendSum(end[:0], crc32.Checksum(content, castagnoli())))
}

// appendQuoted appends UTF-8 text as a JSON string, without temporary memory: events can
// be large.
func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	plain := 0 // everything before it is in dst
	for i, c := range text {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[plain:i]...)
		plain = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return append(append(dst, text[plain:]...), '"')
}

// quotedLength is the number of bytes from appendQuoted.
func quotedLength(text []byte) int {
	length := len(text) + 2
	for _, c := range text {
		switch {
		case c == '"', c == '\\', c == '\n':
			length++
		case c < ' ':
			length += 5
		}
	}
	return length
}
