package stripeapi

// mostEmbedded is the maximum number of list elements in an object: the rest is at the
// list's URL (https://docs.stripe.com/expand#includable-properties).
const mostEmbedded = 10

// firstPages cuts the lists inside an object or a page to what Stripe embeds.
func firstPages(tree *node) {
	tree.walk(func(_, _ string, v *node) {
		data := v.child("data")
		if v == tree || v.child("object").str() != "list" || data == nil || len(data.children) <= mostEmbedded {
			return
		}
		v.put("data", listOf(data.children[:mostEmbedded]...))
		v.put("has_more", value(true))
	})
}

// withRest adds the elements known before to an object's lists that say they have more.
func withRest(object, before *node) {
	for _, key := range object.keys {
		list, known := object.child(key), before.child(key)
		if list.child("object").str() != "list" || list.child("has_more").plain() != "true" || known == nil {
			continue
		}
		if data, all := list.child("data"), known.child("data"); data != nil && all != nil && beginsWith(all.children, data.children) {
			object.put(key, known)
		}
	}
}

// beginsWith reports whether one list is a prefix of another.
func beginsWith(all, first []*node) bool {
	if len(all) <= len(first) {
		return false
	}
	for i, element := range first {
		if element.child("id").str() != all[i].child("id").str() {
			return false
		}
	}
	return true
}
