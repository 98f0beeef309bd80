package stripeapi

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// Each row of derived.json can be made, and is about fields that there are.
func TestDerivedStatesCanBeMade(t *testing.T) {
	t.Parallel()
	for _, s := range derivations().States {
		_, err := stateOf(s.Kind, s.changeTo)
		require.NoError(t, err, "%s of %s", s.Kind, s.Of)
		for field := range s.If {
			require.NotNil(t, known().kind(s.Of).template.child(field), "%s of %s: if %s", s.Kind, s.Of, field)
		}
		for field := range s.Set {
			require.NotNil(t, known().kind(s.Kind).template.child(field), "%s of %s: set %s", s.Kind, s.Of, field)
		}
		if s.ToldBy != "" {
			_, err := fixtures.DescribeEvent(s.ToldBy)
			require.NoError(t, err)
		}
	}
}

// What nobody told of follows what refers to it.
func TestDerivedObjectsFollowTheirSource(t *testing.T) {
	t.Parallel()
	set := webhooktest.Set
	tests := []struct {
		name, eventType string
		edits           []webhooktest.Edit
		link            string // from the event's object
		kind, then      string // to the object asked for; and the link from that
		path, want      string
	}{
		{"an amount", "checkout.session.completed", []webhooktest.Edit{set("data.object.amount_total", 100)}, "payment_intent", "payment_intent", "", "amount", "100"},
		{"an amount, beside another", "checkout.session.completed", []webhooktest.Edit{set("data.object.amount_total", 100), set("data.object.amount_subtotal", 90)}, "payment_intent", "payment_intent", "", "amount_received", "100"},
		{"an amount, further on", "checkout.session.completed", []webhooktest.Edit{set("data.object.amount_total", 100)}, "payment_intent", "payment_intent", "latest_charge", "amount", "100"},
		{"a currency", "checkout.session.completed", []webhooktest.Edit{webhooktest.Variant("zero-decimal")}, "payment_intent", "payment_intent", "", "currency", "jpy"},
		{"what is paid", "checkout.session.completed", nil, "payment_intent", "payment_intent", "", "status", "succeeded"},
		{"what is unpaid", "checkout.session.completed", []webhooktest.Edit{set("data.object.payment_status", "unpaid")}, "payment_intent", "payment_intent", "", "status", "processing"},
		{"the charge of what is unpaid", "checkout.session.completed", []webhooktest.Edit{webhooktest.Variant("unpaid")}, "payment_intent", "payment_intent", "latest_charge", "status", "pending"},
		{"what failed at last", "checkout.session.async_payment_failed", nil, "payment_intent", "payment_intent", "", "status", "requires_payment_method"},
		{"a trial", "checkout.session.completed", []webhooktest.Edit{webhooktest.Variant("subscription-trial")}, "subscription", "subscription", "", "status", "trialing"},
		{"an invoice that was not paid", "invoice.payment_failed", nil, "payment_intent", "payment_intent", "", "status", "requires_payment_method"},
		{"its subscription", "invoice.payment_failed", nil, "subscription", "subscription", "", "status", "past_due"},
		{"the invoice of a subscription", "customer.subscription.updated", []webhooktest.Edit{webhooktest.Variant("past_due")}, "latest_invoice", "invoice", "", "status", "open"},
		{"the payment of a failed charge", "charge.failed", nil, "payment_intent", "payment_intent", "", "status", "requires_payment_method"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			source := webhooktest.Source{Seed: 1}
			event, err := source.Event(test.eventType, test.edits...)
			require.NoError(t, err)
			s := new(Server)
			require.NoError(t, s.Add(event.Body()))
			link, _ := event.Lookup("data.object." + test.link)
			g := s.built().graph
			o := lookedUp(t, g, test.kind, link.(string))
			if test.then != "" {
				o = lookedUp(t, g, "charge", o.tree().child(test.then).str())
			}
			require.Equal(t, test.want, o.tree().at(test.path).plain())
		})
	}
}

func lookedUp(t *testing.T, g *graph, kind, id string) *stored {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	o, failed := g.lookup(ref{kind: kind, id: id})
	require.Nil(t, failed)
	return o
}

// A field that Stripe hides is there when it is asked for, and only then.
func TestHiddenFieldsAreExpanded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, eventType, variant string
		path, field              string
		want                     bool
	}{
		{"the tiers of a tiered price", "price.created", "tiered", "/v1/prices/", "tiers", true},
		{"the tiers of another one", "price.created", "one-time", "/v1/prices/", "tiers", false},
		{"what a coupon is for", "coupon.created", "", "/v1/coupons/", "applies_to", true},
		{"the number of a card", "issuing_card.created", "", "/v1/issuing/cards/", "number", true},
		{"what was bought", "checkout.session.completed", "", "/v1/checkout/sessions/", "line_items", true},
		{"no field at all", "coupon.created", "", "/v1/coupons/", "anything", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			source := webhooktest.Source{Seed: 1}
			event, err := source.Event(test.eventType, webhooktest.Variant(test.variant))
			require.NoError(t, err)
			s := new(Server)
			require.NoError(t, s.Add(event.Body()))
			id, _ := event.Lookup("data.object.id")
			for query, want := range map[string]bool{"": false, "?expand[]=" + test.field: test.want} {
				request := httptest.NewRequest("GET", test.path+id.(string)+query, nil)
				request.Header.Set("Authorization", "Bearer sk_test_derived")
				answer := httptest.NewRecorder()
				s.ServeHTTP(answer, request)
				require.Equal(t, 200, answer.Code, answer.Body)
				var object map[string]any
				require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &object))
				require.Equal(t, want, object[test.field] != nil, "%q: %v", query, object[test.field])
			}
		})
	}
}
