package stripeapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A shop gives back what was paid for an order that it cannot fulfil. Its client of
// Stripe is a field, so that a test can point it elsewhere.
type shop struct{ stripe *client.API }

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_test")
	if err != nil {
		http.Error(w, "bad signature", http.StatusBadRequest)
		return
	}
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		http.Error(w, "bad payment", http.StatusBadRequest)
		return
	}
	params := &stripe.RefundParams{PaymentIntent: stripe.String(payment.ID)}
	params.SetIdempotencyKey("refund-" + event.ID) // a redelivery must not refund twice
	if _, err := s.stripe.Refunds.New(params); err != nil {
		http.Error(w, "try again", http.StatusInternalServerError)
	}
}

// A test points stripe-go at the API, delivers an event, and looks at the calls that
// the handler made.
func Example() {
	api := &stripeapi.Server{}
	server := httptest.NewServer(api)
	defer server.Close()
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{URL: stripe.String(server.URL)})
	handler := &shop{client.New("sk_test_123", &stripe.Backends{API: backend})}

	source := webhooktest.Source{}
	event, err := source.Event("payment_intent.succeeded", webhooktest.Set("data.object.amount", 1500))
	if err != nil {
		panic(err)
	}
	if err := api.Add(event.Body()); err != nil { // it happened
		panic(err)
	}
	hook := webhooktest.Endpoint{Handler: handler, Secrets: []string{"whsec_test"}}
	for range 2 { // Stripe delivers an event more than once
		attempt, err := hook.Deliver(context.Background(), event)
		if err != nil {
			panic(err)
		}
		fmt.Println(attempt.StatusCode)
	}

	for _, call := range api.Calls() {
		refund, _ := api.Object("refund", call.ID)
		var amount struct{ Amount int }
		if err := json.Unmarshal(refund, &amount); err != nil {
			panic(err)
		}
		fmt.Println(call.Method, call.Path, call.Status, amount.Amount, "replayed:", call.Replayed)
	}
	// Output:
	// 200
	// 200
	// POST /v1/refunds 200 1500 replayed: false
	// POST /v1/refunds 200 1500 replayed: true
}
