package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// A stored delivery is too old only now: the command names its flag for that.
func TestVerifySuggestsAt(t *testing.T) {
	t.Parallel()
	v := &verify.Verification{Findings: []verify.Finding{{ID: "re-serialized"}, {ID: "too-old"}}}
	suggestAt(v)
	require.Empty(t, v.Findings[0].Fix)
	require.Contains(t, v.Findings[1].Fix[0].How, "--at")
}

// Without its line breaks a body looks as if a parser had been at work: it was curl.
func TestVerifyBlamesCurl(t *testing.T) {
	t.Parallel()
	const signed = "{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}"
	stripped := strings.ReplaceAll(signed, "\n", "")
	for _, test := range []struct {
		name, unstripped string
		at               time.Time
		want             []string
	}{
		{"curl alone", signed, time.Unix(1700000002, 0), []string{"curl-line-breaks"}},
		{"and it is too old", signed, time.Unix(1700009000, 0), []string{"curl-line-breaks", "too-old"}},
		{"the file is not what was signed either", signed + "x", time.Unix(1700000002, 0), nil},
		{"nothing was left out", "", time.Unix(1700000002, 0), nil},
	} {
		mac := hmac.New(sha256.New, []byte("whsec_x"))
		mac.Write([]byte("1700000000." + signed))
		received := verify.Received{
			Signature: "t=1700000000,v1=" + hex.EncodeToString(mac.Sum(nil)), Body: []byte(stripped),
			Secrets: []string{"whsec_x"}, At: test.at,
		}
		v, err := verifyRequest(t.Context(), received, []byte(test.unstripped))
		require.NoError(t, err, test.name)
		require.False(t, v.Valid, test.name)
		var ids []string
		for _, finding := range v.Findings {
			ids = append(ids, finding.ID)
		}
		if test.want == nil {
			require.NotContains(t, ids, "curl-line-breaks", test.name)
			continue
		}
		require.Equal(t, test.want, ids, test.name)
	}
}
