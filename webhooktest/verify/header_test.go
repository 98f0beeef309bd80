package verify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	body := newEvent(t, "payment_intent.succeeded").Body()
	genuine := webhooktest.Sign(body, epoch, testSecret)
	stamp, v1, _ := strings.Cut(genuine, ",")
	digits := strings.TrimPrefix(v1, "v1=")
	digest, err := hex.DecodeString(digits)
	require.NoError(t, err)
	earlier := webhooktest.Sign(body, epoch.Add(-time.Minute), testSecret)
	tests := []struct {
		name, header string
		want         string
		proven       bool // the signature matches all the same
	}{
		{"genuine", genuine, "", true},
		{"v1 first", v1 + "," + stamp, "", true},
		{"an unknown scheme", genuine + ",v2=" + digits + ",foo=bar", "", true},
		{"another v1 that is not hexadecimal", stamp + ",v1=zzz," + v1, "", true},
		{"its name", "Stripe-Signature: " + genuine, "header-name", true},
		{"its name in CGI", "HTTP_STRIPE_SIGNATURE=" + genuine, "header-name", true},
		{"URL-encoded", url.QueryEscape(genuine), "header-url-encoded", true},
		{"a list", "['" + genuine + "']", "header-list header-quoted", true},
		{"a list of JSON", `["` + genuine + `"]`, "header-list header-quoted", true},
		{"Go's list", "[" + genuine + "]", "header-list", true},
		{"quoted", `"` + genuine + `"`, "header-quoted", true},
		{"Python's bytes", "b'" + genuine + "'", "header-quoted", true},
		{"a space after the comma", stamp + ", " + v1, "header-spaces", true},
		{"a line break at the end", genuine + "\n", "header-spaces", true},
		{"a space for the comma", stamp + " " + v1, "header-separators", true},
		{"a semicolon", stamp + ";" + v1, "header-separators", true},
		{"an ampersand", stamp + "&" + v1, "header-separators", true},
		{"two lines", stamp + "\n" + v1, "header-separators", true},
		{"a JavaScript object", "{t: '" + strings.TrimPrefix(stamp, "t=") + "', v1: '" + digits + "'}", "header-list header-quoted header-colons header-spaces", true},
		{"keys in upper case", strings.ToUpper(stamp) + ",V1=" + digits, "header-key-case", true},
		{"digits in upper case", stamp + ",v1=" + strings.ToUpper(digits), "upper-case-digits", true},
		{"base64", stamp + ",v1=" + base64.StdEncoding.EncodeToString(digest), "header-base64-digest", true},
		{"base64 without padding", stamp + ",v1=" + base64.RawURLEncoding.EncodeToString(digest), "header-base64-digest", true},
		{"a fraction of a second", stamp + ".000," + v1, "header-timestamp", true},
		{"a date", "t=2026-11-21T23:20:16Z," + v1, "header-timestamp", true},
		{"a trailing comma", genuine + ",", "header-odd-elements", true},
		{"an empty v1", stamp + ",v1=," + v1, "header-odd-elements", true},
		{"padding in another scheme", genuine + ",v2=abc=", "header-odd-elements", true},
		{"two, joined", earlier + ", " + genuine, "header-spaces header-joined", true},
		{"two, joined, the first of this body", genuine + "," + earlier, "header-joined", true},
		{"under v0", stamp + ",v0=" + digits, "wrong-scheme", true},
		{"under v2", stamp + ",v2=" + digits, "wrong-scheme", true},
		{"cut", genuine[:len(genuine)-32], "cut-digest", true},
		{"lengthened", genuine + "00", "long-digest", true},
		{"none", "", "unsigned", false},
		{"blank", "  ", "unsigned", false},
		{"undefined", "undefined", "unsigned", false},
		{"only the timestamp", stamp, "header-cut", false},
		{"only the digest", digits, "header-no-timestamp", false},
		{"only v1", v1, "header-no-timestamp", false},
		{"an empty timestamp", "t=," + v1, "header-no-timestamp", false},
		{"a timestamp in words", "t=now," + v1, "header-bad-timestamp", false},
		{"a decoy alone", stamp + ",v0=" + strings.Repeat("ab", 32), "no-v1", false},
		{"GitHub's", "sha256=" + digits, "header-github", false},
		{"Svix'", "v1," + base64.StdEncoding.EncodeToString(digest), "header-svix", false},
		{"garbage", "garbage", "header-garbage", false},
		{"too long", strings.Repeat("t=1,", 10_000), "header-garbage", false},
		{"many timestamps", strings.Repeat("t=1,", 1000) + "v1=" + strings.Repeat("ab", 32), "header-joined other-secret too-old", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, verify.Received{Signature: test.header, Body: body})
			require.Equal(t, test.want, foundIn(v), "%s", v)
			require.Equal(t, test.proven, v.Original != nil)
			if v.Valid {
				require.NoError(t, webhook.ValidatePayloadIgnoringTolerance(body, test.header, testSecret))
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	body := newEvent(t, "payment_intent.succeeded").Body()
	const listen = "whsec_" + "3b1f0c9d3b1f0c9d3b1f0c9d3b1f0c9d3b1f0c9d3b1f0c9d3b1f0c9d3b1f0c9d"
	key, err := base64.StdEncoding.DecodeString("NJ4TfXm2cQpR8sVb1LwYd7Ka9GzHeU3o")
	require.NoError(t, err)
	bare := strings.TrimPrefix(testSecret, "whsec_")
	tests := []struct {
		name   string
		signed string // with this key
		given  []string
		want   string
		secret int // that is right
	}{
		{"the first of two", testSecret, []string{testSecret, "whsec_b"}, "", 1},
		{"a line break", testSecret, []string{testSecret + "\n"}, "secret-line-break", 1},
		{"a Windows line break", testSecret, []string{testSecret + "\r\n"}, "secret-line-break", 1},
		{"a space before it", testSecret, []string{" " + testSecret}, "secret-white-space", 1},
		{"a non-breaking space", testSecret, []string{testSecret + "\u00a0"}, "secret-white-space", 1},
		{"a mark of a web page", testSecret, []string{"\ufeff" + testSecret + "\u200b"}, "secret-white-space", 1},
		{"quotes", testSecret, []string{`"` + testSecret + `"`}, "secret-quotes", 1},
		{"single quotes", testSecret, []string{"'" + testSecret + "'"}, "secret-quotes", 1},
		{"typographic quotes", testSecret, []string{"“" + testSecret + "”"}, "secret-quotes", 1},
		{"backslash n", testSecret, []string{testSecret + `\n`}, "secret-escaped-line-break", 1},
		{"a line of a .env file", testSecret, []string{"STRIPE_WEBHOOK_SECRET=" + testSecret}, "secret-assignment", 1},
		{"a line with export and quotes", testSecret, []string{`export SECRET="` + testSecret + `"`}, "secret-assignment", 1},
		{"a comma", testSecret, []string{testSecret + ","}, "secret-punctuation", 1},
		{"no prefix", testSecret, []string{bare}, "secret-without-prefix", 1},
		{"the prefix twice", testSecret, []string{"whsec_" + testSecret}, "secret-double-prefix", 1},
		{"decoded", testSecret, []string{string(key)}, "secret-base64-decoded", 1},
		{"base64 of it", testSecret, []string{base64.StdEncoding.EncodeToString([]byte(testSecret))}, "secret-base64-encoded", 1},
		{"base64 of echo", testSecret, []string{"whsec_x", base64.StdEncoding.EncodeToString([]byte(testSecret + "\n"))}, "secret-base64-encoded", 2},
		{"URL-encoded", "whsec_a+b/c=d", []string{"whsec_a%2Bb%2Fc%3Dd"}, "secret-url-encoded", 1},
		{"upper case", listen, []string{strings.ToUpper(listen)}, "secret-upper-case", 1},
		{"pasted twice", testSecret, []string{testSecret + testSecret}, "secret-doubled", 1},
		{"a signer without the prefix", bare, []string{testSecret}, "signed-without-prefix", 1},
		{"a signer that decodes", string(key), []string{testSecret}, "signed-base64-decoded", 1},
		{"a signer in lower case", strings.ToLower(testSecret), []string{testSecret}, "signed-lower-case", 1},
		{"a signer with a line break", testSecret + "\n", []string{testSecret}, "signed-line-break", 1},
		{"a signer with quotes", "'" + testSecret + "'", []string{testSecret}, "signed-single-quotes", 1},
		{"a signer that decodes hexadecimal", unhex(t, listen), []string{listen}, "signed-hex-decoded", 1},
		{"an empty key", "", []string{testSecret}, "signed-with-empty-secret", 0},
		{"a placeholder", "whsec_mock_secret", []string{testSecret}, "signed-with-public-secret", 0},
		{"an unset variable", "undefined", []string{testSecret}, "signed-with-public-secret", 0},
		{"fakestripe's own", webhooktest.DefaultSecret, []string{testSecret}, "signed-with-public-secret", 0},
		{"an API key", testSecret, []string{"sk_test_123456"}, "api-key", 0},
		{"an endpoint's id", testSecret, []string{"we_1Qd0"}, "no-secret", 0},
		{"a masked one", testSecret, []string{"whsec_abc••••"}, "masked-secret", 0},
		{"another one", testSecret, []string{"whsec_other_endpoint"}, "other-secret", 0},
		{"stripe listen's", testSecret, []string{listen}, "other-secret", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, test.signed), Body: body, Secrets: test.given})
			require.Equal(t, test.want, foundIn(v), "%s", v)
			require.Equal(t, test.secret, v.Secret)
		})
	}
	v := diagnose(t, verify.Received{Signature: webhooktest.Sign(body, epoch, testSecret), Body: body, Secrets: []string{listen}})
	require.Contains(t, v.Findings[0].Cause, "the body is laid out as Stripe lays out events, so the secret is most likely wrong")
	require.Contains(t, v.Findings[0].Cause, "This is a test-mode event")
	require.Contains(t, v.Findings[0].Cause, "A secret given looks like one from stripe listen")
}

func unhex(t *testing.T, secret string) string {
	t.Helper()
	key, err := hex.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	require.NoError(t, err)
	return string(key)
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	body := newEvent(t, "payment_intent.succeeded", webhooktest.Set("created", epoch.Add(-200*time.Second))).Body()
	at := epoch.Unix()
	// signedAs is a signature over one timestamp under another. The text need not be
	// one that webhooktest.Sign would write: the MAC is stripe-go's.
	signedAs := func(shown string, message int64) string {
		_, v1, _ := strings.Cut(webhooktest.Sign(body, time.Unix(message, 0), testSecret), ",")
		return "t=" + shown + "," + v1
	}
	text := func(t int64) string { return strconv.FormatInt(t, 10) }
	tests := []struct{ name, header, want string }{
		{"milliseconds, signed so", signedAs(text(at*1000), at*1000), "timestamp-unit"},
		{"milliseconds, signed in seconds", signedAs(text(at*1000+123), at), "timestamp-milliseconds"},
		{"seconds, signed in milliseconds", signedAs(text(at), at*1000), "signed-milliseconds"},
		{"seconds, signed in milliseconds of that second", signedAs(text(at), at*1000+789), "signed-milliseconds"},
		{"a second off", signedAs(text(at-1), at), "timestamp-changed"},
		{"made to look fresh", signedAs(text(at), at-290), "timestamp-changed"},
		{"another time zone", signedAs(text(at), at-9*3600), "timestamp-zone"},
		{"half an hour of India", signedAs(text(at), at-5*3600-1800), "timestamp-zone"},
		{"the event's created", signedAs(text(at), at-200), "signed-created"},
		{"zero", signedAs("0", 0), "too-old"},
		{"negative", signedAs("-5", -5), "too-old"},
		{"the year 33658", signedAs("1000000000000", 1000000000000), "timestamp-unit"},
		{"a day off", signedAs(text(at), at-86400), "other-secret"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := diagnose(t, verify.Received{Signature: test.header, Body: body})
			require.Equal(t, test.want, foundIn(v), "%s", v)
		})
	}
	mac := func(message string) string {
		return "t=" + text(at) + ",v1=" + hex.EncodeToString(mac256([]byte(message), testSecret))
	}
	v := diagnose(t, verify.Received{Signature: mac(string(body)), Body: body})
	require.Equal(t, "signed-without-timestamp", foundIn(v))
	v = diagnose(t, verify.Received{Signature: mac(text(at) + string(body)), Body: body})
	require.Equal(t, "signed-without-dot", foundIn(v))
}

func mac256(message []byte, secret string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(message)
	return mac.Sum(nil)
}

// The name of a renamed header is in the first finding.
func TestNameOfARenamedHeader(t *testing.T) {
	t.Parallel()
	body := newEvent(t, "payment_intent.succeeded").Body()
	signature := webhooktest.Sign(body, epoch, testSecret)
	for _, name := range []string{"HTTP_STRIPE_SIGNATURE", "X-Original-Stripe-Signature", "Stripe_signature", "X-Forwarded-Signature"} {
		v := diagnose(t, verify.Received{Body: body, Header: http.Header{name: {signature}}})
		require.Equal(t, "header-renamed", foundIn(v), name)
		require.Contains(t, v.Findings[0].Problem, name)
		require.Equal(t, 1, v.Secret)
	}
}
