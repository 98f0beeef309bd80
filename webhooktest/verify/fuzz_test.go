package verify_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// FuzzHeader holds the reading of headers against stripe-go: what Verify
// calls valid it must accept. {t} and {v1} in a header are the right values, so
// that the fuzzer can make good ones.
func FuzzHeader(f *testing.F) {
	for _, header := range []string{
		"t={t},v1={v1}", "t={t},v1={v1},v0=abc", "v1={v1},t={t}", "t={t}, v1={v1}", "t={t};v1={v1}", "T={t},V1={v1}",
		"t={t},v1=zzz,v1={v1}", "t={t},v1={v1},", "t={t},v1=,v1={v1}", "t={t}.5,v1={v1}", "t=+{t},v1={v1}", "t=0{t},v1={v1}",
		"t={t},t={t},v1={v1}", "t=1,v1={v1},t={t},v1={v1}", "{t: '{t}', v1: '{v1}'}", "t%3D{t}%2Cv1%3D{v1}", `["t={t},v1={v1}"]`,
		"Stripe-Signature: t={t},v1={v1}", "t={t}\nv1={v1}", "t=2026-11-21T23:20:16Z,v1={v1}", "t={t},v1={v1},v2=a=b", "t={t},v1={v1},é=1",
		"", ",", "=", "t=", "t=1", "v1,", "sha256=abc", "t=99999999999999999999,v1={v1}", "t=-{t},v1={v1}", "t={t},v1={v1}00",
	} {
		f.Add(header)
	}
	body := []byte(`{"id":"evt_1","object":"event"}`)
	f.Fuzz(func(t *testing.T, header string) {
		if strings.Count(header, "{") > 20 {
			return // it would grow beyond a header
		}
		now := time.Now()
		stamp, v1, _ := strings.Cut(webhooktest.Sign(body, now, testSecret), ",")
		header = strings.NewReplacer("{t}", stamp[len("t="):], "{v1}", v1[len("v1="):]).Replace(header)
		v, err := verify.Verify(t.Context(), verify.Received{Signature: header, Body: body, Secrets: []string{testSecret}, At: now})
		require.NoError(t, err)
		if v.Valid {
			require.NoError(t, webhook.ValidatePayload(body, header, testSecret), "%q", header)
		} else {
			require.NotEmpty(t, v.Findings)
		}
		require.Equal(t, v.Valid, v.Original != nil && len(v.Findings) == 0)
		require.True(t, utf8.ValidString(v.String()), "%q", v.String())
	})
}

// FuzzBody lets nothing that a body holds stop Verify, and every body verify
// under its own signature.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		"", "{}", "{\n  \"id\": \"evt_1\"\n}", `{"a":[]}`, `"{}"`, "b'{\\n}'", "e30=", "7b7d", "123,125", `{"type":"Buffer","data":[123,125]}`,
		"%7B%7D", "payload=%7B%7D", "2\r\n{}\r\n0\r\n\r\n", "\ufeff{}", "\x7b\x00\x7d\x00", "\x1f\x8b", "{'a': None}", `{"a"=>nil}`,
		"{\\\"a\\\": 1}", "{&quot;a&quot;:1}", "{“a”: 1}", "{}{}", "[[[[", "{\"a\":", "\xff\xfe", `{"object":"event","body":"{}"}`,
		`{"a":9007199254740992,"b":1.0,"c":1e400}`, "{\n  \"type\": \"charge.suc", `{"\u0061":"\ud83d"}`, "'{}'", "{\r\n}\r\n", "?", "<Buffer 7b 7d>",
	} {
		f.Add([]byte(body), false)
		f.Add([]byte(body), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, genuine bool) {
		if len(body) > 4<<10 {
			return // a fuzzer has better things to do than to hash
		}
		now := time.Now()
		signed := body
		if !genuine {
			signed = []byte("something else altogether")
		}
		v, err := verify.Verify(t.Context(), verify.Received{
			Signature: webhooktest.Sign(signed, now, testSecret), Body: body, Secrets: []string{testSecret}, At: now,
		})
		require.NoError(t, err)
		require.Equal(t, genuine || string(body) == string(signed), v.Valid, "%s", v)
		require.True(t, utf8.ValidString(v.String()), "%q", v.String())
	})
}
