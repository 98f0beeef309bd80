package capture_test

import (
	"bytes"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/capture"
)

func TestParseHTTP(t *testing.T) {
	t.Parallel()
	const head = "POST /webhook HTTP/1.1\r\nHost: localhost\r\nStripe-Signature: t=1,v1=ab\r\n"
	tests := []struct {
		name, text string
		body       string
		note       string
	}{
		{"plain", head + "\r\n{\n}\n", "{\n}\n", ""},
		{"lines end in LF", strings.ReplaceAll(head, "\r", "") + "\n{\r\n}", "{\r\n}", ""},
		{"no request line", "Stripe-Signature: t=1,v1=ab\n\n{}", "{}", ""},
		{"an empty line above", "\n" + head + "\r\n{}", "{}", ""},
		{"HTTP/2, as a browser shows it", ":method: POST\n:path: /webhook\nstripe-signature: t=1,v1=ab\n\n{}", "{}", ""},
		{"curl -v", "* Connected to localhost\n> POST /webhook HTTP/1.1\n> Stripe-Signature: t=1,v1=ab\n> \n{}", "{}", ""},
		{"a header on two lines", "Stripe-Signature: t=1,\n v1=ab\n\n{}", "{}", ""},
		{"its length", head + "Content-Length: 2\r\n\r\n{}", "{}", ""},
		{"a line break of an editor", head + "Content-Length: 2\r\n\r\n{}\n", "{}", "Content-Length says 2 bytes: the white space after them was left out"},
		{"cut", head + "Content-Length: 9\r\n\r\n{}", "{}", "Content-Length says 9 bytes, and 2 follow: the rest is missing"},
		{"longer", head + "Content-Length: 1\r\n\r\n{}", "{}", "Content-Length says 1 bytes, and 2 follow: all were taken"},
		{"chunks stay", head + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", ""},
		{"an empty body", head + "\r\n", "", ""},
		{"an empty line in the body", head + "\r\n\n{\n\n}", "\n{\n\n}", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := capture.ParseHTTP([]byte(test.text))
			require.NoError(t, err)
			require.Equal(t, test.body, string(r.Body))
			require.Equal(t, "t=1,v1=ab", strings.ReplaceAll(r.Header.Get("Stripe-Signature"), " ", ""))
			require.Equal(t, test.note, strings.Join(r.Notes, "\n"))
		})
	}
}

func TestParseHTTPErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"nothing", "", "line 1: no empty line: want headers, an empty line, then the body"},
		{"no empty line", "POST / HTTP/1.1\nA: b\n", "line 3: no empty line"},
		{"JSON alone", "{\"a\": 1}\n\n", `line 1: "{\"a\": 1}" is not a header: want Name: value, and an empty line before the body`},
		{"the body follows at once", "A: b\n{\"a\": 1}\n\n", "line 2: "},
		{"a response", "HTTP/1.1 400 Bad Request\nA: b\n\nno", "line 1: this is a response; want the request"},
		{"a length in words", "Content-Length: many\n\n{}", `header Content-Length: "many" is not a number of bytes`},
		{"a negative length", "Content-Length: -1\n\n{}", `header Content-Length: "-1" is not a number of bytes`},
		{"an endless line", strings.Repeat("x", 2<<20), "line 1: no empty line after 1 MiB"},
		{"endless headers", strings.Repeat("A: b\n", 1<<20), "no empty line after 1 MiB"},
		{"binary", "\x00\x01\xff\n\n", `line 1: "\x00\x01\xff" is not a header`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := capture.ParseHTTP([]byte(test.text))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// What net/http writes is read as it was meant.
func TestParseHTTPReadsWhatGoWrites(t *testing.T) {
	t.Parallel()
	body := []byte("{\n  \"name\": \"Zoë\"\n}\n")
	request, err := http.NewRequest(http.MethodPost, "http://localhost/webhook?a=b", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Stripe-Signature", "t=1,v1=ab")
	request.Header.Add("X-Twice", "1")
	request.Header.Add("X-Twice", "2")
	dump, err := httputil.DumpRequestOut(request, true)
	require.NoError(t, err)
	r, err := capture.ParseHTTP(dump)
	require.NoError(t, err)
	require.Equal(t, body, r.Body)
	require.Equal(t, []string{"1", "2"}, r.Header.Values("X-Twice"))
	require.Empty(t, r.Notes)
}

func FuzzParseHTTP(f *testing.F) {
	for _, text := range []string{
		"POST / HTTP/1.1\r\nStripe-Signature: t=1,v1=ab\r\nContent-Length: 2\r\n\r\n{}\n", "> POST / HTTP/1.1\n> A: b\n>\n{}",
		"A: b\n c\n\n", "\n\n", ": x\n\n", "A:\n\n", " A: b\n\n", "* x\n\n", ":authority: x\n\n", "Content-Length: 99999999999999999999\n\n", "é: b\n\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := capture.ParseHTTP(text)
		if err != nil {
			return
		}
		require.True(t, bytes.Contains(text, r.Body), "the body is a part of the text, byte for byte")
	})
}
