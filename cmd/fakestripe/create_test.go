package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A tiny shop sells one thing: its checkout creates a session at Stripe, and its webhook
// fulfills the orders that it finds by their session, once.
type tinyShop struct {
	stripe *client.API
	mu     sync.Mutex
	orders map[string]string // by the session's id
	heard  chan string       // the types of genuine events that were dealt with, if not nil
}

func newTinyShop(api string) *tinyShop {
	config := &stripe.BackendConfig{URL: stripe.String(api), MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{}}
	return &tinyShop{stripe: client.New("sk_test_shop", &stripe.Backends{API: stripe.GetBackendWithConfig(stripe.APIBackend, config)}), orders: make(map[string]string)}
}

func (s *tinyShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /checkout":
		s.checkout(w, r)
	case "POST /webhook":
		s.webhook(w, r)
	case "GET /orders":
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = json.NewEncoder(w).Encode(s.orders)
	default:
		http.NotFound(w, r)
	}
}

func (s *tinyShop) checkout(w http.ResponseWriter, r *http.Request) {
	session, err := s.stripe.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("payment"), SuccessURL: stripe.String("http://localhost/thanks"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{Quantity: stripe.Int64(1), PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
			Currency: stripe.String("eur"), UnitAmount: stripe.Int64(1250), ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Teapot")},
		}}},
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	s.mu.Lock()
	s.orders[session.ID] = "open"
	s.mu.Unlock()
	http.Redirect(w, r, session.URL, http.StatusSeeOther)
}

func (s *tinyShop) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_tiny_shop_1234567890")
	if err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	if s.heard != nil {
		defer func() { s.heard <- string(event.Type) }() // once it is dealt with
	}
	var session stripe.CheckoutSession
	if event.Type != "checkout.session.completed" || json.Unmarshal(event.Data.Raw, &session) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders[session.ID] == "open" && session.PaymentStatus == "paid" && session.AmountTotal == 1250 && session.Currency == "eur" {
		s.orders[session.ID] = "fulfilled"
	}
}

// freeAddress is an address that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// An app that looks up what it created is judged without a --set: its own checkout creates
// the session that each event is about.
func TestCheckCreates(t *testing.T) {
	realpart.Long(t)
	api := freeAddress(t)
	shop := serveTest(t, newTinyShop("http://"+api))
	var out, said bytes.Buffer
	cmd := newRoot(shell{out: &out, err: &said, in: strings.NewReader(""), getenv: func(string) string { return "" }, terminal: func(io.Writer) bool { return false }})
	cmd.SetArgs([]string{"check", "control", "dispatch/handled-type-works", "dispatch/foreign-object", "idempotency/redelivered", "--to", shop.URL + "/webhook", "--secret", "whsec_tiny_shop_1234567890",
		"--handles", "checkout.session.completed", "--state-url", shop.URL + "/orders", "--api=" + api, "--create-url", shop.URL + "/checkout", "--format", "json"})
	err := cmd.ExecuteContext(t.Context())
	require.NoError(t, err, "%s%s", out.String(), said.String())
	var report contract.Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &report))
	for _, result := range report.Cases {
		require.NotEqual(t, contract.Fail, result.Verdict, "%s", result)
		require.NotEqual(t, contract.Skip, result.Verdict, "%s: %s", result.ID, result.Reason)
	}
	require.NotContains(t, out.String()+said.String(), "whsec_tiny")
}

func TestCreatingIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		flags creating
		api   string
		want  string
	}{
		{creating{url: "3000/checkout", command: "true"}, "x", "give one"},
		{creating{url: "3000/checkout"}, "", "need --api"},
		{creating{url: "POST"}, "x", "want a URL"},
		{creating{url: "ftp://x/y"}, "x", "want a URL such as 3000/checkout"},
		{creating{url: "3000/checkout a=b c=d"}, "x", "want a URL, and a form"},
	} {
		require.ErrorContains(t, test.flags.bind(new(contract.Subject), test.api), test.want)
	}
}

// What the app answers to its own checkout, when it cannot, is told without secrets.
func TestTheAppCannotCreate(t *testing.T) {
	t.Parallel()
	broken := serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		http.Error(w, "no key sk_test_"+strings.Repeat("x", 24)+" for "+r.Method+" "+r.Header.Get("Content-Type")+" "+string(body), http.StatusInternalServerError)
	}))
	for text, want := range map[string]string{
		broken.URL:                   "returned 500 Internal Server Error: no key",
		broken.URL + " item=tea":     "application/x-www-form-urlencoded item=tea",
		broken.URL + ` {"item":"a"}`: "application/json",
		"GET " + broken.URL:          "for GET",
		"http://127.0.0.1:1/x":       "connection refused",
	} {
		request, err := parseCreation(text)
		require.NoError(t, err)
		err = request.send(t.Context())
		require.ErrorContains(t, err, want)
		require.Equal(t, credential.Hide(err.Error()), err.Error())
	}
	err := (&creating{command: "echo no stock >&2; exit 3"}).run(t.Context())
	require.ErrorContains(t, err, "--create-cmd: ")
	require.ErrorContains(t, err, "no stock")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.True(t, errors.Is((&creating{command: "sleep 60"}).run(ended), context.Canceled))
}
