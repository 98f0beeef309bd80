package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/stripe/stripe-go/v76/webhook"
)

// plans is an app that sells subscriptions alone: a session makes the account, and an
// update changes it. It ignores everything else. At /basil it refuses every API version but
// that train's, without saying so, and crashes at a session without a subscription.
func plans() http.Handler {
	var mu sync.Mutex
	accounts := make(map[string]string) // status, by subscription
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{path}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), "whsec_script"); err != nil {
			http.Error(w, "refused", http.StatusBadRequest)
			return
		}
		var event struct {
			Type    string
			Version string `json:"api_version"`
			Data    struct {
				Object struct{ ID, Subscription, Status string }
			}
		}
		_ = json.Unmarshal(body, &event)
		object := event.Data.Object
		if r.PathValue("path") == "basil" {
			if !strings.HasSuffix(event.Version, ".basil") {
				http.Error(w, "bad signature", http.StatusBadRequest)
				return
			}
			if event.Type == "checkout.session.completed" && object.Subscription == "" {
				panic(http.ErrAbortHandler)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case event.Type == "checkout.session.completed" && object.Subscription != "":
			accounts[object.Subscription] = "active"
		case event.Type == "customer.subscription.updated" && accounts[object.ID] != "":
			accounts[object.ID] = object.Status
		}
	})
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_ = json.NewEncoder(w).Encode(maps.Clone(accounts))
	})
	return mux
}
