// Command nethttp is a shop on port 4242 ($PORT), as in Stripe's guide. Nothing here knows of
// fakestripe: the client has a key and no host.
//
//	STRIPE_SECRET_KEY=sk_… STRIPE_WEBHOOK_SECRET=whsec_… go run ./examples/nethttp
package main

import (
	"cmp"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
)

const home = `<title>Lamps</title><h1>Lamps</h1><form method="post" action="/checkout"><button>Buy a lamp</button></form>`

func main() {
	secret := os.Getenv("STRIPE_WEBHOOK_SECRET")
	if secret == "" {
		// Without a secret, anyone could sign: refuse to start.
		log.Fatal("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret")
	}
	address := "localhost:" + cmp.Or(os.Getenv("PORT"), "4242")
	url := "http://" + address
	s := shop.New(secret)
	s.Log = log.Printf
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s)
	mux.Handle("POST /checkout", checkout(client.New(os.Getenv("STRIPE_SECRET_KEY"), nil), url))
	mux.HandleFunc("GET /{$}", page(home))
	mux.HandleFunc("GET /thanks", page("<title>Lamps</title><h1>Thank you</h1>")) // the webhook tells what was paid
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(s.Ledger()); err != nil {
			log.Print(err)
		}
	})
	log.Printf("the shop is open at %s, its webhook at %s/webhook, its ledger at %s/ledger", url, url, url)
	log.Fatal(http.ListenAndServe(address, mux))
}

// checkout sells a lamp by Stripe Checkout.
func checkout(api *client.API, url string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		params := &stripe.CheckoutSessionParams{
			Mode: stripe.String("payment"), SuccessURL: stripe.String(url + "/thanks"), CancelURL: stripe.String(url + "/"),
			LineItems: []*stripe.CheckoutSessionLineItemParams{{
				Quantity: stripe.Int64(1),
				PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
					Currency: stripe.String("eur"), UnitAmount: stripe.Int64(4200),
					ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Lamp")},
				},
			}},
		}
		params.Context = r.Context()
		session, err := api.CheckoutSessions.New(params)
		if err != nil {
			log.Printf("checkout: %v", err)
			http.Error(w, "Stripe is not to be reached", http.StatusBadGateway)
			return
		}
		http.Redirect(w, r, session.URL, http.StatusSeeOther)
	}
}

func page(html string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, html) // who asked may be gone
	}
}
