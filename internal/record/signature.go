package record

import (
	"crypto/hmac"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// forged says why a delivery cannot be replayed faithfully: a replay signs afresh, and
// the handler would accept a delivery it once refused. Without secrets, it cannot know.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func (r *Recorder) forged(t *take) (reason string) {
	if len(r.Secrets) == 0 {
		return ""
	}
	var signed time.Time
	var signatures []string
	for part := range strings.SplitSeq(t.request.Header.Get(webhooktest.SignatureHeader), ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			seconds, _ := strconv.ParseInt(value, 10, 64) // 1970 if it is not a number
			signed = time.Unix(seconds, 0)
		case "v1":
			signatures = append(signatures, value)
		}
	}
	if t.started.Sub(signed) > verify.DefaultTolerance {
		return "its signature is older than 5 minutes"
	}
	for _, secret := range r.Secrets {
		_, mine, _ := strings.Cut(webhooktest.Sign(t.body, signed, secret), ",v1=")
		for _, signature := range signatures {
			if hmac.Equal([]byte(mine), []byte(signature)) {
				return ""
			}
		}
	}
	return "its signature does not match the given secret"
}
