package verify_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// The files were made of event.json by real programs: see generate.sh beside them.
var mangledBodies = []struct {
	file string
	want string // the findings, what happened first first
}{
	{"node-stringify", "json-stringify"},
	{"node-indent-2", "indent-2"},
	{"node-indent-4", "indent-4"},
	{"node-tabs", "tabs"},
	{"node-twice", "json-string"},
	{"node-reserialized-twice", "json-stringify json-string"},
	{"node-buffer", "buffer-json"},
	{"node-uint8array", "buffer-json"},
	{"node-bytes", "buffer-json"},
	{"node-latin1", "mojibake"},
	{"node-windows-1252", "mojibake"},
	{"node-utf16", "utf-16"},
	{"node-hex", "hex"},
	{"node-urlencoded", "url-encoded"},
	{"node-form", "form-field"},
	{"node-form-key", "form-field"},
	{"node-form-decoded", "form-decoded"},
	{"node-substring", "cut-in-characters"},
	{"node-gateway", "envelope"},
	{"node-gateway-template", "json-stringify envelope"},
	{"node-gateway-stringify", "json-stringify base64"},
	{"node-function-url", "envelope"},
	{"node-object", "not-the-body"},
	{"node-inspect", "not-the-body"},
	{"python-dumps", "json-dumps"},
	{"python-dumps-unicode", "json-dumps-unicode"},
	{"python-dumps-compact", "json-dumps-compact"},
	{"python-dumps-sorted", "json-dumps-sorted"},
	{"python-stripe-object", "stripe-object"},
	{"python-indent-2", "json-dumps-indent"},
	{"python-indent-4", "indent-4-ascii"},
	{"python-indent-4-sorted", "indent-4-sorted"},
	{"python-compact-sorted", "sorted-ascii"},
	{"python-print", "json-dumps newline-added"},
	{"python-bytes", "bytes-literal"},
	{"python-dict", "literal"},
	{"python-bom", "byte-order-mark"},
	{"python-utf16", "utf-16"},
	{"python-ascii", "other-secret replaced-characters"},
	{"python-base64", "base64"},
	{"python-base64-lines", "base64"},
	{"python-base64-url", "base64"},
	{"python-gzip", "gzip"},
	{"python-zlib", "gzip"},
	{"python-gzip-base64", "gzip base64"},
	{"python-stripped-lines", "lines-trimmed"},
	{"python-splitlines", "newlines-dropped"},
	{"ruby-to-json", "to-json"},
	{"ruby-ascii", "json-dumps-compact"}, // the same bytes as Python's
	{"ruby-inspect", "literal"},
	{"ruby-crlf", "crlf"},
	{"ruby-dump", "json-string"},
	{"php-json-encode", "json-encode"},
	{"php-object", "json-encode-objects"},
	{"php-slashes", "json-encode-slashes"},
	{"php-unicode", "json-encode-unicode"},
	{"php-unescaped", "json-encode-unescaped"},
	{"php-pretty", "json-encode-pretty"},
	{"php-addslashes", "slashes-added"},
	{"php-html", "html-escaped"},
	{"php-utf8-encode", "mojibake"},
	{"php-trim", "newline-added"},
	{"jq", "jq newline-added"},
	{"jq-compact", "jq-compact newline-added"},
	{"jq-sorted", "indent-2-sorted newline-added"},
	{"jq-compact-sorted", "sorted-compact newline-added"},
	{"java-jackson", "to-json"}, // the same bytes as Ruby's
	{"java-jackson-map", "to-json"},
	{"java-jackson-pretty", "jackson-pretty"},
	{"java-gson", "gson"},
	{"java-gson-no-nulls", "nulls-dropped other-secret"},
	{"java-lines", "newlines-dropped"},
	{"java-bytes", "buffer-json"},
	{"java-latin-1", "mojibake"},
	{"iconv-utf16be", "utf-16"},
	{"sed-crlf", "crlf"},
	{"shell-echo", "newline-added"},
	{"shell-twice", "doubled"},
	{"shell-cut", "cut"},
	{"shell-cut-half", "cut"},
	{"shell-chunked", "chunked"},
	{"shell-nul", "nul-padded"},
}

func TestMangledBodies(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	original := richEvent(t)
	header := webhooktest.Sign(original, epoch, testSecret)
	tested := make(map[string]bool)
	for _, test := range mangledBodies {
		tested[test.file] = true
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile("testdata/" + test.file + ".body")
			require.NoError(t, err)
			v := diagnose(t, verify.Received{Signature: header, Body: body})
			require.Equal(t, test.want, foundIn(v), "%s", v)
			if v.Original == nil {
				return // what is lost cannot be rebuilt
			}
			require.Equal(t, string(original), string(v.Original))
			require.Equal(t, 1, v.Secret)
			judged(t, v, testSecret)
			for _, f := range v.Findings {
				require.True(t, f.Proven, f.ID)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.body")
	require.NoError(t, err)
	require.Len(t, files, len(tested), "every file is tested")
}

func gzipped(t testing.TB, body []byte) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

// doubles are whole numbers in JSON without white space.
var doubles = regexp.MustCompile(`":([0-9]{1,9})([,}])`)

// camelCase renames the keys of a JSON text.
func camelCase(text string) string {
	return regexp.MustCompile(`"[a-z_0-9]+":`).ReplaceAllStringFunc(text, func(key string) string {
		words := strings.Split(key, "_")
		for i := range words[1:] {
			words[i+1] = strings.ToUpper(words[i+1][:1]) + words[i+1][1:]
		}
		return strings.Join(words, "")
	})
}

// What Go's own programs, editors and templates do.
func TestAlterations(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	body := richEvent(t)
	var parsed map[string]any
	require.NoError(t, json.Unmarshal(body, &parsed))
	marshal := func(value any) string {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return string(text)
	}
	indented, err := json.MarshalIndent(parsed, "", "  ")
	require.NoError(t, err)
	event := string(body)
	plain := string(newEvent(t, "payment_intent.succeeded").Body())
	plainly := func(amount string) string {
		return strings.Replace(plain, `"amount": 4800`, `"amount": `+amount, 1)
	}
	stringified := func(amount string) string { return string(closed([]byte(plainly(amount)))) }
	formatted := string(closed(body))
	tests := []struct {
		name, signed, received string
		want                   string
	}{
		{"json.Marshal of a map", event, marshal(parsed), "json-marshal"},
		{"json.MarshalIndent of a map", event, string(indented), "marshal-indent"},
		{"json.Marshal of a RawMessage", event, marshal(json.RawMessage(body)), "raw-message"},
		{"empty lists and objects closed, as by Ruby's JSON.pretty_generate since json 2.8", event, string(closed(body)), "pretty-generate"},
		{"closed ones opened, as before", marshal(json.RawMessage(ascii(event))), ascii(event), "pretty-generate-opened"},
		{"nothing but a line break", event, event + "\n", "newline-added"},
		{"CR LF at the end", event, event + "\r\n", "newline-added"},
		{"a line break that was signed", event + "\n", event, "newline-dropped"},
		{"CR LF that was signed", event + "\r\n", event, "newline-dropped"},
		{"spaces around", event, "  " + event + " \n\n", "trimmed"},
		{"CR LF that were signed", strings.ReplaceAll(event, "\n", "\r\n"), event, "lf"},
		{"line breaks became spaces", event, strings.ReplaceAll(event, "\n", " "), "newlines-to-spaces"},
		{"typographic quotes", event, strings.ReplaceAll(event, `"id"`, "“id”"), "typographic"},
		{"non-breaking spaces", event, strings.ReplaceAll(event, "  ", "\u00a0\u00a0"), "typographic"},
		{"in the shell's quotes", event, "'" + event + "'", "quoted"},
		{"escaped, without quotes", event, strings.Trim(marshal(event), `"`), "json-escaped"},
		{"Latin-1", strings.ReplaceAll(ascii(event), "order_", "ördér_"), strings.ReplaceAll(ascii(event), "order_", "\xf6rd\xe9r_"), "latin-1"},
		{"Windows-1252", strings.ReplaceAll(ascii(event), "order_", "“€”_"), strings.ReplaceAll(ascii(event), "order_", "\x93\x80\x94_"), "latin-1"},
		{"escapes decoded", "{\n\n\"a\":\t\"\\u00e9\"}", "{\n\n\"a\":\t\"é\"}", "escapes-decoded"},
		{"a filter that writes ASCII", "{\n\n\"a\":\t\"é\"}", "{\n\n\"a\":\t\"\\u00e9\"}", "escaped"},
		{"a filter that decodes numbers", "{\n\n\"percent_off\":\t25.0}", "{\n\n\"percent_off\":\t25}", "numbers"},
		{"an editor with four spaces", event, strings.ReplaceAll(formatted, "  ", "    "), "indent-4-typed"},
		{"an editor with tabs", event, strings.ReplaceAll(formatted, "  ", "\t"), "tabs-typed"},
		// As https://learn.microsoft.com/dotnet/standard/serialization/system-text-json/character-encoding has it.
		{"System.Text.Json", "{\n  \"a\": \"é<b>&'+\\\"😀/\"\n}", `{"a":"\u00E9\u003Cb\u003E\u0026\u0027\u002B\u0022\uD83D\uDE00/"}`, "system-text-json"},
		{"System.Text.Json, indented", "{\n  \"a\": \"é\"\n}", "{\n  \"a\": \"\\u00E9\"\n}", "system-text-json-indented"},
		{"written in ASCII", event, string(closed(mustEscape(t, body))), "json-dumps-indent"},
		{"escaped in the same layout", event, string(mustEscape(t, body)), "escaped"},
		{"slashes escaped", event, strings.ReplaceAll(event, "/", `\/`), "slashes-escaped"},
		{"slashes unescaped", "{\n\n\"a\":\t\"\\/\"}", "{\n\n\"a\":\t\"/\"}", "escapes-decoded"},
		{"a whole number was a decimal", plainly("4800.0"), stringified("4800"), "indent-2"},
		{"an integer above 2^53", plainly("9007199254740993"), stringified("9007199254740992"), "indent-2"},
		{"JSON.stringify with two spaces, of what has decimals in no usual place", plainly("4800.0"), stringified("4800") + "\n", "indent-2 newline-added"},
		{"JSON.stringify with two spaces of a body that was signed in that layout", formatted, formatted, ""},
		{"laid out by a test", marshal(json.RawMessage(`{"id":"evt_1","object":"event"}`)), "{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}", "indent-2"},
		{"an editor with three spaces", event, strings.ReplaceAll(event, "  ", "   "), "reserialized"},
		{"an editor with three spaces and a tampered amount", event, strings.ReplaceAll(strings.ReplaceAll(event, "  ", "   "), "4800", "4801"), "reserialized other-secret"},
		{"stripe-go's Event, marshalled", event, marshal(stripeEvent(t, body)), "reserialized other-secret"},
		{"two events", event, event + event[:300], "concatenated"},
		{"masked by a log", event, strings.ReplaceAll(event, "nora", "[FILTERED]"), "other-secret redacted"},
		{"masked by a log that wrote it anew", event, strings.ReplaceAll(strings.ReplaceAll(event, "nora", "[FILTERED]"), "  ", "   "), "redacted reserialized other-secret"},
		{"stripe-java's expandable fields", plain, strings.Replace(plain, `"currency": "usd"`, `"currency": {"id": "usd", "expanded_object": null}`, 1), "expanded-fields"},
		{"the same by Gson, which wrote it anew", plain, marshal(json.RawMessage(strings.Replace(plain, `"currency": "usd"`, `"currency": {"id": "usd", "expandedObject": null}`, 1))), "json-stringify expanded-fields"},
		{"Rails' parameters, as JSON", plain, strings.TrimSuffix(marshal(json.RawMessage(plain)), "}") + `,"controller":"hooks","action":"create"}`, "json-stringify members-added"},
		{"null for an account, in a store's document", plain, `{"_id":"5f","account":null,` + strings.TrimPrefix(marshal(json.RawMessage(plain)), "{"), "json-stringify members-added"},
		{"camelCase", plain, camelCase(marshal(json.RawMessage(plain))), "json-stringify keys-renamed"},
		{"Gson's Map", plain, doubles.ReplaceAllString(strings.ReplaceAll(marshal(json.RawMessage(plain)), "1795303216", "1.795303216E9"), `":$1.0$2`), "json-stringify doubles"},
		{"smee's envelope", event, `{"host":"smee.io","stripe-signature":"t=1,v1=0","body":` + marshal(json.RawMessage(body)) + `,"query":{},"timestamp":1}`, "raw-message smee-envelope"},
		{"what the Dashboard shows", event, `{"object": {"id": "ch_1", "object": "charge"}, "previous_attributes": {}}`, "part-of-event"},
		{"an object", event, `{"id": "ch_1", "object": "charge"}`, "part-of-event"},
		{"a list", event, `{"object": "list", "data": [], "has_more": false}`, "part-of-event"},
		{"a bare list", event, `[{"id": "evt_1", "object": "event"}]`, "part-of-event"},
		{"another body", event, strings.ReplaceAll(event, "4800", "4801"), "other-secret"},
		{"cut at a limit", strings.Repeat(event, 40), strings.Repeat(" ", 65536-2000) + event[:2000], "cut"},
		{"null", event, "null", "not-the-body"},
		{"Go's map", event, "map[id:evt_1]", "not-the-body"},
		{"empty", event, "", "empty"},
		{"not JSON", event, "hello", "not-json other-secret"},
	}
	for _, test := range realpart.Sample(tests, 3) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, verify.Received{Signature: webhooktest.Sign([]byte(test.signed), epoch, testSecret), Body: []byte(test.received)})
			require.Equal(t, test.want, foundIn(v), "%s", v)
			if v.Original != nil {
				require.Equal(t, test.signed, string(v.Original))
			}
		})
	}
}

// closed is an event as nearly everybody but Stripe indents it.
func closed(body []byte) []byte { return layout.Closed.Indent(body, "") }

func stripeEvent(t *testing.T, body []byte) any {
	t.Helper()
	event := new(stripe.Event)
	require.NoError(t, json.Unmarshal(body, event))
	return event
}

// ascii leaves out what is not.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 126 {
			return -1
		}
		return r
	}, text)
}

// mustEscape writes JSON in ASCII: the mutation of that name, which is no part of
// Verify.
func mustEscape(t *testing.T, body []byte) []byte {
	t.Helper()
	event, err := webhooktest.ParseEvent(body)
	require.NoError(t, err)
	var escaped string
	endpoint := webhooktest.Endpoint{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		escaped = string(body)
	})}
	_, err = endpoint.Deliver(t.Context(), event, "escaped-unicode")
	require.NoError(t, err)
	// The mutation adds a field of its own to the metadata.
	from := strings.Index(escaped, ",\n        \"unicode\"")
	require.Positive(t, from)
	to := from + strings.Index(escaped[from:], "\n      }")
	return []byte(escaped[:from] + escaped[to:])
}
