package capture_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/capture"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

// body is an event with what programs spell differently.
const body = "{\n  \"id\": \"evt_1Pabc\",\n  \"object\": \"event\",\n  \"created\": 1795303216,\n  \"data\": {\n    \"object\": {\n      \"id\": \"ch_1\",\n      \"object\": \"charge\",\n" +
	"      \"description\": \"Größe \\\"L\\\" it's\",\n      \"metadata\": {\n      }\n    }\n  },\n  \"livemode\": false,\n  \"request\": null,\n  \"type\": \"charge.refunded\"\n}"

var header = "t=1795303216,v1=" + strings.Repeat("0a", 32)

func quoted(text string) string { return string(marshal(text)) }

func marshal(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// compact is the event as JSON libraries write it.
var compact = string(marshal(json.RawMessage(body)))

// hash is an event as Ruby prints a Hash, Python a dict.
const (
	rubyHash   = `{"id"=>"evt_1Pabc", "object"=>"event", "created"=>1795303216, "data"=>{"object"=>{"id"=>"ch_1", "object"=>"charge", "description"=>"Größe \"L\" it's", "metadata"=>{}}}, "livemode"=>false, "request"=>nil, "type"=>"charge.refunded"`
	pythonDict = `{'id': 'evt_1Pabc', 'object': 'event', 'created': 1795303216, 'data': {'object': {'id': 'ch_1', 'object': 'charge', 'description': 'Größe "L" it\'s', 'metadata': {}}}, 'livemode': False, 'request': None, 'type': 'charge.refunded'}`
	varExport  = "array (\n  'id' => 'evt_1Pabc',\n  'object' => 'event',\n  'created' => 1795303216,\n  'data' => \n  array (\n    'object' => \n    array (\n      'id' => 'ch_1',\n      'object' => 'charge',\n      'description' => 'Größe \"L\" it\\'s',\n      'metadata' => \n      (object) array(\n      ),\n    ),\n  ),\n  'livemode' => false,\n  'request' => NULL,\n  'type' => 'charge.refunded',\n)"
	varDump    = "array(7) {\n  [\"id\"]=>\n  string(9) \"evt_1Pabc\"\n  [\"object\"]=>\n  string(5) \"event\"\n  [\"created\"]=>\n  int(1795303216)\n  [\"data\"]=>\n  array(1) {\n    [\"object\"]=>\n    object(stdClass)#3 (2) {\n      [\"id\"]=>\n      string(4) \"ch_1\"\n      [\"object\"]=>\n      string(6) \"charge\"\n      [\"description\"]=>\n      string(16) \"Größe \"L\" it's\"\n      [\"metadata\"]=>\n      array(0) {\n      }\n    }\n  }\n  [\"livemode\"]=>\n  bool(false)\n  [\"request\"]=>\n  NULL\n  [\"type\"]=>\n  string(15) \"charge.refunded\"\n}"
)

func node(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(line) + "'"
	}
	return strings.Join(lines, " +\n    ")
}

func nginx(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&out, `\x%02X`, c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func bufferJSON(text string) string {
	numbers := strings.Trim(strings.ReplaceAll(fmt.Sprint([]byte(text)), " ", ","), "[]")
	return `{"type":"Buffer","data":[` + numbers + `]}`
}

func base64ed(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

var raw = "POST /webhook HTTP/1.1\r\nHost: x.test\r\nStripe-Signature: " + header + "\r\n\r\n" + body

// found is every form in which people hold a delivery.
var found = []struct {
	name, text string
	form, path string
	exact      bool // the bytes are those that were delivered
	signed     bool // the header is in it
}{
	// Captures.
	{"HAR of a browser", `{"log":{"version":"1.2","entries":[{"request":{"method":"GET","headers":[]}},{"request":{"headers":[{"name":"host","value":"x"},{"name":"stripe-signature","value":"` + header + `"}],"postData":{"mimeType":"application/json","text":` + quoted(body) + `}},"response":{"status":400,"content":{"text":"no"}}}]}}`, "a HAR file", "log.entries[1].request.postData.text", true, true},
	{"HAR with base64", `{"log":{"entries":[{"request":{"headers":[{"name":"Stripe-Signature","value":"` + header + `"}],"postData":{"encoding":"base64","text":"` + base64ed(body) + `"}}}]}}`, "a HAR file", "log.entries[0].request.postData.text", true, true},
	{"ngrok", `{"uri":"/api/requests/http","requests":[{"request":{"headers":{"Stripe-Signature":["` + header + `"]},"raw":"` + base64ed(raw) + `"}}]}`, "a response of ngrok's API", "requests[0].request.raw", true, true},
	{"Postman", `{"info":{},"item":[{"name":"f","item":[{"request":{"header":[{"key":"Stripe-Signature","value":"` + header + `"}],"body":{"mode":"raw","raw":` + quoted(body) + `}}}]}]}`, "a Postman collection", "item[0].item[0].request.body.raw", true, true},
	{"Lambda, version 2", `{"version":"2.0","headers":{"stripe-signature":"` + header + `"},"body":"` + base64ed(body) + `","isBase64Encoded":true}`, "a Lambda event", "body", true, true},
	{"API Gateway, version 1", `{"httpMethod":"POST","headers":null,"multiValueHeaders":{"Stripe-Signature":["` + header + `"]},"body":` + quoted(body) + `,"isBase64Encoded":false}`, "a Lambda event", "body", true, true},
	{"Cloud Logging", `{"insertId":"x","jsonPayload":{"headers":{"stripe-signature":"` + header + `"},"rawBody":` + quoted(body) + `}}`, "a Cloud Logging record", "jsonPayload.rawBody", true, true},
	{"Cloudflare's tail", `{"scriptName":"w","event":{"request":{"headers":{"stripe-signature":"` + header + `"}}},"logs":[{"message":["got",` + quoted(body) + `]}]}`, "a Cloudflare log record", "logs[0].message[1]", true, true},
	{"Vercel", `{"deploymentId":"d","message":` + quoted(`{"headers":{"stripe-signature":"`+header+`"},"body":`+quoted(body)+`}`) + `}`, "a Vercel log record", "message.body", true, true},
	{"Node's rawHeaders", `{"rawHeaders":["Host","x","Stripe-Signature","` + header + `"],"body":` + quoted(body) + `}`, "JSON", "body", true, true},
	{"a WSGI environment", `{"environ":{"HTTP_STRIPE_SIGNATURE":"` + header + `"},"body":` + quoted(body) + `}`, "JSON", "body", true, true},
	{"smee", `{"host":"smee.io","stripe-signature":"` + header + `","body":` + compact + `,"query":{},"timestamp":1}`, "smee's envelope", "body", false, true},
	{"an SDK's error", `{"type":"StripeSignatureVerificationError","header":"` + header + `","payload":` + quoted(body) + `}`, "an SDK's error", "payload", true, true},
	{"an object where the bytes are, too", `{"headers":{"stripe-signature":"` + header + `"},"body":` + compact + `,"rawBody":` + quoted(body) + `}`, "a request as JSON", "rawBody", true, true},
	{"an HTTP request in a log", "line\n" + quoted(raw) + "\n", "", "", true, true},

	// Envelopes.
	{"EventBridge", `{"version":"0","detail-type":"charge.refunded","detail":` + compact + `}`, "an EventBridge event", "detail", false, false},
	{"CloudEvents", `{"specversion":"1.0","id":"evt_1Pabc","type":"charge.refunded","data":` + compact + `}`, "a CloudEvent", "data", false, false},
	{"CloudEvents in a list, in base64", `[{"specversion":"1.0","type":"x","data_base64":"` + base64ed(body) + `"}]`, "a CloudEvent", "[0].data_base64", true, false},
	{"Event Grid", `{"id":"1","eventType":"x","data":` + compact + `}`, "an Event Grid event", "data", false, false},
	{"a payload", `{"payload":` + compact + `}`, "JSON", "payload", false, false},
	{"a row with text", `[{"id":1,"stripe_id":"evt_1Pabc","body":` + quoted(body) + `}]`, "JSON", "[0].body", true, false},
	{"a row of a CSV file", "id,body\n1,\"" + strings.ReplaceAll(body, `"`, `""`) + "\"\n", "a CSV file", "", true, false},
	{"SNS in SQS", `{"Records":[{"body":` + quoted(`{"TopicArn":"a","Message":`+quoted(body)+`}`) + `}]}`, "a batch of messages", "Records[0].body.Message", true, false},
	{"Pub/Sub", `{"message":{"data":"` + base64ed(body) + `"},"subscription":"s"}`, "a Pub/Sub message", "message.data", true, false},
	{"Buffer as JSON", `{"err":{"header":["` + header + `"],"payload":` + bufferJSON(body) + `}}`, "an SDK's error", "err.payload", true, true},
	{"ngrok with a request without a body", `{"requests":[{"request":{"raw":"` + base64ed("GET / HTTP/1.1\r\nHost: x\r\n\r\n") + `"}},{"request":{"raw":"` + base64ed(raw) + `"}}]}`, "a response of ngrok's API", "requests[1].request.raw", true, true},
	{"headers as text", `{"headers":` + quoted("Host: x\r\nstripe-signature: "+header+"\r\n") + `,"body":` + quoted(body) + `}`, "a request as JSON", "body", true, true},
	{"headers and body as JSON in JSON in JSON", quoted(quoted(`{"headers":` + quoted(`{"stripe-signature":"`+header+`"}`) + `,"body":` + quoted(quoted(body)) + `}`)), "a request as JSON", "body", true, true},
	{"Cloudflare's log with the header in another message", `{"ScriptName":"w","Logs":[{"Message":["signature","` + header + `"]},{"Message":[` + quoted(body) + `]}]}`, "JSON", "Logs[1].Message[0]", true, true},
	{"Cloud Logging's text", `{"insertId":"x","textPayload":` + quoted("signature "+header+" body "+body) + `}`, "a Cloud Logging record", "textPayload", true, true},
	{"Docker's json-file", `{"log":` + quoted("got "+body+"\n") + `,"stream":"stdout"}`, "", "log", true, false},
	{"HAR after a byte order mark, with Windows' line ends", "\ufeff{\r\n\"log\":{\"entries\":[\r\n{\"request\":{\"headers\":[{\"name\":\"STRIPE-SIGNATURE\",\"value\":\"" + header + `"}],"postData":{"text":` + quoted(body) + "}}}]}}\r\n", "a HAR file", "log.entries[0].request.postData.text", true, true},

	// Logs.
	{"a Buffer that Node printed", "Error {\n  header: '" + header + "',\n  payload: <Buffer " + fmt.Sprintf("% x", body) + ">\n}", "a Buffer as Node prints it", "", true, true},
	{"base64 in what Node printed", "{\n  headers: { 'stripe-signature': '" + header + "' },\n  body: '" + base64ed(body) + "',\n  isBase64Encoded: true\n}", "a printed object", "body", true, true},
	{"psql's column", " id | payload\n----+---\n  1 | " + strings.ReplaceAll(body, "\n", "   +\r\n    | ") + "\n(1 row)\n", "a row of psql", "", true, false},
	{"psql's record", "-[ RECORD 1 ]---\nid      | 1\npayload | " + strings.ReplaceAll(body, "\n", "+\n        | ") + "\n", "a row of psql", "", true, false},
	{"SQL", "INSERT INTO events VALUES (1, '" + strings.ReplaceAll(body, "'", "''") + "', 'x');", "a log with JSON in it", "", true, false},
	{"a form", "payload=" + url.QueryEscape(body), "text with %22 for a quote", "", true, false},
	{"XML", "<body>" + html.EscapeString(body) + "</body>", "text with &quot; for a quote", "", true, false},
	{"HTTPie", raw + "\n\nHTTP/1.1 400 Bad Request\n\nno\n", "an HTTP request", "", true, true},
	{"Python's pprint", strings.Replace(pythonDict, `Größe "L" it\'s`, "Größe \"L\" '\n            'it\\'s", 1), "a printed object", "", false, false},
	{"Java's Map", `Event: {id=evt_1Pabc, object=event, created=1795303216, data={object={id=ch_1, object=charge, description=Größe "L" it's, metadata={}}}, livemode=false, request=null, type=charge.refunded}`, "a printed object", "", false, false},
	{"Node's string", node(body), "a printed string", "", true, false},
	{"Node's error", "Error: it's no match\n    at verify (/app/server.js:20:35) {\n  header: '" + header + "',\n  payload: " + node(body) + "\n}\n", "a printed string", "", true, true},
	{"Python's bytes", "DEBUG body=" + pythonBytes(body), "a printed string", "", true, false},
	{"nginx", `1.2.3.4 - - "POST / HTTP/1.1" 400 "` + nginx(body) + `" "` + header + `"`, `a log with \x escapes`, "", true, true},
	{"rsyslog", "Nov 21 23:20:16 h app[1]: " + strings.ReplaceAll(body, "\n", "#012"), "a log of syslog", "", true, false},
	{"logfmt", `level=info body=` + quoted(body) + ` signature="` + header + `"`, "a printed string", "", true, true},
	{"escaped", "got " + strings.Trim(quoted(body), `"`), "escaped JSON", "", true, false},
	{"Rails", "Started POST \"/webhooks\"\n  Parameters: " + rubyHash + "}\nCompleted 400\n", "a printed object", "", false, false},
	{"Rails with wrapped parameters", "  Parameters: " + rubyHash + ", \"webhook\"=>" + rubyHash + "}}\n", "a printed object", "", false, false},
	{"Ruby 3.4", strings.ReplaceAll(rubyHash, "=>", " => ") + "}", "a printed object", "", false, false},
	{"Python's dict", "INFO:app:event " + pythonDict, "a printed object", "", false, false},
	{"PHP's var_export", varExport, "a printed object", "", false, false},
	{"PHP's var_dump", varDump, "a printed object", "", false, false},
	{"Ruby's Stripe::Event", "#<Stripe::Event:0x3fe id=evt_1Pabc> JSON: " + body, "a log with JSON in it", "", true, false},
	{"Java's Event", "<com.stripe.model.Event@1911728085 id=evt_1Pabc> JSON: " + body, "a log with JSON in it", "", true, false},
	{"Python's Event", "<Event event id=evt_1Pabc at 0x7f1> JSON: " + body, "a log with JSON in it", "", true, false},
	{"PHP's Event", "Stripe\\Event JSON: " + body, "a log with JSON in it", "", true, false},
	{"a log line", "2026-11-21T23:20:16Z INFO Stripe-Signature " + header + " body " + body, "a log with JSON in it", "", true, true},
	{"docker compose", "web-1  | " + strings.ReplaceAll(body, "\n", "\nweb-1  | "), "a log with a prefix before each line", "", true, false},
	{"Kubernetes", "2026-11-21T23:20:16.1Z stdout F " + strings.ReplaceAll(body, "\n", "\n2026-11-21T23:20:16.1Z stdout F "), "a log with a prefix before each line", "", true, false},
	{"Heroku", withPrefix("2026-11-21T23:20:16.000000+00:00 app[web.1]: "), "a log with a prefix before each line", "", true, false},
	{"kubectl --timestamps, where each line has its time", "2026-11-21T23:20:16.1Z " + strings.ReplaceAll(body, "\n", "\n2026-11-21T23:20:17.2Z "), "a log with a prefix before each line", "", true, false},
	{"Fly", withPrefix("2026-11-21T23:20:16Z app[d8a] ams [info]"), "a log with a prefix before each line", "", true, false},
	{"turbo", withPrefix("api:dev: "), "a log with a prefix before each line", "", true, false},
	{"concurrently", withPrefix("[0] "), "a log with a prefix before each line", "", true, false},
	{"a quote in Markdown", withPrefix("> "), "a log with a prefix before each line", "", true, false},
	{"an e-mail", email.Replace(body), "an e-mail", "", true, false},
	{"Go's []byte", "body=" + fmt.Sprint([]byte(body)), "a list of bytes", "", true, false},
	{"Java's signed bytes", "body: " + strings.ReplaceAll(signedBytes(), " ", ", "), "a list of bytes", "", true, false},
	{"journald's bytes", `{"MESSAGE":` + strings.ReplaceAll(fmt.Sprint([]byte(body)), " ", ",") + `}`, "a record of journald", "MESSAGE", true, false},
	{"hexdump -C", hex.Dump([]byte(body)), "a hex dump", "", true, false},
	{"xxd", xxd(), "a hex dump", "", true, false},
	{"Go's %x", "body=" + hex.EncodeToString([]byte(body)), "hexadecimal text", "", true, false},
	{"PostgreSQL's bytea", ` 1 | \x` + hex.EncodeToString([]byte(body)), "hexadecimal text", "", true, false},
	{"HAProxy", haproxy.Replace(body), "a log of HAProxy", "", true, false},
	{"Apache, which escapes line breaks alone", "dumpio: " + strings.ReplaceAll(body, "\n", `\n`), `a log with \n for a line break`, "", true, false},
	{"wget", "wget --header='Stripe-Signature: " + header + "' --post-data='" + strings.ReplaceAll(body, "'", `'\''`) + "' localhost", "text in a shell's quotes", "", true, true},
	{"PowerShell", "Invoke-WebRequest -Headers @{\"stripe-signature\"=\"" + header + "\"} -Body \"" + strings.NewReplacer("`", "``", `"`, "`\"", "\n", "`n").Replace(body) + "\"", "a PowerShell command", "", true, true},
	{"an editor's .http file", "POST http://localhost/webhook\nStripe-Signature: " + header + "\n\n" + body + "\n\n###\n", "an HTTP request", "", true, true},
	{"CloudWatch's subscription", `{"awslogs":{"data":"` + base64ed(zipped(`{"logEvents":[{"message":`+quoted(body)+`}]}`)) + `"}}`, "", "awslogs.data.logEvents[0].message", true, false},
	{"a data URL", "data:application/json;base64," + base64ed(body), "base64", "", true, false},
	{"Laravel's dump", "array:7 [\n  \"id\" => \"evt_1Pabc\"\n  \"object\" => \"event\"\n  \"created\" => 1795303216\n  \"data\" => array:1 [\n    \"object\" => array:4 [\n      \"id\" => \"ch_1\"\n      \"object\" => \"charge\"\n      \"description\" => \"Größe \\\"L\\\" it's\"\n      \"metadata\" => []\n    ]\n  ]\n  \"livemode\" => false\n  \"request\" => null\n  \"type\" => \"charge.refunded\"\n]", "a printed object", "", false, false},
	{"Elixir's map", "Parameters: " + strings.NewReplacer("=>", " => ", "{", "%{").Replace(rubyHash) + "}", "a printed object", "", false, false},
	{"base64", base64ed(body), "base64", "", true, false},
	{"curl", "curl localhost -H 'Stripe-Signature: " + header + "' --data-raw " + "'" + strings.ReplaceAll(body, "'", `'\''`) + "'", "a curl command", "", true, true},
	{"an HTTP request", raw, "an HTTP request", "", true, true},
}

// email is how quoted-printable writes it.
var email = strings.NewReplacer("ö", "=C3=B6", "ß", "=C3=9F", `"object": "charge"`, "\"object\": =\n\"charge\"")

var haproxy = strings.NewReplacer("\n", "#0A", `"`, "#22", "{", "#7B", "}", "#7D")

func withPrefix(prefix string) string { return prefix + strings.ReplaceAll(body, "\n", "\n"+prefix) }

func signedBytes() string {
	signed := make([]int8, len(body))
	for i := range signed {
		signed[i] = int8(body[i])
	}
	return fmt.Sprint(signed)
}

// xxd prints the event as xxd does.
func xxd() string {
	var out strings.Builder
	for line := range slices.Chunk([]byte(body), 16) {
		fmt.Fprintf(&out, "%08x: ", out.Len())
		for pair := range slices.Chunk(line, 2) {
			fmt.Fprintf(&out, "%x ", pair)
		}
		fmt.Fprintf(&out, " %s\n", bytes.Map(func(c rune) rune { return min(max(c, ' '), '~') }, line))
	}
	return out.String()
}

func zipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		panic(err)
	}
	return out.String()
}

func pythonBytes(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\\' || c == '\'':
			out.WriteString(`\` + string(rune(c)))
		case c < ' ' || c > '~':
			fmt.Fprintf(&out, `\x%02x`, c)
		default:
			out.WriteByte(c)
		}
	}
	return "b'" + out.String() + "'"
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, test := range found {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := capture.Find([]byte(test.text))
			require.Len(t, list, 1)
			r := list[0]
			if test.exact {
				require.Equal(t, body, string(r.Body))
			} else {
				require.JSONEq(t, strings.Replace(body, "{\n      }", "{}", 1), strings.Replace(string(r.Body), `"metadata":[]`, `"metadata":{}`, 1))
			}
			require.Equal(t, !test.exact, r.Parsed)
			require.Equal(t, test.path, r.Path)
			if test.form == "JSON" {
				test.form = ""
			}
			if test.form != "" {
				require.Equal(t, test.form, r.Form)
			}
			require.Equal(t, test.signed, r.IsSigned())
			if test.signed {
				require.Equal(t, header, r.Signature())
			}
		})
	}
}

// Of several deliveries in a log, each has the signature that stands on its lines.
func TestFindPairsSignatures(t *testing.T) {
	t.Parallel()
	other := strings.Replace(header, "0a0a", "0b0b", 1)
	list := capture.Find([]byte(`"` + nginx(body) + `" "` + header + "\"\r\n\"" + nginx(compact) + `" "` + other + "\"\r\n"))
	require.Len(t, list, 2)
	require.Equal(t, header, list[0].Signature())
	require.Equal(t, other, list[1].Signature())
}

// Nothing is found in what has no delivery.
func TestFindsNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "{}", "[]", "hello", "Dear Nora,", `{"id":"ch_1","object":"charge"}`, `{"object":"list","data":[]}`, "{'a': 1}", `{"log":{"entries":[]}}`,
		`{"specversion":"1.0","id":"evt_1","type":"charge.refunded","data":{"amount":1}}`, `{ id: 'evt_1', object: 'event', data: { object: [Object] } }`,
	} {
		require.Empty(t, capture.Find([]byte(text)), text)
	}
}

// A body that is no event is the body nevertheless, if a signature is beside it.
func TestFindsAnyBodyOfASignature(t *testing.T) {
	t.Parallel()
	list := capture.Find([]byte(`{"headers":{"Stripe-Signature":"` + header + `"},"body":"[object Object]"}`))
	require.Len(t, list, 1)
	require.Equal(t, "[object Object]", string(list[0].Body))
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		kind capture.Kind
		name string
	}{
		{body, capture.Event, ""},
		{`{"object": {"id": "ch_1"}, "previous_attributes": {}}`, capture.Data, "the data of an event"},
		{`{"id": "ch_1", "object": "charge"}`, capture.Object, "a bare object of the kind charge"},
		{`{"object": "list", "data": [` + body + `]}`, capture.List, "a list of 1"},
		{`{"object": "search_result", "data": []}`, capture.List, "a list of 0"},
		{`[` + body + `,` + body + `]`, capture.List, "a list of 2"},
		{`{"payload":` + compact + `}`, capture.Envelope, "JSON with an event at payload"},
		{`{"detail-type":"x","detail":` + compact + `}`, capture.Envelope, "an EventBridge event with an event at detail"},
		{`{"id":1,"payload":` + compact + "}\n" + `{"id":2,"payload":` + compact + "}\n", capture.Envelope, "a log with JSON in it with an event at payload"},
		{quoted(body), capture.Envelope, "JSON with an event in it"},
		{`{"id": 1}`, capture.Other, ""},
		{`{}`, capture.Other, ""},
		{`nothing`, capture.Other, ""},
	}
	for _, test := range tests {
		kind, name := capture.KindOf([]byte(test.text))
		require.Equal(t, test.kind, kind, test.text)
		require.Equal(t, test.name, name, test.text)
	}
}

// FuzzFind ends, whatever the text, and finds places that are in it.
func FuzzFind(f *testing.F) {
	for _, test := range found {
		f.Add([]byte(test.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 64<<10 {
			return // a fuzzer has better things to do
		}
		for _, r := range capture.Find(text) {
			require.GreaterOrEqual(t, r.Start, 0)
			require.LessOrEqual(t, r.Start, len(text))
			_ = r.Signature()
		}
		_, _ = capture.KindOf(text)
	})
}

// Searches are bounded, whatever the text.
func TestFindIsBounded(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	repeat := func(text string, times int) string { return strings.Repeat(text, realpart.Times(times, 10)) }
	for name, text := range map[string]string{
		"openings":     repeat("{", 1<<17),
		"lists":        repeat("[", 1<<17),
		"objects":      repeat(`{"a":`, 1<<15),
		"quotes":       repeat(`'{`, 1<<15),
		"arrays":       repeat("array (", 1<<15),
		"escapes":      repeat(`\x22{`, 1<<15),
		"dumps":        repeat(`array(1) {`, 1<<14),
		"short values": "[" + repeat("0,", 1<<17) + "0]",
		"strings":      repeat(`"{" `, 1<<17),
		"buffers":      repeat(`<Buffer 7b 22>`, 1<<12),
		"wrapped rows": repeat("{+\n | ", 1<<13),
		"SQL":          repeat(`('{"a":"it''s"}'), `, 1<<12),
		"percent":      repeat(`%7B%22`, 1<<13),
	} {
		require.Empty(t, capture.Find([]byte(text)), name)
	}
}
