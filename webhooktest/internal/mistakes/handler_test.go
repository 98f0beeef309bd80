package mistakes_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

const testSecret = "whsec_NJ4TfXm2cQpR8sVb1LwYd7Ka9GzHeU3o"

// decoded is the key that Standard Webhooks takes the secret for.
func decoded(t *testing.T) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(testSecret, "whsec_"))
	require.NoError(t, err)
	return string(key)
}

// What a handler does before it verifies is found out from outside: it accepts what
// is signed as it would sign, and nothing that is tried before.
func TestHandlerMistakes(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	reserialized := func(marshal func(any) ([]byte, error)) func([]byte) []byte {
		return func(body []byte) []byte {
			var parsed map[string]any
			if json.Unmarshal(body, &parsed) != nil {
				return nil
			}
			text, err := marshal(parsed)
			require.NoError(t, err)
			return text
		}
	}
	tests := []struct {
		name   string
		body   func([]byte) []byte
		secret func(string) string
		want   string
	}{
		{"a sound one", nil, nil, ""},
		{"parses and marshals", reserialized(json.Marshal), nil, "json-marshal"},
		{"parses and indents", reserialized(func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "  ") }), nil, "marshal-indent"},
		{"compacts", func(body []byte) []byte {
			var out bytes.Buffer
			require.NoError(t, json.Compact(&out, body))
			return out.Bytes()
		}, nil, "to-json"}, // which leaves 25.0 as it is
		{"joins lines", func(body []byte) []byte { return []byte(strings.Join(strings.Split(string(body), "\n"), "")) }, nil, "newlines-dropped"},
		{"adds a line break", func(body []byte) []byte { return append(body, "\n"...) }, nil, "newline-added"},
		{"takes bytes for Latin-1", func(body []byte) []byte {
			var text []rune
			for _, b := range body {
				text = append(text, rune(b))
			}
			return []byte(string(text))
		}, nil, "mojibake"},
		{"encodes in base64", func(body []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(body)) }, nil, "base64"},
		{"has read the body before", func([]byte) []byte { return nil }, nil, "empty"},
		{"cuts at the length in characters", func(body []byte) []byte { return body[:len([]rune(string(body)))] }, nil, "cut-in-characters"},
		{"takes the prefix off", nil, func(s string) string { return s[len("whsec_"):] }, "secret-without-prefix"},
		{"decodes base64", nil, func(string) string { return decoded(t) }, "secret-base64-decoded"},
		{"has a line break in its secret", nil, func(s string) string { return s + "\n" }, "secret-line-break"},
		{"has quotes around its secret", nil, func(s string) string { return `"` + s + `"` }, "secret-quotes"},
		{"has no secret", nil, func(string) string { return "" }, "empty-secret"},
		{"has a placeholder", nil, func(string) string { return "whsec_test_secret" }, "public-secret"},
		{"has another secret", nil, func(string) string { return "whsec_quite_another" }, ""},
	}
	body, err := os.ReadFile("../../verify/testdata/event.json")
	require.NoError(t, err)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				require.NoError(t, err)
				secret := testSecret
				if test.body != nil {
					body = test.body(body)
				}
				if test.secret != nil {
					secret = test.secret(secret)
				}
				if err := webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), secret); err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
				}
			})
			event, err := webhooktest.ParseEvent(body) // of its own: attempts of one event do not share timestamps
			require.NoError(t, err)
			require.Equal(t, test.want, firstAccepted(t, handler, event))
		})
	}
}

// firstAccepted is the id of the first mistake that the handler accepts.
func firstAccepted(t *testing.T, handler http.Handler, event *webhooktest.Event) string {
	t.Helper()
	endpoint := &webhooktest.Endpoint{Handler: handler, Secrets: []string{testSecret}}
	for _, mistake := range mistakes.HandlerMistakes(event.Body(), testSecret) {
		require.NotEmpty(t, mistake.Problem)
		require.NotEmpty(t, mistake.Fix, mistake.ID)
		response, err := endpoint.Deliver(t.Context(), event, "signature="+webhooktest.Sign(mistake.Body, time.Now(), mistake.Secret))
		require.NoError(t, err)
		if response.Accepted() {
			return mistake.ID
		}
	}
	return ""
}
