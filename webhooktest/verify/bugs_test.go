package verify_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// A handlerBug is a bug of real handlers, and what Verify says when it is given
// what such a handler has in its hands when it verifies, or lets through.
type handlerBug struct {
	id, name string
	r        verify.Received
	want     string // the findings; none: the delivery is right, the handler is not
	note     string // what the notes say to that
}

// TestExplainsHandlerBugs goes through the catalog of bugs with the
// signature (B01 to B16) and the body (B20 to B28). B14, a comparison that takes
// longer the more is right, leaves no trace in bytes.
func TestExplainsHandlerBugs(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, bug := range realpart.Sample(append(signatureBugs(t), bodyBugs(t)...), 3) {
		t.Run(bug.id+" "+bug.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, bug.r)
			require.Equal(t, bug.want, foundIn(v), "%s", v)
			require.Contains(t, strings.Join(v.Notes, "\n"), bug.note)
		})
	}
}

func signatureBugs(t *testing.T) []handlerBug {
	event := newEvent(t, "payment_intent.succeeded").Body()
	old := newEvent(t, "payment_intent.succeeded", webhooktest.Set("created", epoch.Add(-96*time.Hour))).Body()
	signed := func(secrets ...string) string { return webhooktest.Sign(event, epoch, secrets...) }
	withID := func(id string) []byte {
		return newEvent(t, "payment_intent.succeeded", webhooktest.Set("id", id)).Body()
	}
	stamp, v1, _ := strings.Cut(signed(testSecret), ",")
	const other = "whsec_otherotherotherotherotherother"
	received := func(signature string) verify.Received {
		return verify.Received{Signature: signature, Body: event}
	}
	return []handlerBug{
		{"B01", "no check: an unsigned event got in", received(""), "unsigned", ""},
		{"B02", "a check only when there is a header", received(" "), "unsigned", ""},
		{"B03", "an empty secret accepts what anybody signs", received(signed("")), "signed-with-empty-secret", ""},
		{"B04", "a secret that stands in the source", received(signed("whsec_mock_secret")), "signed-with-public-secret", ""},
		{"B05", "the refusal is not acted on", received(signed(other)), "other-secret", ""},
		{"B06", "a bypass for ids of tests", verify.Received{Body: withID("evt_test_webhook")}, "unsigned", "verify it like any other"},
		{"B06", "a bypass for the old test event", verify.Received{Body: withID("evt_00000000000000")}, "unsigned", "verify it like any other"},
		{"B07", "the secret is taken from the request", verify.Received{
			Signature: signed("whsec_of_the_forger"), Body: event, Header: http.Header{"X-Djstripe-Webhook-Secret": {"whsec_of_the_forger"}},
		}, "signed-with-secret-in-request", ""},
		{"B08", "2xx for a missing signature", received(""), "unsigned", ""},
		{"B09", "only the first v1 is read", received(signed(other, testSecret)), "", "the header has 2 v1 signatures, as while a secret is rolled, and number 2 matches"},
		{"B09", "only the last v1 is read", received(signed(testSecret, other)), "", "the header has 2 v1 signatures, as while a secret is rolled, and number 1 matches"},
		{"B10", "v0 is accepted", received(stamp + "," + strings.Replace(v1, "v1", "v0", 1)), "wrong-scheme", ""},
		{"B10", "a decoy is accepted", received(stamp + ",v0=" + strings.Repeat("00", 32)), "no-v1", ""},
		{"B11", "age is not looked at", verify.Received{Signature: signed(testSecret), Body: event, At: epoch.Add(24 * time.Hour)}, "too-old", ""},
		{"B12", "the future is accepted", verify.Received{Signature: signed(testSecret), Body: event, At: epoch.Add(-time.Hour)}, "in-the-future", ""},
		{"B13", "age is judged by created", verify.Received{Signature: webhooktest.Sign(old, epoch, testSecret), Body: old}, "", "the event was created 4 days before it was signed, as when it is resent or retried: only t determines its age"},
		{"B13", "the inverse: signed as of created", verify.Received{Signature: webhooktest.Sign(old, epoch.Add(-96*time.Hour), testSecret), Body: old}, "too-old", ""},
		{"B15", "the prefix is taken off", verify.Received{Signature: signed(testSecret), Body: event, Secrets: []string{strings.TrimPrefix(testSecret, "whsec_")}}, "secret-without-prefix", ""},
		{"B15", "decoded, as Standard Webhooks do", verify.Received{Signature: signed(testSecret), Body: event, Secrets: []string{decoded(t, testSecret)}}, "secret-base64-decoded", ""},
		{"B16", "another endpoint's secret", verify.Received{Signature: signed(testSecret), Body: event, Secrets: []string{other}}, "other-secret", ""},
		{"B16", "several endpoints on one URL", verify.Received{Signature: signed(testSecret), Body: event, Secrets: []string{other, testSecret}}, "", "secret 2 of 2 matches"},
	}
}

func decoded(t *testing.T, secret string) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	require.NoError(t, err)
	return string(key)
}

func bodyBugs(t *testing.T) []handlerBug {
	event := newEvent(t, "customer.updated", webhooktest.Set("data.object.name", "Zoë Grüßgott, 東京")).Body()
	large := newEvent(t, "customer.updated", webhooktest.Add("data.object.metadata.padding", strings.Repeat("x", 70_000))).Body()
	decimals := newEvent(t, "customer.updated", webhooktest.Add("data.object.percent_off", json.RawMessage("25.0"))).Body()
	var parsed any
	require.NoError(t, json.Unmarshal(event, &parsed))
	reserialized, err := json.Marshal(parsed)
	require.NoError(t, err)
	of := func(signed, received []byte) verify.Received {
		return verify.Received{Signature: webhooktest.Sign(signed, epoch, testSecret), Body: received}
	}
	replaced := func(pattern, replacement string, body []byte) []byte {
		return regexp.MustCompile(pattern).ReplaceAll(body, []byte(replacement))
	}
	compacted := new(bytes.Buffer)
	require.NoError(t, json.Compact(compacted, event))
	latin := new(bytes.Buffer)
	for _, b := range event {
		latin.WriteRune(rune(b))
	}
	const asLiteral = `b'{"id": "evt_1",\n "name": "Zo\xc3\xab", "it\'s": "\\"}'`
	crlf := replaced("\n", "\r\n", event)
	newline := append(bytes.Clone(event), '\n')
	return []handlerBug{
		{"B20", "parsed and written again", of(event, reserialized), "json-marshal", ""},
		{"B20", "JSON.stringify", of(event, compacted.Bytes()), "json-stringify", ""},
		{"B20", "a body that is signed in another layout is formatted", of(compacted.Bytes(), event), "indent-2", "It must sign the exact bytes that it sends"},
		{"B20", "escapes are decoded", of(mustEscape(t, event), event), "indent-2", ""},
		{"B20", "slashes are unescaped", of([]byte("{\n\n\"a\":\t\"\\/\"}"), []byte("{\n\n\"a\":\t\"/\"}")), "escapes-decoded", ""},
		{"B20", "numbers are normalized", of(decimals, replaced(`25\.0`, "25", decimals)), "indent-2", ""},
		{"B20", "white space at the end is trimmed", of(newline, event), "newline-dropped", ""},
		{"B21", "lines are joined", of(event, replaced("\r?\n", "", event)), "newlines-dropped", ""},
		{"B21", "text mode: CR LF becomes LF", of(crlf, event), "lf", ""},
		{"B22", "taken for Latin-1", of(event, latin.Bytes()), "mojibake", ""},
		{"B22", "what is no ASCII is a question mark", of(event, replaced("[^\x00-\x7f]", "?", event)), "other-secret replaced-characters", ""},
		{"B22", "the repr of bytes", of([]byte("{\"id\": \"evt_1\",\n \"name\": \"Zoë\", \"it's\": \"\\\"}"), []byte(asLiteral)), "bytes-literal", ""},
		{"B22", "right bytes that such a handler refuses", of(event, event), "", "the body has 12 bytes outside ASCII"},
		{"B23", "a length in characters", of(event, event[:utf8.RuneCount(event)]), "cut-in-characters", ""},
		{"B24", "base64 of a gateway", of(event, base64.StdEncoding.AppendEncode(nil, event)), "base64", ""},
		{"B24", "a mapping template", of(event, []byte(`{"body": `+compacted.String()+`, "params": {}}`)), "json-stringify envelope", ""},
		{"B24", "body in the place of rawBody", of(event, []byte(`{"isBase64Encoded": false, "body": `+quotedJSON(t, event)+`}`)), "envelope", ""},
		{"B25", "synchronous verification on Workers", of(event, event), "", "constructEventAsync"},
		{"B26", "the body was read before", of(event, nil), "empty", ""},
		{"B26", "the body was never parsed", of(event, []byte("{}")), "not-the-body", ""},
		{"B26", "the object in the place of the body", of(event, []byte("[object Object]")), "not-the-body", ""},
		{"B27", "cut at 64 KiB", of(large, large[:64<<10]), "cut", ""},
		{"B27", "refused as too large", of(large, large), "", "exceeds a common limit (64 KiB, from Stripe's sample for Go)"},
		{"B28", "read without a limit", of(event, bytes.Repeat([]byte(" "), 9<<20)), "empty", ""},
	}
}

func quotedJSON(t *testing.T, body []byte) string {
	t.Helper()
	quoted, err := json.Marshal(string(body))
	require.NoError(t, err)
	return string(quoted)
}
