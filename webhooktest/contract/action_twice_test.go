package contract_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestActionTwice holds that an app may ask Stripe for an action once more: Stripe refuses to
// cancel what is canceled, so that this is no second effect.
func TestActionTwice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ event, method, path string }{
		{"invoice.payment_failed", "DELETE", "/v1/subscriptions/{subscription}"},
		{"invoice.payment_failed", "POST", "/v1/invoices/{id}/void"},
		{"invoice.created", "POST", "/v1/invoices/{id}/finalize"},
		{"payment_intent.amount_capturable_updated", "POST", "/v1/payment_intents/{id}/capture"},
		{"payment_intent.created", "POST", "/v1/payment_intents/{id}/cancel"},
		{"payment_method.attached", "POST", "/v1/payment_methods/{id}/detach"},
		{"charge.dispute.created", "POST", "/v1/disputes/{id}/close"},
		{"review.opened", "POST", "/v1/reviews/{id}/approve"},
	} {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				api := new(stripeapi.Server)
				take := func(d *zooDelivery) error {
					path := strings.NewReplacer("{id}", zooField(d, "id"), "{subscription}", zooField(d, "subscription")).Replace(test.path)
					r := httptest.NewRequest(test.method, path, nil)
					r.Header.Set("Authorization", "Bearer sk_test_shop")
					w := httptest.NewRecorder()
					api.ServeHTTP(w, r)
					switch w.Code {
					case http.StatusOK, http.StatusBadRequest, http.StatusNotFound: // done, or done before
						return nil
					}
					return &zooError{http.StatusBadGateway, w.Body.String()}
				}
				subject := zooApp(t, []string{test.event}, 0, take, func() any { return nil })
				subject.State, subject.API = nil, api
				_, got := results(t, subject, "idempotency/redelivered", "idempotency/concurrent", "resilience/idempotency-keys")
				for id, result := range got {
					require.Equal(t, contract.Pass, result.Verdict, "%s: %s", id, result)
				}
			})
		})
	}
}
