package stripeapi

import (
	"maps"
	"slices"
	"strconv"
)

// maxItems is how many things can be bought together.
const maxItems = 100

// items merges into a list object, such as the items of a subscription: elements
// whose id is given change, those without are new. Without any id the list is new
// as a whole.
func (m *merge) items(key string, field, template *node, p *param) (*node, *apiError) {
	like := template.at("data.0")
	if like == nil || p.kind != array {
		return nil, nil
	}
	if len(p.fields) > maxItems {
		return nil, invalid(key, "Array is too long: %d elements, want at most %d.", len(p.fields), maxItems)
	}
	var data []*node
	if slices.ContainsFunc(p.fields, func(element *param) bool { return element.get("id") != "" }) {
		data = slices.Clone(field.at("data").children)
	}
	for _, element := range p.fields {
		at := slices.IndexFunc(data, func(n *node) bool { return n.child("id").str() == element.get("id") })
		if at >= 0 && element.get("deleted") == "true" {
			data = slices.Delete(data, at, at+1)
			continue
		}
		if at < 0 {
			data, at = append(data, m.element(like)), len(data)
		}
		data[at] = data[at].clone()
		if failed := m.hash(data[at], element.without("id", "deleted"), like, key); failed != nil {
			return nil, failed
		}
		planOf(m.world, data[at])
	}
	field = field.clone()
	field.put("data", listOf(data...))
	return field, nil
}

// element returns a new element of a list, with ids of its own and links to what
// the list belongs to.
func (m *merge) element(like *node) *node {
	w := newWorld(m.server.seed(), "element "+strconv.FormatInt(m.server.state().next(), 10), m.world.now)
	w.names = maps.Clone(m.world.names)
	for _, own := range []string{"si", "price", "prod", "il", "li"} {
		delete(w.names, own)
	}
	return w.render(like)
}

// planOf makes the plan of a subscription's item, which is an older form of its
// price, the price's.
func planOf(w *world, item *node) {
	price, plan := item.child("price"), item.child("plan")
	if price == nil || plan == nil || price.kind != '{' || plan.kind != '{' {
		return
	}
	plan = plan.clone()
	plan.put("id", price.child("id"))
	plan.put("product", price.child("product"))
	w.agree("price", price, "plan", plan)
	item.put("plan", plan)
}

// lineItems returns what is bought in a checkout session, payment link or quote:
// what it was made with, or one thing that costs what the object says.
func (s *Server) lineItems(o *stored) []*node {
	r := ref{kind: lineItemsOf, id: o.id}
	if held, ok := s.state().objects.get(r); ok {
		return held.tree().child("data").children
	}
	tree := o.tree()
	w, _ := s.worldOf(o.ref)
	w.learn(known().kind(o.kind).template, tree)
	item := w.render(known().kind("item").template)
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
	return s.keepLineItems(r, []*node{item})
}

// lineItemsOf is what the line items of an object are kept as.
const lineItemsOf = "line_items"

func (s *Server) keepLineItems(r ref, items []*node) []*node {
	held := object()
	held.put("data", listOf(items...))
	s.carryInner(held)
	s.store.keep(r, held, stated)
	return items
}

// makeLineItems makes the line items that an object is created with, and gives the
// object their sum.
func (s *Server) makeLineItems(r ref, tree *node, params *param) *apiError {
	given := params.field("line_items")
	if given == nil || given.kind != array {
		return nil
	}
	if len(given.fields) > maxItems {
		return invalid("line_items", "Array is too long: %d elements, want at most %d.", len(given.fields), maxItems)
	}
	m := merge{server: s, world: newWorld(s.seed(), "items of "+r.id, s.now().Unix())}
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
		}
		item.put("currency", price.child("currency"))
		total := price.child("unit_amount").int() * max(1, item.child("quantity").int())
		item.put("amount_subtotal", value(total))
		item.put("amount_total", value(total))
		sum += total
		items = append(items, item)
	}
	s.keepLineItems(ref{kind: lineItemsOf, id: r.id}, items)
	for _, field := range []string{"amount_subtotal", "amount_total"} {
		if tree.child(field) != nil {
			tree.put(field, value(sum))
		}
	}
	if tree.child("currency") != nil && len(items) > 0 {
		tree.put("currency", items[0].child("currency"))
	}
	s.store.keep(r, tree, stated)
	return nil
}
