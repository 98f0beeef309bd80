// Command nethttp serves the shop on port 4242, as in Stripe's guide.
//
//	STRIPE_WEBHOOK_SECRET=whsec_… go run ./examples/nethttp
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
)

func main() {
	secret := os.Getenv("STRIPE_WEBHOOK_SECRET")
	if secret == "" {
		// Without a secret, anyone could sign: refuse to start.
		log.Fatal("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret")
	}
	s := shop.New(secret)
	s.Log = log.Printf
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s)
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(s.Ledger()); err != nil {
			log.Print(err)
		}
	})
	log.Print("the shop listens on http://localhost:4242/webhook, its ledger is at /ledger")
	log.Fatal(http.ListenAndServe("localhost:4242", mux))
}
