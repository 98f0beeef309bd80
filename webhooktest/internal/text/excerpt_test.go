package text_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"as it is", "Bad Request", "Bad Request"},
		{"lines", " a\r\n\tb\n\nc ", "a b c"},
		{"a stack trace", "Traceback:\n  File \"py.py\", line 27\n    x[0]\n    ^^^^", "Traceback: File \"py.py\", line 27 x[0] ^^^^"},
		{"what steers a terminal", "a\x1b[2Jb\x00\x7f", "a\uFFFD[2Jb\uFFFD\uFFFD"},
		{"no UTF-8", "caf\xe9", "caf\uFFFD"},
		{"what turns the text around", "a\u202eb", "a\uFFFDb"},
		{"a secret", "key whsec_0123456789abcdef, bad", "key whsec_…, bad"},
		{"a secret at the cut", strings.Repeat("x", 190) + " sk_live_0123456789abcdef", strings.Repeat("x", 190) + " sk_live_…"},
		{"long", strings.Repeat("é", 201), strings.Repeat("é", 200) + "…"},
		{"nothing", " \n", ""},
	} {
		require.Equal(t, test.want, text.Excerpt(test.text), test.name)
	}
}

func TestExcerptIsALine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		excerpt := text.Excerpt(string(rapid.SliceOf(rapid.Byte()).Draw(t, "text")))
		require.True(t, utf8.ValidString(excerpt))
		require.LessOrEqual(t, utf8.RuneCountInString(excerpt), text.MaxExcerpt+1)
		require.False(t, strings.ContainsFunc(excerpt, func(r rune) bool { return r != '\uFFFD' && !unicode.IsPrint(r) }), "%q", excerpt)
	})
}

func TestBrief(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		1234 * time.Nanosecond:        "1µs",
		999499 * time.Nanosecond:      "999µs",
		1600 * time.Microsecond:       "2ms",
		61*time.Second + 499999999999: "9m21s",
		0:                             "0s",
	} {
		require.Equal(t, want, text.Brief(d).String())
	}
}
