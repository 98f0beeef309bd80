package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// TestDemoShopVerifiesAsStripeGo: the demo checks signatures by hand, and stripe-go judges
// how.
func TestDemoShopVerifiesAsStripeGo(t *testing.T) {
	t.Parallel()
	const secret = "whsec_demo"
	body, now := []byte(`{"id":"evt_1","type":"charge.succeeded","api_version":"2023-10-16"}`), time.Now()
	good := webhooktest.Sign(body, now, secret)
	for name, header := range map[string]string{
		"signed":           good,
		"a minute ago":     webhooktest.Sign(body, now.Add(-time.Minute), secret),
		"old":              webhooktest.Sign(body, now.Add(-6*time.Minute), secret),
		"another secret":   webhooktest.Sign(body, now, "whsec_other"),
		"a rolled secret":  webhooktest.Sign(body, now, "whsec_other", secret),
		"another body":     webhooktest.Sign([]byte(`{}`), now, secret),
		"none":             "",
		"no time":          good[strings.IndexByte(good, ',')+1:],
		"a time of words":  "t=now" + good[strings.IndexByte(good, ','):],
		"another scheme":   strings.ReplaceAll(good, "v1=", "v0="),
		"no hexadecimal":   good[:strings.IndexByte(good, ',')] + ",v1=xyz",
		"cut off":          good[:len(good)-4],
		"no key and value": "signature",
	} {
		_, err := webhook.ConstructEvent(body, header, secret)
		require.Equal(t, err == nil, verified(header, body, secret, now), "%s: stripe-go says %v", name, err)
	}
}

// What is signed and no event is refused.
func TestDemoShopRefusesText(t *testing.T) {
	t.Parallel()
	const body = "text"
	r := httptest.NewRequest("POST", "/webhook", strings.NewReader(body))
	r.Header.Set(webhooktest.SignatureHeader, webhooktest.Sign([]byte(body), time.Now(), webhooktest.DefaultSecret))
	w := httptest.NewRecorder()
	newDemoShop(webhooktest.DefaultSecret).ServeHTTP(w, r)
	require.Equal(t, 400, w.Code)
}
