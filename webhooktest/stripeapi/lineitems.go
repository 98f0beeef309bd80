package stripeapi

import "github.com/fakestripe/fakestripe/webhooktest/internal/render"

// lineItems are the line items of checkout sessions, payment links and quotes.
type lineItems struct{ graph *graph }

// of returns the line items of a checkout session, payment link or quote: those given on
// creation, the items of its subscription, or one item at the object's price.
func (l *lineItems) of(o *stored) []*node {
	r := ref{kind: lineItemsOf, id: o.id}
	if held, ok := l.graph.objects.get(r); ok {
		return held.tree().child("data").children
	}
	tree := o.tree()
	if sub, ok := l.graph.objects.get(ref{kind: "subscription", id: idOf(tree.child("subscription"))}); ok {
		if items := l.subscribed(sub.tree()); len(items) > 0 {
			return l.keep(r, items)
		}
	}
	b, _ := l.graph.bindingsOf(o.ref)
	learn(b, known().kind(o.kind).template, tree)
	item := fill(b, known().kind("item").template)
	for _, field := range []string{"amount_subtotal", "amount_total", "currency"} {
		if there := tree.child(field); !there.isNull() {
			item.put(field, there)
		}
	}
	if amount := tree.child("amount_subtotal"); !amount.isNull() {
		item.set("price.unit_amount", amount)
		item.set("price.unit_amount_decimal", text(amount.plain()))
	}
	if currency := tree.child("currency"); !currency.isNull() {
		item.set("price.currency", currency)
	}
	return l.keep(r, []*node{item})
}

// subscribed returns the line items of the session that began a subscription.
func (l *lineItems) subscribed(sub *node) (items []*node) {
	for _, part := range sub.at("items.data").children {
		item := fill(render.NewBindings(l.graph.seed(), "item of "+part.child("id").str(), l.graph.now().Unix()), known().kind("item").template)
		price := part.child("price")
		total := value(price.child("unit_amount").int() * max(1, part.child("quantity").int()))
		for field, is := range map[string]*node{"price": price, "quantity": part.child("quantity"), "currency": price.child("currency"), "amount_subtotal": total, "amount_total": total} {
			item.put(field, is.clone())
		}
		items = append(items, item)
	}
	return items
}

// lineItemsOf is the name under which an object's line items are stored.
const lineItemsOf = "line_items"

func (l *lineItems) keep(r ref, items []*node) []*node {
	held := object()
	held.put("data", listOf(items...))
	l.graph.keepInner(held)
	l.graph.objects.keep(r, held, stated)
	return items
}

// make makes the line items for a new object and sets its totals. Storing the object is
// up to the caller.
func (l *lineItems) make(r ref, tree *node, params *param) *apiError {
	given := params.field("line_items")
	if given == nil || given.kind != array {
		return nil
	}
	if len(given.fields) > maxItems {
		return invalid("line_items", "Array is too long: %d elements, want at most %d.", len(given.fields), maxItems)
	}
	m := merge{graph: l.graph, bindings: render.NewBindings(l.graph.seed(), "items of "+r.id, l.graph.now().Unix())}
	var items []*node
	var sum int64
	for _, p := range given.fields {
		item := m.element(known().kind("item").template)
		if failed := m.hash(item, p, known().kind("item").template, ""); failed != nil {
			return failed
		}
		price := item.child("price")
		if data := p.field("price_data"); data != nil {
			if failed := m.hash(price, data, known().kind("price").template, ""); failed != nil {
				return failed
			}
			price.put("unit_amount_decimal", text(price.child("unit_amount").plain()))
			if name := data.get("product_data", "name"); name != "" {
				item.put("description", text(name))
			}
		}
		item.put("currency", price.child("currency"))
		total := price.child("unit_amount").int() * max(1, item.child("quantity").int())
		item.put("amount_subtotal", value(total))
		item.put("amount_total", value(total))
		sum += total
		items = append(items, item)
	}
	l.keep(ref{kind: lineItemsOf, id: r.id}, items)
	for _, field := range []string{"amount_subtotal", "amount_total"} {
		if tree.child(field) != nil {
			tree.put(field, value(sum))
		}
	}
	if tree.child("currency") != nil && len(items) > 0 {
		tree.put("currency", items[0].child("currency"))
	}
	return nil
}
