package redact

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

func isBase62(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

func isBase64(r rune) bool { return isBase62(r) || r == '+' || r == '/' }

func isBase64URL(r rune) bool { return isBase62(r) || r == '-' || r == '_' }

func isHex(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'F' || r >= 'a' && r <= 'f'
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// meaningful reports whether a value carries any information.
func meaningful(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r > unicode.MaxASCII
	})
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// quote returns a text as JSON, as Stripe writes it: with < > & unescaped.
func quote(value string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // strings always encode
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// lazy compiles an expression on first use, to keep the command's startup fast.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
