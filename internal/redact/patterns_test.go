package redact_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fakestripe/fakestripe/internal/redact"
)

// patternExample cuts an example into its text and the value that must not stay.
func patternExample(row redact.PatternRow) (text, value string) {
	_, inside, _ := strings.Cut(row.Example, "«")
	value, _, _ = strings.Cut(inside, "»")
	return strings.NewReplacer("«", "", "»", "").Replace(row.Example), value
}

// patternEncodings write a text so that a program reads the same.
var patternEncodings = []struct {
	name   string
	encode func(text string) string
}{
	{"as it is", func(s string) string { return s }},
	{"percent-encoded", url.QueryEscape},
	{"percent-encoded in a path", url.PathEscape},
	{"all percent-encoded", func(s string) string { return eachByte(s, "%%%02X") }},
	{"escaped", allEscaped},
	{"as entities", func(s string) string {
		var out strings.Builder
		for _, r := range s {
			fmt.Fprintf(&out, "&#%d;", r)
		}
		return out.String()
	}},
	{"as HTML", html.EscapeString},
	{"quoted-printable", func(s string) string { return eachByte(s, "=%02X") }},
	{"quoted-printable in lines", func(s string) string { return wrap(strings.ReplaceAll(s, "=", "=3D"), 7, "=\r\n") }},
	{"full-width", fullWidth},
	{"with characters without width", func(s string) string { return wrap(s, 3, "\u200b") }},
	{"with marks of direction", func(s string) string { return "\u202a" + wrap(s, 4, "\u200e") + "\u202c" }},
	{"joined to words by _", func(s string) string { return "x_" + s + "_x" }},
	{"UTF-7", utf7},
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64 for URLs", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"base64 in lines", func(s string) string { return wrap(base64.StdEncoding.EncodeToString([]byte(s)), 12, "\r\n") }},
	{"hexadecimal", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"UTF-16 in base64", func(s string) string {
		var units []byte
		for _, unit := range utf16.Encode([]rune(s)) {
			units = binary.LittleEndian.AppendUint16(units, unit)
		}
		return base64.StdEncoding.EncodeToString(units)
	}},
	{"gzip in base64", func(s string) string {
		return packed(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	}},
	{"zlib in base64", func(s string) string {
		return packed(s, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	}},
}

func eachByte(s, format string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		fmt.Fprintf(&out, format, b)
	}
	return out.String()
}

func wrap(s string, width int, end string) string {
	var lines []string
	for line := range slices.Chunk([]rune(s), width) {
		lines = append(lines, string(line))
	}
	return strings.Join(lines, end)
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '\u3000'
		case r > ' ' && r <= '~':
			return r + 0xfee0
		}
		return r
	}, s)
}

// utf7 shifts all but letters and digits.
func utf7(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			out.WriteRune(r)
			continue
		}
		var units []byte
		for _, unit := range utf16.Encode([]rune{r}) {
			units = binary.BigEndian.AppendUint16(units, unit)
		}
		out.WriteString("+" + base64.RawStdEncoding.EncodeToString(units) + "-")
	}
	return out.String()
}

func packed(s string, writer func(io.Writer) io.WriteCloser) string {
	var out bytes.Buffer
	w := writer(&out)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// patternPlaces are a place of each kind; %s is a JSON string.
var patternPlaces = []string{
	`{"remark":%s}`, `{"zz_status":%s}`, `{"zz_check":%s}`, `{"currency":%s}`, `{"object":%s}`, `{"type":%s}`, `{"locale":%s}`,
	`{"api_version":%s}`, `{"unit_amount_decimal":%s}`, `{"description":%s}`, `{"email":%s}`, `{"exp_year":%s}`,
	`{"url":%s}`, `{"metadata":{"k":%s}}`, `{"data":{"list":["a",[%s]]}}`, `{%s:1}`, `%s`,
}

// stays reports whether one of the forms of a value is in what comes out.
func stays(t require.TestingT, place, encoded string, forms ...string) bool {
	quoted, err := json.Marshal(encoded)
	require.NoError(t, err)
	d := newRedactor(t).Document()
	out, err := d.JSON("", []byte(fmt.Sprintf(place, quoted)))
	require.NoError(t, err)
	require.True(t, json.Valid(out), "%s", out)
	said := d.Text("answer", encoded)
	for _, form := range forms {
		inJSON, _ := json.Marshal(form)
		if bytes.Contains(out, inJSON[1:len(inJSON)-1]) || strings.Contains(said, form) {
			return true
		}
	}
	return false
}

// turns is how many rows and encodings it takes until all places had their turn.
const turns = 8

// TestEveryPattern walks the rows: each says what it is for, and finds its own example
// in every encoding, in places that take turns. All of them, and encodings of
// encodings, are drawn in TestPatternsInSeveralEncodings.
func TestEveryPattern(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	names := make(map[string]bool)
	turns := turns
	if !realpart.Wanted() {
		turns = len(patternPlaces) // one place for each
	}
	for i, row := range redact.PatternRows() {
		text, value := patternExample(row)
		require.NotEmpty(t, value, row.Name)
		require.NotEmpty(t, row.Reason, row.Name)
		require.False(t, names[row.Name], "%s: twice", row.Name)
		names[row.Name] = true
		for j, e := range patternEncodings {
			for k := (i + j) % turns; k < len(patternPlaces); k += turns {
				place := patternPlaces[k]
				encoded := e.encode(text)
				if stays(t, place, encoded, encoded, e.encode(value), value) {
					t.Errorf("%s stays, %s, in %s", row.Name, e.name, place)
				}
			}
		}
	}
}

// TestPairsOfEncodings finds a signing secret in every encoding inside every other.
func TestPairsOfEncodings(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const secret = "whsec_4cbXVTf3qmzXlQ0KpN8sTnD2fRjYw6uE"
	for _, outer := range patternEncodings {
		for _, inner := range patternEncodings {
			encoded := outer.encode("see " + inner.encode(secret) + " there")
			if stays(t, `{"remark":%s}`, encoded, encoded, outer.encode(inner.encode(secret)), inner.encode(secret), secret) {
				t.Errorf("stays, %s, inside %s", inner.name, outer.name)
			}
		}
	}
}

// TestPatternsInSeveralEncodings draws two encodings, and a text around.
func TestPatternsInSeveralEncodings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SampledFrom(redact.PatternRows()).Draw(t, "row")
		outer := rapid.SampledFrom(patternEncodings).Draw(t, "outer")
		inner := rapid.SampledFrom(patternEncodings).Draw(t, "inner")
		around := rapid.SampledFrom([][2]string{{"", ""}, {"see ", " there"}, {"a\n", "\nb"}, {"<", ">"}}).Draw(t, "around")
		place := rapid.SampledFrom(patternPlaces).Draw(t, "place")
		text, value := patternExample(row)
		encoded := outer.encode(around[0] + inner.encode(text) + around[1])
		if stays(t, place, encoded, encoded, outer.encode(inner.encode(value)), inner.encode(value), value) {
			t.Fatalf("%s stays, %s in %s, in %s: %q", row.Name, inner.name, outer.name, place, encoded)
		}
	})
}

// TestSeparators writes numbers with what people and programs put between their digits.
func TestSeparators(t *testing.T) {
	t.Parallel()
	for number, between := range map[string][]string{
		"4242 4242 4242 4242": {"", " ", "-", ".", "_", "/", "\t", "\n", "\r\n", "   ", " - ", "\u00a0", "\u2009", "\u202f", "\u3000", "\u2011", "\u2012", "\u2212", "·", "•", "∕", "\u200e"},
		"3782 822463 10005":   {"", " ", "-", ".", "\n", "\u2007"},
		"078 05 1120":         {" ", "-", ".", "\u00a0", "\u2011", "·"},
		"503 555 0142":        {" ", "-", ".", "\u00a0", "\u2011", "·"},
		"+46 70 123 45 67":    {"", " ", "-", ".", "/", "\u00a0", "\u2011", "·"},
	} {
		for _, separator := range between {
			text := strings.ReplaceAll(number, " ", separator)
			for _, place := range []string{`{"remark":%s}`, `{"zz_status":%s}`, `{"currency":%s}`, `{"object":%s}`} {
				if stays(t, place, text, text) {
					t.Errorf("%q stays in %s", text, place)
				}
			}
		}
	}
}

// TestPathsStayOnlyOnPages keeps the URLs of what everybody may see, in any spelling, and no others.
func TestPathsStayOnlyOnPages(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"https://shop.test/goods/teapot-with-lid.png", "https://shop.test/goods/teapot%20with%20lid.png"} {
		for place, want := range map[string]bool{
			`{"image":%s}`: true, `{"images":[%s]}`: true, `{"doc_url":%s}`: true,
			`{"zz_status":%s}`: false, `{"type":%s}`: false, `{"api_version":%s}`: false, `{"remark":%s}`: false,
		} {
			out, err := newRedactor(t).Document().JSON("", fmt.Appendf(nil, place, `"`+page+`"`))
			require.NoError(t, err)
			require.Equal(t, want, strings.Contains(string(out), page), "%s in %s: %s", page, place, out)
		}
	}
}
