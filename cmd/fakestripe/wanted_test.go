package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v76/webhook"
)

// basilHandler is a handler with Stripe.net 48.5.0, which takes events of the basil train
// alone. The real releases of stripe-go are in fixtures/gocheck. At /silent it does not
// say why it refuses.
func basilHandler(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if err := webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), "whsec_script"); err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	var event struct {
		Version string `json:"api_version"`
	}
	_ = json.Unmarshal(body, &event)
	if !strings.HasSuffix(event.Version, ".basil") {
		w.WriteHeader(http.StatusBadRequest)
		if r.URL.Path != "/silent" {
			fmt.Fprintf(w, "Received event with API version %s, but Stripe.net 48.5.0 expects API version 2025-08-27.basil. We recommend that you create a WebhookEndpoint with this API version.", event.Version)
		}
	}
}

// talkativeHandler says what it does, and fails on what it has no order
// for.
func talkativeHandler(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if err := webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), "whsec_script"); err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	var event struct{ ID, Type string }
	_ = json.Unmarshal(body, &event)
	switch event.Type {
	case "payment_intent.succeeded", "invoice.paid":
		fmt.Fprintf(w, "paid by %s", event.ID)
	case "checkout.session.completed":
		http.Error(w, "no such order", http.StatusInternalServerError)
	default:
		fmt.Fprintf(w, "%s ignored", event.Type)
	}
}

// scarceHandler refuses what it does not handle as it refuses a forgery.
func scarceHandler(answer int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var event struct{ Type string }
		_ = json.Unmarshal(body, &event)
		switch err := webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), "whsec_script"); {
		case err != nil || event.Type != "checkout.session.completed" && event.Type != "customer.subscription.deleted":
			w.WriteHeader(http.StatusUnprocessableEntity)
		case event.Type == "customer.subscription.deleted":
			http.Error(w, "no such donation", http.StatusNotFound)
		default:
			w.WriteHeader(answer)
		}
	}
}

// orderlessHandler fails on payments, for it finds no order, and ignores other types.
func orderlessHandler(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event struct{ Type string }
	_ = json.Unmarshal(body, &event)
	switch err := webhook.ValidatePayload(body, r.Header.Get("Stripe-Signature"), "whsec_script"); {
	case err != nil:
		http.Error(w, "refused", http.StatusBadRequest)
	case event.Type == "payment_intent.succeeded":
		http.Error(w, "ValueError", http.StatusInternalServerError)
	}
}
