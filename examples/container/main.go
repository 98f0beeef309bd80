// Command container is a service shipped as an image: it pays sellers for their
// customers' payments. See payouts.go.
//
// It takes STRIPE_WEBHOOK_SECRET, STRIPE_SECRET_KEY and SELLER, the connected account to
// pay; and STRIPE_API_BASE, the address of Stripe in tests.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/transfer"
)

func main() {
	payouts := &Payouts{
		secret: need("STRIPE_WEBHOOK_SECRET"), // without one, anyone could sign
		seller: need("SELLER"),
		stripe: transfer.Client{B: backend(os.Getenv("STRIPE_API_BASE")), Key: need("STRIPE_SECRET_KEY")},
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", payouts)
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	log.Print("listening on :4242")
	log.Fatal(http.ListenAndServe(":4242", mux))
}

// need returns a required variable of the environment.
func need(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}

// backend is Stripe's API, or its replacement in a test.
func backend(base string) stripe.Backend {
	config := &stripe.BackendConfig{LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelError}}
	if base != "" {
		config.URL = stripe.String(base)
	}
	return stripe.GetBackendWithConfig(stripe.APIBackend, config)
}
