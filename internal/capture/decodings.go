package capture

// How to undo the escapes of a whole text.

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/internal/printed"
)

// replacing returns a decoding that replaces texts.
func replacing(oldNew ...string) func([]byte) []byte {
	return func(text []byte) []byte { return []byte(strings.NewReplacer(oldNew...).Replace(string(text))) }
}

// fromPercent undoes the escapes of a form or a URL.
func fromPercent(text []byte) []byte {
	return percent().ReplaceAllFunc(bytes.ReplaceAll(text, []byte("+"), []byte(" ")), func(escape []byte) []byte {
		return unhex(escape[1:], escape)
	})
}

// fromBuffers replaces <Buffer 7b 22> by what it stands for. One that was cut, as Node does
// after 50 bytes, stays.
func fromBuffers(text []byte) []byte {
	return buffers().ReplaceAllFunc(text, func(printed []byte) []byte {
		return unhex(bytes.ReplaceAll(printed[len("<Buffer "):len(printed)-1], []byte(" "), nil), printed)
	})
}

// fromPsql joins the lines of a value as psql prints it: a + at the end of a line, and a | at
// the beginning of the next.
func fromPsql(text []byte) []byte { return wrapped().ReplaceAll(text, []byte("\n")) }

var (
	percent = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[0-9A-Fa-f]{2}`) })
	buffers = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<Buffer( [0-9a-f]{2})+>`) })
	wrapped = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m) *\+\r?\n[^|{}"\n]{0,80}\| ?`) })
)

// fromSyslog undoes the escapes of rsyslog.
func fromSyslog(text []byte) []byte {
	return []byte(strings.NewReplacer("#012", "\n", "#011", "\t", "#015", "\r").Replace(string(text)))
}

// fromEscaped undoes a backslash before each quote, and the other escapes with it.
func fromEscaped(text []byte) []byte {
	start, end := bytes.IndexByte(text, '{'), bytes.LastIndexByte(text, '}')
	if start < 0 || end < start {
		return nil
	}
	quoted := append(append([]byte{'`'}, bytes.ReplaceAll(text[start:end+1], []byte("`"), []byte("\\`"))...), '`')
	value, _, ok := printed.String(quoted, 0)
	if !ok {
		return nil
	}
	return append(append(bytes.Clone(text[:start]), value...), text[end+1:]...)
}

// fromHAProxy undoes the escapes of its captured headers and bodies.
func fromHAProxy(text []byte) []byte {
	return haproxy().ReplaceAllFunc(text, func(escape []byte) []byte { return unhex(escape[1:], escape) })
}

// fromPowerShell undoes the backticks of a string in double quotes.
func fromPowerShell(text []byte) []byte {
	return replacing("``", "`", "`\"", `"`, "`$", "$", "`n", "\n", "`r", "\r", "`t", "\t")(text)
}

// fromQuotedPrintable undoes how mail writes long lines and non-ASCII text. Nil: it is none.
func fromQuotedPrintable(text []byte) []byte {
	decoded, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(text)))
	if err != nil {
		return nil
	}
	return decoded
}

// fromNumbers replaces lists of bytes by what they stand for, as Go, Java, Rust and Uint8Array
// print them: [123 10], [123, -61], one a line.
func fromNumbers(text []byte) []byte {
	return numbers().ReplaceAllFunc(text, func(list []byte) []byte {
		var decoded []byte
		for _, number := range bytes.FieldsFunc(list, func(c rune) bool { return c != '-' && (c < '0' || c > '9') }) {
			n, err := strconv.Atoi(string(number))
			if err != nil || n < -128 || n > 255 {
				return list
			}
			decoded = append(decoded, byte(n)) // Java's bytes are signed
		}
		return decoded
	})
}

// fromHexDump joins the columns of hexdump -C, xxd and their like. Nil: it has none.
func fromHexDump(text []byte) []byte {
	var decoded []byte
	for _, line := range dump().FindAllSubmatch(text, -1) {
		decoded = append(decoded, unhex(bytes.ReplaceAll(line[1], []byte(" "), nil), nil)...)
	}
	return decoded
}

// fromHex replaces long runs of hexadecimal digits by what they stand for.
func fromHex(text []byte) []byte {
	return longHex().ReplaceAllFunc(text, func(digits []byte) []byte {
		return unhex(bytes.TrimPrefix(bytes.TrimPrefix(digits, []byte(`\x`)), []byte("0x")), digits)
	})
}

// unhex decodes hexadecimal digits. If they are none, it returns something else.
func unhex(digits, otherwise []byte) []byte {
	decoded := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(decoded, digits); err != nil {
		return otherwise
	}
	return decoded
}

// unzipped returns what was compressed by gzip. Nil: nothing was, or far too much.
func unzipped(text []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(reader, maxPrinted))
	if err != nil {
		return nil
	}
	return plain
}

// withoutPrefixes removes what tools write before each line of a log: docker compose,
// Kubernetes, Heroku, a process manager, a quote in Markdown. The line that opens the event
// shows what it is; the digits in it may change from line to line. Nil: there is none.
func withoutPrefixes(text []byte) []byte {
	opening := openingLine().FindSubmatch(text)
	if opening == nil {
		return nil
	}
	pattern := digits().ReplaceAllString(regexp.QuoteMeta(string(opening[1])), "[0-9]+")
	prefix, err := regexp.Compile("(?m)^" + strings.TrimRight(pattern, " ") + " {0," + strconv.Itoa(spaces(opening[1])) + "}")
	if err != nil {
		return nil // cannot happen: all is quoted
	}
	return prefix.ReplaceAll(text, nil)
}

// spaces counts the spaces at the end of a text.
func spaces(text []byte) int { return len(text) - len(bytes.TrimRight(text, " ")) }

var (
	haproxy = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`#[0-9A-F]{2}`) })
	numbers = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`[\[{(]?\s*(?:-?[0-9]{1,3}[,\s]+){20,}(?:-?[0-9]{1,3})?\s*[\]})]?`)
	})
	dump = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?:0x)?[0-9a-f]{4,8}:?[ \t]{1,2}((?:[0-9a-f]{2}){1,2}(?: {1,2}(?:[0-9a-f]{2}){1,2})*)(?:  |\r?$)`)
	})
	longHex     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:\\x|0x)?(?:[0-9a-fA-F]{2}){80,}`) })
	openingLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^([^{}\n]{1,80})[{]\r?\n`) })
	digits      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+`) })
)
