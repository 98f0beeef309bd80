// Command stripe-go-latest serves the shop on port 4242.
//
//	STRIPE_WEBHOOK_SECRET=whsec_… go run .
package main

import (
	"cmp"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/stripe/stripe-go/v86"
)

func main() {
	secret := os.Getenv("STRIPE_WEBHOOK_SECRET")
	if secret == "" {
		// Without a secret, anyone could sign: refuse to start.
		log.Fatal("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret")
	}
	shop := NewShop(secret)
	mux := routes(shop)
	if os.Getenv("SHOW_STATE") != "" { // for tests only: fakestripe check --state-url
		mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(shop.Books()); err != nil {
				log.Print(err)
			}
		})
	}
	address := "localhost:" + cmp.Or(os.Getenv("PORT"), "4242")
	log.Printf("the shop listens on http://%s/webhook for events of API version %s", address, stripe.APIVersion)
	log.Fatal(http.ListenAndServe(address, mux))
}

func routes(shop *Shop) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", shop)
	return mux
}
