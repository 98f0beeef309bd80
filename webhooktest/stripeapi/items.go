package stripeapi

import (
	"maps"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// maxItems is the maximum number of items in a purchase.
const maxItems = 100

// items merges into a list object, such as the items of a subscription: elements with an
// ID change, those without are new. Without any ID, the new list replaces the old one.
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
		planOf(m.bindings, data[at])
	}
	field = field.clone()
	field.put("data", listOf(data...))
	if field.child("total_count") != nil {
		field.put("total_count", value(len(data)))
	}
	return field, nil
}

// ofItems sets the plan and the quantity of a subscription from its only item, or to
// null.
func ofItems(subscription *node) {
	items := subscription.at("items.data")
	if items == nil {
		return
	}
	for _, field := range []string{"plan", "quantity"} {
		if len(items.children) == 1 {
			subscription.put(field, items.children[0].child(field).clone())
		} else {
			subscription.put(field, null())
		}
	}
}

// element returns a new element of a list, with its own IDs and links to the owner of the
// list.
func (m *merge) element(like *node) *node {
	b := render.NewBindings(m.graph.seed(), "element "+strconv.FormatInt(m.graph.objects.next(), 10), m.bindings.Now)
	b.IDs = maps.Clone(m.bindings.IDs)
	for _, own := range []string{"si", "price", "prod", "il", "li"} {
		delete(b.IDs, own)
	}
	return fill(b, like)
}

// planOf makes the plan, an older form of the price, of a subscription's item.
func planOf(b *render.Bindings, item *node) {
	price, plan := item.child("price"), item.child("plan")
	if price == nil || plan == nil || price.kind != '{' || plan.kind != '{' {
		return
	}
	plan = plan.clone()
	plan.put("id", price.child("id"))
	plan.put("product", price.child("product"))
	shareFacts(b, "price", price, "plan", plan)
	item.put("plan", plan)
}
