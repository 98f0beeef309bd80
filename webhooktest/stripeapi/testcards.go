package stripeapi

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// testCardsJSON says what Stripe's test cards do, according to
// https://docs.stripe.com/testing. Other cards and payment methods pay.
//
//go:embed testcards.json
var testCardsJSON []byte

// testCards is loaded by the first payment that needs it.
var testCards = sync.OnceValue(func() *cardTable {
	table := new(cardTable)
	mustDecode(testCardsJSON, table)
	return table
})

type cardTable struct {
	Source   string             `json:"source"`
	Outcomes map[string]Outcome `json:"outcomes"`
	Cards    []testCard         `json:"cards"`
}

type testCard struct {
	Number  string   `json:"number"`
	Names   []string `json:"names"` // without pm_card_ or tok_
	Outcome string   `json:"outcome"`
}

// An Outcome is the result of a payment. The zero value means paid.
type Outcome struct {
	Decline      *Decline `json:"decline,omitempty"`      // why the bank declines
	Authenticate bool     `json:"authenticate,omitempty"` // the customer has to authenticate, by 3-D Secure
	Then         string   `json:"then,omitempty"`         // the event type that follows the payment
	Refund       string   `json:"refund,omitempty"`       // the status of a refund for some time ("pending"), or in the end ("failed"); otherwise it succeeds
}

// A Decline is the reason for a declined card (https://docs.stripe.com/declines/codes).
type Decline struct {
	Code        string `json:"code"`
	DeclineCode string `json:"decline_code"`
	Message     string `json:"message"`
}

// Declined returns the outcome of a card declined without a reason.
func Declined() Outcome { return testCards().Outcomes["generic_decline"] }

// cardNamed returns the test card of a payment method or token.
func cardNamed(id string) (testCard, bool) {
	name, ok := strings.CutPrefix(id, "pm_card_")
	if !ok {
		name, ok = strings.CutPrefix(id, "tok_")
	}
	i := slices.IndexFunc(testCards().Cards, func(c testCard) bool { return slices.Contains(c.Names, name) })
	if !ok || i < 0 {
		return testCard{}, false
	}
	return testCards().Cards[i], true
}

// cardEnding returns the test card whose number ends in four digits.
func cardEnding(last4 string) (testCard, bool) {
	i := slices.IndexFunc(testCards().Cards, func(c testCard) bool { return strings.HasSuffix(c.Number, last4) })
	if i < 0 {
		return testCard{}, false
	}
	return testCards().Cards[i], true
}

// isTestMethod reports whether an id is one of the payment methods that every account has
// in test mode.
func isTestMethod(id string) bool { return strings.HasPrefix(id, "pm_card_") }
