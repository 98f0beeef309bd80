package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

const testSecret = "whsec_NJ4TfXm2cQpR8sVb1LwYd7Ka9GzHeU3o"

// epoch is the time in tests, whose results must not depend on the day.
var epoch = time.Date(2026, time.November, 21, 23, 20, 16, 0, time.UTC)

// bubble runs a test in which it is the epoch, for judges that ask the clock.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(epoch))
		test(t)
	})
}

// newEvent returns an event that is the same in each run.
func newEvent(t testing.TB, eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	source := webhooktest.Source{Seed: 42, Now: func() time.Time { return epoch }}
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return event
}

// richEvent has what JSON libraries spell differently: other scripts, an emoji,
// HTML, slashes, U+2028, a decimal that is whole, an empty object and an empty list.
func richEvent(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/event.json")
	require.NoError(t, err)
	return body
}

// diagnose verifies a delivery that arrived two seconds after epoch.
func diagnose(t testing.TB, r verify.Received) *verify.Verification {
	t.Helper()
	if r.At.IsZero() {
		r.At = epoch.Add(2 * time.Second)
	}
	if r.Secrets == nil {
		r.Secrets = []string{testSecret}
	}
	v, err := verify.Verify(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, len(v.Findings) == 0, v.Valid, "valid is what nothing is wrong with")
	for _, f := range v.Findings {
		require.NotEmpty(t, f.ID)
		require.NotEmpty(t, f.Problem, f.ID)
		require.NotEmpty(t, f.Cause, f.ID)
		require.NotEmpty(t, f.Fix, f.ID)
	}
	for _, secret := range r.Secrets {
		said, err := json.Marshal(v)
		require.NoError(t, err)
		if len(secret) > 8 {
			require.NotContains(t, string(said)+v.String(), secret, "secrets are never printed")
		}
	}
	return v
}

// foundIn is what was found, in order.
func foundIn(v *verify.Verification) string {
	found := make([]string, len(v.Findings))
	for i, f := range v.Findings {
		found[i] = f.ID
	}
	return strings.Join(found, " ")
}

// judged holds the bytes that Verify says were signed against stripe-go.
func judged(t testing.TB, v *verify.Verification, secret string) {
	t.Helper()
	require.NotNil(t, v.Original, "%s", v)
	header := webhooktest.Sign(v.Original, v.Signed, secret)
	_, err := webhook.ConstructEventIgnoringTolerance(v.Original, header, secret)
	require.NoError(t, err)
}

func TestGenuine(t *testing.T) {
	t.Parallel()
	body := richEvent(t)
	header := webhooktest.Sign(body, epoch, testSecret)
	v := diagnose(t, verify.Received{Signature: header, Body: body})
	require.True(t, v.Valid, "%s", v)
	require.Equal(t, 1, v.Secret)
	require.Equal(t, epoch, v.Signed)
	require.Equal(t, 2*time.Second, v.Age)
	require.Equal(t, body, v.Original)
	require.Nil(t, v.Difference)
	require.Equal(t, 1, v.Tried)
	_, err := webhook.ConstructEventIgnoringTolerance(body, header, testSecret)
	require.NoError(t, err)
}

// What a valid delivery has that handlers trip over is in the notes.
func TestNotes(t *testing.T) {
	t.Parallel()
	plain := newEvent(t, "payment_intent.succeeded").Body()
	signed := func(body []byte, secrets ...string) string {
		return webhooktest.Sign(body, epoch, append(secrets, testSecret)...)
	}
	compacted := new(bytes.Buffer)
	require.NoError(t, json.Compact(compacted, plain))
	old := newEvent(t, "payment_intent.succeeded", webhooktest.Set("created", epoch.Add(-72*time.Hour))).Body()
	padded := bytes.Replace(plain, []byte(`"metadata": {`), []byte(`"metadata": {"padding": "`+strings.Repeat("x", 70<<10)+`",`), 1)
	tests := []struct {
		name, want string
		r          verify.Received
	}{
		{"rolled secret", "the header has 2 v1 signatures, as while a secret is rolled, and number 2 matches", verify.Received{Signature: signed(plain, "whsec_old"), Body: plain}},
		{"several secrets", "secret 2 of 3 matches", verify.Received{Signature: signed(plain), Body: plain, Secrets: []string{"whsec_a", testSecret, "whsec_b"}}},
		{"decoy", "besides t and v1, the header has v0, which handlers must ignore", verify.Received{Signature: signed(plain) + ",v0=" + strings.Repeat("ab", 32), Body: plain}},
		{"other scripts", "the body has 14 bytes outside ASCII", verify.Received{Signature: signed([]byte("\"Zoë 東京 😀 ü\"")), Body: []byte("\"Zoë 東京 😀 ü\"")}},
		{"no event", "the signed body is not an event", verify.Received{Signature: signed([]byte("null")), Body: []byte("null")}},
		{"not UTF-8", "the body is not UTF-8", verify.Received{Signature: signed([]byte("\"\xff\"")), Body: []byte("\"\xff\"")}},
		{"CR LF", "the body has Windows line endings", verify.Received{Signature: signed([]byte("{\r\n}")), Body: []byte("{\r\n}")}},
		{"final line break", "the body ends with a line break, which is signed too", verify.Received{Signature: signed(append(plain[:len(plain):len(plain)], '\n')), Body: append(plain[:len(plain):len(plain)], '\n')}},
		{"not Stripe's layout", "the signed body is not laid out as Stripe lays out events", verify.Received{Signature: signed(compacted.Bytes()), Body: compacted.Bytes()}},
		{"large", "exceeds a common limit (64 KiB, from Stripe's sample for Go)", verify.Received{Signature: signed(padded), Body: padded}},
		{"resent", "the event was created 3 days before it was signed", verify.Received{Signature: signed(old), Body: old}},
		{"a test's id", "the event has an id like those of tests", verify.Received{Signature: signed([]byte(`{"id":"evt_00000000000000"}`)), Body: []byte(`{"id":"evt_00000000000000"}`)}},
		{"async crypto", "constructEventAsync", verify.Received{Signature: signed(plain), Body: plain}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, test.r)
			require.True(t, v.Valid, "%s", v)
			require.Contains(t, strings.Join(v.Notes, "\n"), test.want)
		})
	}
}

func TestQuietAboutAPlainDelivery(t *testing.T) {
	t.Parallel()
	body := newEvent(t, "payment_intent.succeeded").Body()
	v := diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, testSecret), Body: body})
	require.Len(t, v.Notes, 1, "only that the handler may be at fault")
}

// Thin events have a layout of their own: as the documentation shows them, or without white
// space. Nothing is said of either, and another secret is the first thing suspected. The
// search for that one is long: only the gate has time for all.
func TestThinEventsAreStripes(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	few := racetest.Enabled || os.Getenv("FAKESTRIPE_THOROUGH") == ""
	for i, eventType := range fixtures.ThinTypes() {
		shown := newEvent(t, eventType).Body()
		compacted := new(bytes.Buffer)
		require.NoError(t, json.Compact(compacted, shown))
		for layout, body := range [][]byte{shown, compacted.Bytes()} {
			v := diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, testSecret), Body: body})
			require.True(t, v.Valid, "%s: %s", eventType, v)
			require.Len(t, v.Notes, 1, "%s: only that the handler may be at fault: %q", eventType, v.Notes)
			if i%2 != layout || few && i%15 > 0 {
				continue
			}
			v = diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, "whsec_another"), Body: body})
			require.Equal(t, "other-secret", v.Findings[0].ID, "%s: %s", eventType, v)
		}
	}
	body := bytes.ReplaceAll(newEvent(t, "v1.charge.refunded").Body(), []byte("  "), []byte("\t"))
	v := diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, testSecret), Body: body})
	require.Contains(t, strings.Join(v.Notes, "\n"), "not laid out as Stripe")
}

// No symptom stands in a genuine event: with another secret that is the first thing
// suspected, and with the right one nothing is said of the body. It is so for every type, in
// every train's shape, with metadata in any order, text in any alphabet and questions.
func TestGenuineEventsAreStripes(t *testing.T) {
	t.Parallel()
	step := 200 // the search for a secret is long
	switch {
	case testing.Short():
		step = 500
	case os.Getenv("FAKESTRIPE_THOROUGH") != "" && !racetest.Enabled:
		step = 8 // of each train others, so that each type is among them
	}
	asked := json.RawMessage(`{"user_id":"7","plan":"Größe? L","note":"Ready? go?? yes?no [FILTERED] �","pin":"***","order_id":"17"}`)
	for offset, version := range append([]string{fixtures.DefaultVersion, "acacia"}, fixtures.Trains()...) {
		source := webhooktest.Source{Seed: 5, APIVersion: version, Now: func() time.Time { return epoch }}
		name, err := fixtures.FindVersion(version)
		require.NoError(t, err)
		for i, eventType := range fixtures.Types(name) {
			if (i+offset)%step > 0 {
				continue
			}
			event, err := source.Event(eventType)
			require.NoError(t, err)
			if edited, err := event.Edit(webhooktest.Set("data.object.metadata", asked)); err == nil && i%2 == 0 {
				event = edited
			}
			v := diagnose(t, verify.Received{Signature: webhooktest.Sign(event.Body(), epoch, testSecret), Body: event.Body()})
			require.True(t, v.Valid, "%s at %s: %s", eventType, name, v)
			for _, note := range v.Notes {
				require.NotContains(t, note, "not laid out", "%s at %s", eventType, name)
			}
			v = diagnose(t, verify.Received{Signature: webhooktest.Sign(event.Body(), epoch, "whsec_another"), Body: event.Body()})
			require.Equal(t, "other-secret", v.Findings[0].ID, "%s at %s: %s", eventType, name, v)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	body := newEvent(t, "payment_intent.succeeded").Body()
	tests := []struct {
		name      string
		age       time.Duration
		tolerance time.Duration
		want      string // the finding
		problem   string
	}{
		{"just in time", 5 * time.Minute, 0, "", ""},
		{"a moment too late", 5*time.Minute + time.Millisecond, 0, "too-old", "made 5m0s before"},
		{"hours", 3*time.Hour + 12*time.Minute, 0, "too-old", "made 3h12m before the delivery was received, and the tolerance is 5m0s"},
		{"a month", 26 * 24 * time.Hour, 0, "too-old", "made 26 days before"},
		{"a wider tolerance", time.Hour, 2 * time.Hour, "", ""},
		{"age is not judged", 24 * time.Hour, -1, "", ""},
		{"a little ahead", -time.Minute, 0, "", ""},
		{"the future", -time.Hour, 0, "in-the-future", "dated in the future: 1h0m after"},
		{"the future, not judged", -time.Hour, -1, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, verify.Received{
				Signature: webhooktest.Sign(body, epoch, testSecret), Body: body,
				At: epoch.Add(test.age), Tolerance: test.tolerance,
			})
			require.Equal(t, test.want, foundIn(v))
			require.Equal(t, body, v.Original, "the signature itself is right")
			require.Equal(t, 1, v.Secret)
			if test.problem != "" {
				require.Contains(t, v.Findings[0].Problem, test.problem)
				require.Contains(t, v.String(), "the signature itself is right")
			}
		})
	}
}

// A delivery that is old and has another fault gets both findings.
func TestTwoFaults(t *testing.T) {
	t.Parallel()
	body := newEvent(t, "payment_intent.succeeded").Body()
	v := diagnose(t, verify.Received{
		Signature: webhooktest.Sign(body, epoch, testSecret), Body: append(bytes.Clone(body), '\n'),
		At: epoch.Add(time.Hour), Secrets: []string{testSecret + "\n"},
	})
	require.Equal(t, "secret-line-break newline-added too-old", foundIn(v))
}

func TestDifference(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	body := richEvent(t)
	received := bytes.Replace(body, []byte("Zoë"), []byte(`Zo\u00eb`), 1)
	v := diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, testSecret), Body: bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))})
	require.Equal(t, &verify.Difference{
		Offset: 1, Line: 1, Column: 2, Signed: "\n  \"id\": \"evt_33Mxn8nwAjhER0hoUMfwK8…", Received: "\r\n  \"id\": \"evt_33Mxn8nwAjhER0hoUMfwK…",
		SignedBytes: len(body), ReceivedBytes: len(body) + bytes.Count(body, []byte("\n")),
	}, v.Difference)

	v = diagnose(t, verify.Received{Signature: webhooktest.Sign(received, epoch, testSecret), Body: body})
	require.Nil(t, v.Original, "one escape among raw text is nobody's spelling")
	require.Nil(t, v.Difference)
}

// What is shown of a body holds no secrets.
func TestMasksExcerpts(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"whsec_", "sk_test_", "rk_live_", "pi_1_secret_"} {
		signed := []byte(`{"key": "` + prefix + `0123456789abcdef", "x": 1}`)
		v := diagnose(t, verify.Received{Signature: webhooktest.Sign(signed, epoch, testSecret), Body: bytes.ReplaceAll(signed, []byte(" "), nil)})
		require.NotNil(t, v.Difference, prefix)
		require.Contains(t, v.Difference.Signed, prefix+"****************")
		require.NotContains(t, v.String(), "0123456789abcdef")
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][]string{"none": nil, "an empty one": {"whsec_1", ""}} {
		_, err := verify.Verify(t.Context(), verify.Received{Secrets: secrets})
		require.EqualError(t, err, "no signing secret to verify with: give the endpoint's, which begins with whsec_", name)
	}
	_, err := verify.Verify(t.Context(), verify.Received{Secrets: []string{"sk_live_123"}})
	require.EqualError(t, err, "the signing secret is a live API key: give the endpoint's secret, which begins with whsec_")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = verify.Verify(ctx, verify.Received{Signature: "t=1,v1=00", Secrets: []string{"whsec_1"}})
	require.ErrorIs(t, err, context.Canceled)
}

// The request's header is evidence, and says how the body came over the wire.
func TestWithTheRequest(t *testing.T) {
	t.Parallel()
	body := newEvent(t, "payment_intent.succeeded").Body()
	compacted := new(bytes.Buffer)
	require.NoError(t, json.Compact(compacted, body))
	header := webhooktest.Sign(body, epoch, testSecret)
	length := func(n int) http.Header { return http.Header{"Content-Length": {strconv.Itoa(n)}} }

	v := diagnose(t, verify.Received{Signature: header, Body: compacted.Bytes(), Header: length(len(body))})
	require.Contains(t, strings.Join(v.Notes, "\n"), "it arrived intact, and the receiver changed it")

	v = diagnose(t, verify.Received{Signature: header, Body: compacted.Bytes(), Header: length(compacted.Len())})
	require.Contains(t, strings.Join(v.Notes, "\n"), "a proxy or the sender changed it before it arrived")

	v = diagnose(t, verify.Received{Signature: header, Body: body[:1000], Header: length(len(body))})
	require.Contains(t, v.Findings[0].Problem, `ends in the middle of its JSON, after 1000 bytes (Content-Length says "`+strconv.Itoa(len(body))+`")`)

	chunked := []byte("5\r\n" + string(body[:5]) + "\r\n" + strconv.FormatInt(int64(len(body)-5), 16) + ";x=y\n" + string(body[5:]) + "\n0\r\n\r\n")
	v = diagnose(t, verify.Received{Signature: header, Body: chunked, Header: http.Header{"Transfer-Encoding": {"chunked"}}})
	require.True(t, v.Valid, "chunks are how HTTP sends bodies: %s", v)
	v = diagnose(t, verify.Received{Signature: header, Body: chunked})
	require.Equal(t, "chunked", foundIn(v), "but not how handlers get them")
}

// Work and memory are bounded, whatever the body.
func TestBounds(t *testing.T) {
	if racetest.Enabled {
		t.Skip("the race detector makes hashing megabytes slow")
	}
	realpart.Gate(t)
	deep := strings.Repeat("[", 9999) + strings.Repeat("]", 9999)
	tests := []struct {
		name, body string
		complete   bool
	}{
		{"above 8 MiB", `{"a":"` + strings.Repeat("x", 9<<20) + `"}`, true},
		{"many values", "[" + strings.Repeat("0,", 2<<20) + "0]", true},
		{"many values, nested deeply", strings.Repeat("[", 5000) + strings.Repeat("0,", 100<<10) + "0" + strings.Repeat("]", 5000), true},
		{"nested deeply", deep, true},
		{"nested too deeply", strings.Repeat("[", 1<<20), true},
		{"a bomb", gzipped(t, make([]byte, 64<<20)), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := diagnose(t, verify.Received{Signature: webhooktest.Sign([]byte("other"), epoch, testSecret), Body: []byte(test.body)})
			require.False(t, v.Valid)
			require.Nil(t, v.Original)
		})
	}
	large := []byte(`{"a":"` + strings.Repeat("x", 9<<20) + "\"}\n")
	v := diagnose(t, verify.Received{Signature: webhooktest.Sign(large[:len(large)-1], epoch, testSecret), Body: large})
	require.Equal(t, "newline-added", foundIn(v), "the cheap tries are for every size")
}
