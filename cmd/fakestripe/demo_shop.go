package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A demoShop is the handler of the demo: it verifies, dispatches by type and counts each
// event once. It does by hand what examples/nethttp/shop leaves to stripe-go, whose types
// would add 0.6 MB to every download.
type demoShop struct {
	secret string

	mu        sync.Mutex
	processed map[string]bool // by event id
	ledger    []demoEntry
}

// A demoEntry is the effect of one event on the shop.
type demoEntry struct {
	what, object string
	amount       int64
	currency     string
}

func newDemoShop(secret string) *demoShop {
	return &demoShop{secret: secret, processed: make(map[string]bool)}
}

// entries returns the ledger so far.
func (s *demoShop) entries() []demoEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// ServeHTTP answers 2xx only once the event is processed: without that, Stripe delivers
// again.
func (s *demoShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "body not readable", http.StatusBadRequest)
		return
	}
	var event demoEvent
	if !verified(r.Header.Get(webhooktest.SignatureHeader), body, s.secret, time.Now()) || json.Unmarshal(body, &event) != nil {
		http.Error(w, "event refused", http.StatusBadRequest)
		return
	}
	s.process(&event)
}

// verified checks a signature: https://docs.stripe.com/webhooks#verify-manually.
func verified(header string, body []byte, secret string, now time.Time) bool {
	const tolerance = 5 * time.Minute
	var sent string
	var signatures []string
	for element := range strings.SplitSeq(header, ",") {
		switch key, value, _ := strings.Cut(element, "="); key {
		case "t":
			sent = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	seconds, err := strconv.ParseInt(sent, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(sent + "."))
	mac.Write(body)
	want := hex.EncodeToString(mac.Sum(nil))
	return slices.ContainsFunc(signatures, func(given string) bool { return hmac.Equal([]byte(given), []byte(want)) })
}

// process applies an event unless it was applied before. The lock covers both the check
// and the effect, so concurrent copies count once.
func (s *demoShop) process(event *demoEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.processed[event.ID] {
		return
	}
	s.processed[event.ID] = true
	o := &event.Data.Object
	switch event.Type {
	case "payment_intent.succeeded":
		s.ledger = append(s.ledger, demoEntry{"payment received", o.ID, o.AmountReceived, o.Currency})
	case "charge.dispute.created":
		s.ledger = append(s.ledger, demoEntry{"payment disputed", o.ID, o.Amount, o.Currency})
	case "balance.available":
		for _, available := range o.Available[:min(1, len(o.Available))] {
			s.ledger = append(s.ledger, demoEntry{"balance available", "", available.Amount, available.Currency})
		}
	}
}

// A demoEvent is what the shop reads of an event.
type demoEvent struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Data struct {
		Object struct {
			ID             string `json:"id"`
			Amount         int64  `json:"amount"`
			AmountReceived int64  `json:"amount_received"`
			Currency       string `json:"currency"`
			Available      []struct {
				Amount   int64  `json:"amount"`
				Currency string `json:"currency"`
			} `json:"available"`
		} `json:"object"`
	} `json:"data"`
}
