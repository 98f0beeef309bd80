package stripeapi

import "encoding/json"

// soldPrice lists the fields of a price that say what is sold.
var soldPrice = []string{"id", "product", "unit_amount", "unit_amount_decimal", "currency", "nickname", "lookup_key", "metadata", "recurring.interval", "recurring.interval_count"}

// soldPlan names the same in a plan, an older form of the price.
var soldPlan = map[string]string{
	"id": "id", "product": "product", "unit_amount": "amount", "unit_amount_decimal": "amount_decimal", "currency": "currency",
	"nickname": "nickname", "metadata": "metadata", "recurring.interval": "interval", "recurring.interval_count": "interval_count",
}

// Sold returns what a subscription has from the Checkout Session that begins it: the price
// and the quantity of the first recurring line item, and the metadata of subscription_data,
// by path in the subscription. It is nil unless the app created the session with line items.
//
// Source: https://docs.stripe.com/api/checkout/sessions/create
func (s *Server) Sold(session string) map[string]json.RawMessage {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	held, ok := g.objects.get(ref{kind: lineItemsOf, id: session})
	if !ok {
		return nil
	}
	fields := map[string]json.RawMessage{"metadata": json.RawMessage("{}")}
	if data, ok := g.objects.get(ref{kind: "subscription_data", id: session}); ok {
		if metadata := data.tree().child("metadata"); metadata != nil && metadata.kind == '{' {
			fields["metadata"] = metadata.encode()
		}
	}
	if item := recurring(held.tree().child("data").children); item != nil {
		item.sell(fields)
	}
	return fields
}

// recurring returns the first line item with a recurring price, or else the first: of a price
// that the app made elsewhere only the id is known.
func recurring(items []*node) *node {
	for _, item := range items {
		if !item.at("price.recurring").isNull() {
			return item
		}
	}
	if len(items) == 0 {
		return nil
	}
	return items[0]
}

// sell adds what a line item sells.
func (n *node) sell(fields map[string]json.RawMessage) {
	for _, field := range soldPrice {
		value := n.at("price." + field)
		if value.isNull() {
			continue
		}
		raw := value.encode()
		fields["items.data.0.price."+field] = raw
		if in, ok := soldPlan[field]; ok {
			fields["items.data.0.plan."+in], fields["plan."+in] = raw, raw
		}
	}
	if quantity := n.child("quantity"); !quantity.isNull() {
		fields["quantity"], fields["items.data.0.quantity"] = quantity.encode(), quantity.encode()
	}
}
