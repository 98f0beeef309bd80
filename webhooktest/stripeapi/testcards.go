package stripeapi

import (
	_ "embed"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// testCardsJSON is which of Stripe's test cards do what, as
// https://docs.stripe.com/testing has them. Other cards and payment methods pay.
//
//go:embed testcards.json
var testCardsJSON []byte

// testCards is read when the first payment needs it.
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

// An Outcome is what comes of paying. The zero value: it is paid.
type Outcome struct {
	Decline      *Decline `json:"decline,omitempty"`      // why the bank says no
	Authenticate bool     `json:"authenticate,omitempty"` // the customer has to, by 3-D Secure
	Then         string   `json:"then,omitempty"`         // the event type that follows once it is paid
}

// A Decline is why a card was declined (https://docs.stripe.com/declines/codes).
type Decline struct {
	Code        string `json:"code"`
	DeclineCode string `json:"decline_code"`
	Message     string `json:"message"`
}

// Declined is the outcome of a card that is declined without a reason.
func Declined() Outcome { return testCards().Outcomes["generic_decline"] }

// OutcomeOf returns what comes of paying an object: a PaymentIntent, Invoice, Subscription
// or SetupIntent with one of Stripe's test cards or payment methods, such as
// pm_card_visa_chargeDeclined, or of a customer who has one.
func (s *Server) OutcomeOf(kind, id string) Outcome {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	o, ok := g.objects.get(ref{kind: kind, id: id})
	if !ok {
		return Outcome{}
	}
	return g.outcome(o.tree())
}

// outcome returns what comes of paying an object.
func (g *graph) outcome(tree *node) Outcome {
	for _, field := range []string{"payment_method", "default_payment_method", "default_source"} {
		if id := idOf(tree.child(field)); id != "" && id != "null" {
			return g.outcomeOf(id)
		}
	}
	customer, ok := g.objects.get(ref{kind: "customer", id: idOf(tree.child("customer"))})
	if !ok {
		return Outcome{}
	}
	return g.outcomeOf(idOf(customer.tree().at("invoice_settings.default_payment_method")))
}

// outcomeOf returns what comes of paying with a payment method.
func (g *graph) outcomeOf(id string) Outcome {
	if card, ok := cardNamed(id); ok {
		return testCards().Outcomes[card.Outcome]
	}
	for _, r := range g.objects.withID(id) {
		o, _ := g.objects.get(r)
		if last4 := o.tree().at("card.last4").str(); o.origin == stated && last4 != "" {
			if card, ok := cardEnding(last4); ok {
				return testCards().Outcomes[card.Outcome]
			}
		}
	}
	return Outcome{}
}

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

// isTestMethod reports whether an id is of the payment methods that every account has in
// test mode.
func isTestMethod(id string) bool { return strings.HasPrefix(id, "pm_card_") }

// copyMethod makes a payment method of a customer's own of one that every account has.
func (w *writer) copyMethod(of *stored) (*stored, *apiError) {
	tree, failed := w.maker.make(of.kind, writes().Create[of.kind], &param{kind: hash}, nil)
	if failed != nil {
		return nil, failed
	}
	if card, ok := cardNamed(of.id); ok {
		tree.set("card.last4", text(card.Number[len(card.Number)-4:]))
	}
	r := refOf(of.kind, tree)
	w.graph.change(r, tree)
	o, _ := w.graph.objects.get(r)
	return o, nil
}

// showCard gives a new payment method the end of the card's number, or of that of a token.
func showCard(tree *node, params *param) {
	number := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, params.get("card", "number"))
	if card, ok := cardNamed(params.get("card", "token")); ok {
		number = card.Number
	}
	if len(number) > 4 && tree.at("card.last4") != nil {
		tree.set("card.last4", text(number[len(number)-4:]))
	}
}

// confirm moves a PaymentIntent or SetupIntent to where its payment method leads. The error
// says why the card was declined; the intent is kept as it is then.
func (w *writer) confirm(r ref, tree *node, params *param, to changeTo) *apiError {
	outcome := w.graph.outcome(tree)
	failed := &apiError{status: http.StatusPaymentRequired, typ: "card_error"}
	switch {
	case outcome.Decline != nil:
		to = changeTo{Event: map[string]string{"payment_intent": "payment_intent.payment_failed", "setup_intent": "setup_intent.setup_failed"}[r.kind]}
		failed.code, failed.declineCode, failed.message = outcome.Decline.Code, outcome.Decline.DeclineCode, outcome.Decline.Message
	case outcome.Authenticate && params.get("off_session") == "true":
		to = changeTo{Event: map[string]string{"payment_intent": "payment_intent.payment_failed", "setup_intent": "setup_intent.setup_failed"}[r.kind]}
		failed.code, failed.declineCode, failed.message = "authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication."
	case outcome.Authenticate:
		to, failed = changeTo{Event: r.kind + ".requires_action"}, nil
	default:
		failed = nil
	}
	b := w.maker.bindingsFor(r, r.kind, tree)
	w.maker.transit(b, r.kind, tree, to)
	if failed == nil {
		return nil
	}
	why := object()
	why.put("code", text(failed.code))
	why.put("decline_code", text(failed.declineCode))
	why.put("message", text(failed.message))
	why.put("type", text(failed.typ))
	field := map[string]string{"payment_intent": "last_payment_error", "setup_intent": "last_setup_error"}[r.kind]
	if charge := tree.child("latest_charge"); !charge.isNull() {
		why.put("charge", charge)
		failed.charge = charge.str()
	}
	tree.put(field, why)
	if method := tree.child("payment_method"); r.kind == "payment_intent" && !method.isNull() {
		tree.put("payment_method", null()) // which did not work
	}
	failed.intent = tree
	w.graph.change(r, tree)
	return failed
}
