package importer_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/importer"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// imported reads an input and returns the cases that it becomes, not redacted.
func imported(t testing.TB, in io.Reader) ([]casefile.Case, importer.Summary, error) {
	t.Helper()
	redactor, err := redact.New([]string{"*"}, nil)
	require.NoError(t, err)
	var cases []casefile.Case
	im := importer.Importer{Redactor: redactor, Add: func(c casefile.Case) error {
		cases = append(cases, c)
		return nil
	}}
	err = im.Read(context.Background(), "in.json", in)
	return cases, im.Summary, err
}

// epoch is when all events of these tests were created.
var epoch = time.Date(2026, time.November, 21, 23, 20, 16, 0, time.UTC)

// event is one as Stripe delivers it.
func event(t testing.TB, eventType string) []byte {
	t.Helper()
	source := webhooktest.Source{Seed: 7, Now: func() time.Time { return epoch }} // the same text each time
	e, err := source.Event(eventType)
	require.NoError(t, err)
	return e.Body()
}

func indent(t testing.TB, text []byte, prefix string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, json.Indent(&out, text, prefix, "  "))
	return out.String()
}

// sorted is an event as stripe listen prints it: on a line, all keys in
// alphabetical order.
func sorted(t testing.TB, text []byte) string {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&value))
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(value))
	return out.String()
}

// TestKindsOfInput wants the very bytes of the deliveries from whatever the events
// went through.
func TestKindsOfInput(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	types := []string{"charge.succeeded", "customer.subscription.updated", "account.updated"}
	var events [][]byte
	for _, eventType := range types {
		events = append(events, event(t, eventType))
	}
	list := func(prefix string) string {
		var texts []string
		for _, e := range events {
			texts = append(texts, prefix+indent(t, e, prefix))
		}
		return strings.Join(texts, ",\n")
	}
	tests := []struct{ name, input string }{
		{"GET /v1/events", "{\n  \"object\": \"list\",\n  \"data\": [\n" + list("    ") + "\n  ],\n  \"has_more\": true,\n  \"url\": \"/v1/events\"\n}\n"},
		{"with data first, as v2 has it", "{\"data\": [\n" + list("  ") + "],\"next_page_url\":null}"},
		{"a bare list", "[" + list("\t") + "]"},
		{"several pages", "{\"object\":\"list\",\"data\":[" + list("") + "]}\r\n{\"object\":\"list\",\"data\":[]}\n"},
		{"pages that overlap", "{\"data\":[" + list("") + "]}\n{\"data\":[" + list("") + "]}\n"},
		{"stripe listen --format JSON", "Getting ready...\n> Ready! You are using Stripe API Version [2023-10-16]. Your webhook signing secret is whsec_1 (^C to quit)\n" +
			sorted(t, events[0]) + "\n2026-11-21 23:20:16  <--  [200] POST http://localhost:4242/hook [evt_1]\n" +
			sorted(t, events[1]) + "\n\n2026-11-21 23:20:32            [ERROR] Failed to POST: Post \"http://x\": EOF\n\n\x1b[2m2026-11-21\x1b[0m   --> charge.failed [evt_2]\n" +
			sorted(t, events[2]) + "\n"},
		{"an event after the other", string(events[0]) + "\n" + string(events[1]) + "\n\n" + string(events[2])},
		{"a byte order mark", "\ufeff" + string(events[0]) + "\n" + string(events[1]) + "\n" + string(events[2])},
		{"the journal of fakestripe listen", `{"fakestripe_journal":2}` + "\n" +
			`{"started":"2026-11-22T10:00:00Z","sum":"00c0ffee"}` + "\n" +
			string(journaled(t, events[0])) + `{"delivery":"dlv_1","state":"delivered","attempt":{"number":1,"status":200},"sum":"00c0ffee"}` + "\n" +
			string(journaled(t, events[1])) + string(journaled(t, events[1])) +
			fmt.Sprintf(`{"event_base64":%q,"deliveries":[]}`, base64.StdEncoding.EncodeToString(events[2])) + "\n"},
		{"fakestripe listen --format json", `{"ready":{"url":"http://127.0.0.1:12113","secret":"whsec_1"}}` + "\n" +
			printed(t, events[0]) + `{"attempt":{"delivery":"dlv_1","event":"evt_1","type":"x"}}` + "\n" +
			printed(t, events[1]) + printed(t, events[2]) + `{"summary":{"events":3}}` + "\n"},
	}
	for _, test := range tests {
		cases, summary, err := imported(t, iotest.HalfReader(strings.NewReader(test.input)))
		require.NoError(t, err, test.name)
		require.Len(t, cases, 3, test.name)
		require.Equal(t, 3, summary.Events, test.name)
		for i, c := range cases {
			require.Equal(t, types[i], c.Type, test.name)
			require.Equal(t, "2xx", c.Expect, test.name)
			require.Equal(t, string(events[i]), string(c.Payload), test.name)
		}
	}
}

func journaled(t testing.TB, body []byte) []byte {
	t.Helper()
	line, err := json.Marshal(map[string]any{"event": string(body), "deliveries": []any{}})
	require.NoError(t, err)
	return append(line, '\n')
}

// printed is an event as fakestripe listen prints it.
func printed(t testing.TB, body []byte) string {
	t.Helper()
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, body))
	return fmt.Sprintf(`{"event":{"body":%s,"deliveries":["dlv_1"],"event":"evt_1","type":"x"}}`+"\n", compact.Bytes())
}

func TestSummary(t *testing.T) {
	t.Parallel()
	thin := `{"id":"evt_65","object":"v2.core.event","type":"v1.billing.meter.no_meter_found","created":"2024-09-17T06:20:52.246Z","livemode":false,"related_object":null}`
	input := thin + "\n" + thin + "\n" + string(journaled(t, event(t, "charge.failed"))) + string(event(t, "charge.failed"))
	cases, summary, err := imported(t, strings.NewReader(input))
	require.NoError(t, err)
	require.Equal(t, importer.Summary{Events: 2, Thin: 1, Repeated: 2}, summary)
	require.Equal(t, "v1.billing.meter.no_meter_found", cases[0].Type)
	require.Contains(t, string(cases[0].Payload), "\n  \"created\": \"2024-09-17T06:20:52.246Z\",\n")
}

// TestOwnPayload keeps the bytes of a file that is laid out on lines: they may be
// odd on purpose.
func TestOwnPayload(t *testing.T) {
	t.Parallel()
	own := "{\n\t\"type\": \"my.type\",   \"id\":\"evt_1\",\r\n\t\"data\": { \"object\": {\"n\":1.0} } }"
	cases, _, err := imported(t, strings.NewReader(own))
	require.NoError(t, err)
	require.Equal(t, own, string(cases[0].Payload))
}

func TestRedacted(t *testing.T) {
	t.Parallel()
	redactor, err := redact.New(nil, nil)
	require.NoError(t, err)
	im := importer.Importer{Redactor: redactor, Add: func(c casefile.Case) error {
		require.NotContains(t, string(c.Payload), "corp.test")
		require.NotContains(t, c.Type, "corp.test", "the type is a name of a file")
		return nil
	}}
	in := `{"object":"event","type":"nora@corp.test","data":{"object":{"email":"nora@corp.test"}}}`
	require.NoError(t, im.Read(context.Background(), "in", strings.NewReader(in)))
	require.NotEmpty(t, redactor.Found())
}

// TestErrors wants where it is and how to fix it, and no text of the input.
func TestErrors(t *testing.T) {
	t.Parallel()
	const good = `{"object":"event","type":"a.b"}`
	tests := []struct{ name, input, want string }{
		{"nothing", "", "no event in it"},
		{"white space", " \n\t\r\n", "no event in it"},
		{"an empty list", `{"object":"list","data":[]}`, "no event in it"},
		{"talk only", "Getting ready...\n", "no event in it"},
		{"cut off in an event", `{"object":"list","data":[` + "\n" + good + ",\n" + `{"object":"ev`, `line 3, column 14 (byte 72): the input ends inside the value that begins at line 3, column 1 (byte 59): is it cut off?`},
		{"cut off between events", `[` + good + `,`, "line 1, column 34 (byte 33): the input ends inside the value that begins at"},
		{"cut off behind an event", `{"data":[` + good, "line 1, column 41 (byte 40): the input ends inside the value that begins at line 1, column 1 (byte 0)"},
		{"cut off in a key", `{"obj`, "line 1, column 6 (byte 5): the input ends inside the value that begins at line 1, column 1 (byte 0)"},
		{"cut off behind a key", `{"object"`, "the input ends inside"},
		{"cut off in a line, others follow", `{"object":"event","type":"a.` + "\n" + good, "line 2, column 1 (byte 29): a control character in a string (is a quote missing before it?)"},
		{"glued together", good + good, "line 1, column 32 (byte 31): got '{', want a line break before anything else: are these several files in one?"},
		{"glued to a list", good + "[]", "line 1, column 32 (byte 31): got '['"},
		{"no JSON inside", good + "\n{\"object\":\"event\",\n \"type\":oops}", "line 3, column 9 (byte 59): invalid character 'o' looking for beginning of value"},
		{"brackets that do not match", `{"data":[{"a":[1}]}`, "line 1, column 18 (byte 17): a closing '}' too many"},
		{"a list of other things", `{"data":[1]}`, "line 1, column 10 (byte 9): got '1', want an event, which is an object"},
		{"no comma", `{"data":[` + good + ` ` + good + `]}`, "line 1, column 42 (byte 41): got '{', want a comma or the end of the list"},
		{"no comma between keys", `{"a":1 "b":2}`, "line 1, column 8 (byte 7): got '\"', want a comma or the end of the object"},
		{"no colon", `{"a" 1}`, "line 1, column 6 (byte 5): got '1', want a colon"},
		{"no key", `{1:2}`, "line 1, column 2 (byte 1): got '1', want a key"},
		{"a comma too many", `{"a":1,}`, "got '}', want a key"},
		{"text", "Dear Nora,\n", "line 1, column 1 (byte 0): got 'D', want JSON, or what stripe listen prints"},
		{"HTML", "\n <html>", "line 2, column 2 (byte 2): got '<'"},
		{"binary", "\x00\x01\x02", `line 1, column 1 (byte 0): got '\x00'`},
		{"binary after an event", good + "\n\x00\x01\x02", `line 2, column 1 (byte 32): got '\x00'`},
		{"gzip", "\x1f\x8b\x08\x00", "line 1, column 1 (byte 0): compressed by gzip: run gunzip first"},
		{"UTF-16", "\xff\xfe{\x00", "line 1, column 1 (byte 0): UTF-16, as PowerShell writes it: save it as UTF-8"},
		{"nested deeply", `{"object":"event","type":"a","rest":` + strings.Repeat("[", 200), "line 1, column 166 (byte 165): nested deeper than 128"},
		{"a long line", "x" + strings.Repeat(" ", 70_000), "line 1, column 1 (byte 0): a line of more than 64 KiB that is not JSON"},
		{"another object", `{"id":"ch_1","object":"charge"}`, `line 1, column 1 (byte 0): an object of the kind charge, want an event, which says "object": "event"`},
		{"one with somebody's data", `{"object":"nora@corp.test"}`, `line 1, column 1 (byte 0): an object of another kind`},
		{"an error of the API", `{"error":{"message":"Invalid API Key provided: sk_test_x"}}`, `an error of Stripe's API, want an event`},
		{"a case", `{"format":1,"steps":[{"send":"e"}]}`, "a case of fakestripe, want an event, which says \"object\": \"event\": the folder payloads beside it has them"},
		{"no type", `{"object":"event"}`, "an event without a type"},
		{"a list without data", `{"object":"list","data":null}`, "a list without data"},
		{"a journal to come", `{"fakestripe_journal":3}`, "a journal of another version of fakestripe: this one knows formats 1 to 2"},
		{"a journal of something else", `{"event":"[]","deliveries":[]}`, "the event in it: "},
		{"a line of no journal", `{"event":17}`, "not a line of fakestripe listen: event is neither a text nor has a body"},
		{"a line of no event", `{"event_base64":null}`, "not a line of fakestripe listen"},
		{"a journal that is broken", `{"event":"{\"a"}`, "line 1, column 1 (byte 0): the event in it: unexpected end of JSON input"},
		{"a printed line without its body", `{"event":{}}`, "not a line of fakestripe listen"},
		{"values without number", manyValues(1500), "line 1, column 1 (byte 0): more than 1000 different values to redact"},
	}
	for _, test := range tests {
		redactor, err := redact.New(nil, nil)
		require.NoError(t, err)
		im := importer.Importer{Redactor: redactor, Add: func(casefile.Case) error { return nil }}
		err = im.Read(context.Background(), "in.json", strings.NewReader(test.input))
		require.ErrorContains(t, err, "in.json: ", test.name)
		assert.ErrorContains(t, err, test.want, test.name)
		for _, said := range []string{"Nora", "nora", "sk_test"} {
			require.NotContains(t, err.Error(), said, test.name)
		}
	}
}

func manyValues(n int) string {
	var out strings.Builder
	out.WriteString(`{"object":"event","type":"a.b","metadata":{"x":0`)
	for i := range n {
		fmt.Fprintf(&out, `,"k%d":"value %d"`, i, i)
	}
	return out.String() + "}}"
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	_, _, err := imported(t, io.MultiReader(strings.NewReader(`{"object":"event",`), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "in.json: line 1, column 19 (byte 18): disk on fire")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	im := importer.Importer{Add: func(casefile.Case) error { return nil }}
	require.ErrorContains(t, im.Read(ctx, "in.json", strings.NewReader(`{"object":"event","type":"a"}`)), "in.json: interrupted")
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"b.json", "a.jsonl", "c.txt", ".hidden", "deeper/d.json"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("12345"), 0o644))
	}
	files, size, err := importer.Files(dir)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.json")}, files)
	require.EqualValues(t, 10, size)

	files, size, err = importer.Files(filepath.Join(dir, "c.txt"))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "c.txt")}, files)
	require.EqualValues(t, 5, size)

	_, _, err = importer.Files(filepath.Join(dir, "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o755))
	_, _, err = importer.Files(filepath.Join(dir, "empty"))
	require.ErrorContains(t, err, "no file in it ends in .json, .jsonl, .ndjson, .log")
}

// Text for people between events is passed over, and counted; what may be a part of an event
// is not.
func TestProseBetweenEvents(t *testing.T) {
	t.Parallel()
	line := sorted(t, event(t, "charge.succeeded"))
	other := strings.Replace(line, "evt_", "evt_9", 1)
	tests := []struct {
		name, text string
		counted    int
	}{
		{"a level of the CLI's log in brackets", "[Fri, 20 Nov 2026 08:39:32 UTC] ERROR Websocket error: EOF", 0},
		{"a shell's prompt", "user@host:~$ stripe listen --format JSON", 1},
		{"a stopped job", "[1]+  Stopped   stripe listen", 1},
		{"what stripe trigger prints", "Trigger succeeded! Check dashboard for event details.", 1},
		{"a library's log", "2026/11/20 08:39:32 websocket: close 1006 (abnormal closure)", 1},
	}
	for _, test := range tests {
		cases, summary, err := imported(t, strings.NewReader(line+test.text+"\n"+other))
		require.NoError(t, err, test.name)
		require.Len(t, cases, 2, test.name)
		require.Equal(t, test.counted, summary.Prose, test.name)
	}
	for _, cut := range []string{`  "livemode": false,`, `"livemode": false`, "null,", "  }", "]"} {
		_, _, err := imported(t, strings.NewReader(line+cut+"\n"+other))
		require.Error(t, err, cut)
	}
}

// Log records around those with events are passed over; so are requests without one.
func TestMixedRecords(t *testing.T) {
	t.Parallel()
	body := event(t, "charge.succeeded")
	text, err := json.Marshal(string(body))
	require.NoError(t, err)
	for name, input := range map[string]string{
		"a log":                                  `{"level":"info","msg":"start"}` + "\n" + `{"level":"info","msg":"got","body":` + string(text) + "}\n" + `{"level":"error","msg":"refused"}` + "\n",
		"a HAR":                                  `{"log":{"version":"1.2","entries":[{"request":{"method":"GET"}},{"request":{"postData":{"text":` + string(text) + `}}}]}}`,
		"ngrok":                                  `{"requests":[{"request":{"raw":""}},{"request":{"body":` + string(text) + `}}]}`,
		"Node":                                   "received '" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(string(body)) + "'\n",
		"a log with the time before each line":   "2026-11-21T23:20:16Z " + strings.ReplaceAll(string(body), "\n", "\n2026-11-21T23:20:16Z ") + "\n",
		"a log with a number before each line":   "[0] " + strings.ReplaceAll(string(body), "\n", "\n[0] ") + "\n",
		"a hex dump":                             hex.Dump(body),
		"rows of fields, as CloudWatch has them": `[[{"field":"@timestamp","value":"1"},{"field":"@message","value":` + string(text) + `}]]`,
		"an event as a string":                   string(text) + "\n",
		"a time in brackets, as logs have it, and a body": "[23:20:16] got " + string(text) + "\n",
		"CSV": "id,body\n1,\"" + strings.ReplaceAll(string(body), `"`, `""`) + "\"\n",
	} {
		cases, summary, err := imported(t, strings.NewReader(input))
		require.NoError(t, err, name)
		require.Len(t, cases, 1, name)
		require.Equal(t, string(body), string(cases[0].Payload), name)
		require.Len(t, summary.Forms, 1, name)
	}
}
