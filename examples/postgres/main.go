// Command postgres serves a shop on port 4242 that keeps its books in PostgreSQL.
//
//	DATABASE_URL=postgres://… STRIPE_WEBHOOK_SECRET=whsec_… go run ./examples/postgres
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	secret, database := os.Getenv("STRIPE_WEBHOOK_SECRET"), os.Getenv("DATABASE_URL")
	if secret == "" {
		// Without a secret, anyone could sign: refuse to start.
		log.Fatal("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret")
	}
	if database == "" {
		log.Fatal("DATABASE_URL is not set: give that of a PostgreSQL, such as postgres://user:password@localhost/shop")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	shop, err := Open(ctx, database, secret)
	cancel()
	if err != nil {
		log.Fatal(err)
	}
	address := "localhost:" + cmp.Or(os.Getenv("PORT"), "4242")
	log.Printf("the shop listens on http://%s/webhook", address)
	log.Fatal(http.ListenAndServe(address, routes(shop, os.Getenv("SHOW_STATE") != "")))
}

// routes includes the state only on request, for tests: fakestripe check --state-url.
func routes(shop *Shop, showState bool) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", shop)
	if showState {
		mux.HandleFunc("GET /state", func(w http.ResponseWriter, r *http.Request) {
			books, err := shop.Books(r.Context())
			if err != nil {
				log.Print(err)
				http.Error(w, "no state", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(books); err != nil {
				log.Print(err)
			}
		})
	}
	return mux
}
