package mistakes

// Bodies that were printed as a value of a programming language.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/internal/printed"
)

// fromBytesLiteral reads b'…' the way Python prints it.
func fromBytesLiteral(body []byte) [][]byte {
	text := bytes.TrimSpace(body)
	if len(text) < 3 || text[0] != 'b' || text[1] != '\'' && text[1] != '"' || text[len(text)-1] != text[1] {
		return nil
	}
	return [][]byte{unescaped(text[2 : len(text)-1])}
}

// unescaped decodes the escapes that Python uses for bytes.
func unescaped(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		if at := strings.IndexByte("nrt", text[i]); at >= 0 {
			out = append(out, "\n\r\t"[at])
		} else if n, err := strconv.ParseUint(string(text[min(i+1, len(text)):min(i+3, len(text))]), 16, 8); text[i] == 'x' && err == nil {
			out = append(out, byte(n))
			i += 2
		} else {
			out = append(out, text[i])
		}
	}
	return out
}

func asBytesLiteral(body []byte) []byte {
	out := []byte("b'")
	for _, c := range body {
		switch {
		case c == '\\' || c == '\'':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, `\n`...)
		case c < ' ' || c >= 0x7f:
			out = fmt.Appendf(out, `\x%02x`, c)
		default:
			out = append(out, c)
		}
	}
	return append(out, '\'')
}

// fromByteList reads {"type":"Buffer","data":[123,…]}, {"0":123,…}, [123, …] and
// 123,….
func fromByteList(body []byte) [][]byte {
	text := strings.TrimSpace(string(body))
	if at := strings.LastIndexByte(text, '['); at >= 0 {
		text = text[at+1:]
	}
	var decoded []byte
	for item := range strings.SplitSeq(strings.Trim(text, "[]{} \n"), ",") {
		if at := strings.LastIndexByte(item, ':'); at >= 0 {
			item = item[at+1:]
		}
		n, err := strconv.Atoi(strings.TrimSpace(item))
		if err != nil || n < -128 || n > 255 {
			return nil
		}
		decoded = append(decoded, byte(n)) // Java's bytes are signed
	}
	if len(decoded) < 2 {
		return nil
	}
	return [][]byte{decoded}
}

// fromLiteral reads a printed Python dict, Ruby Hash or PHP array, and writes JSON.
func fromLiteral(body []byte) [][]byte {
	if json.Valid(body) {
		return nil
	}
	text := bytes.TrimSpace(body)
	value, end, err := printed.JSON(text)
	if err != nil || end < len(text) || len(value) == 0 || value[0] != '{' {
		return nil
	}
	return [][]byte{value}
}
