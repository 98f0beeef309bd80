package stripeapi

import (
	"slices"
	"strconv"
)

// An item is an element of a list. Only the shown ones are parsed.
type item struct {
	id      string
	text    []byte
	version string // as in stored
	tree    *node  // nil: not parsed yet
}

func (i *item) node() *node {
	if i.tree == nil {
		i.tree = mustNode(i.text)
		i.tree.version = i.version
	}
	return i.tree
}

func itemsOf(trees []*node) []item {
	items := make([]item, len(trees))
	for i, tree := range trees {
		items[i] = item{id: tree.child("id").str(), tree: tree}
	}
	return items
}

// maxPage is the maximum size of a page in bytes, before layout: a page of large elements
// ends early, with has_more.
const maxPage = 16 << 20

// page returns a part of a list (https://docs.stripe.com/api/pagination).
func page(items []item, url string, params *param) (*node, *apiError) {
	limit, failed := limitOf(params)
	if failed != nil {
		return nil, failed
	}
	after, before := params.get("starting_after"), params.get("ending_before")
	more := false
	switch {
	case after != "" && before != "":
		return nil, invalid("ending_before", "You may give starting_after or ending_before, not both.")
	case before != "":
		at, failed := indexOf(items, "ending_before", before)
		if failed != nil {
			return nil, failed
		}
		from := max(0, at-limit)
		for from < at-1 && sizeOf(items[from:at]) > maxPage {
			from++ // before the cursor, the last elements are the nearest
		}
		items, more = items[from:at], from > 0
	case after != "":
		at, failed := indexOf(items, "starting_after", after)
		if failed != nil {
			return nil, failed
		}
		items = items[at+1:]
	}
	if len(items) > limit {
		items, more = items[:limit], true
	}
	for before == "" && len(items) > 1 && sizeOf(items) > maxPage {
		items, more = items[:len(items)-1], true
	}
	data := listOf()
	for i := range items {
		data.children = append(data.children, items[i].node())
	}
	tree := object()
	tree.put("object", text("list"))
	tree.put("data", data)
	tree.put("has_more", value(more))
	tree.put("url", text(url))
	return tree, nil
}

// sizeOf returns the total size of the items' texts.
func sizeOf(items []item) (bytes int) {
	for i := range items {
		bytes += len(items[i].text)
	}
	return bytes
}

func indexOf(items []item, name, id string) (int, *apiError) {
	at := slices.IndexFunc(items, func(i item) bool { return i.id == id })
	if at < 0 {
		e := invalid(name, "No such object in this list: '%s'", id)
		e.code = "resource_missing"
		return 0, e
	}
	return at, nil
}

func limitOf(params *param) (int, *apiError) {
	given := params.field("limit")
	if given == nil {
		return 10, nil
	}
	limit, err := strconv.Atoi(given.text)
	switch {
	case err != nil:
		e := invalid("limit", "Invalid integer: %s", given.text)
		e.code = "parameter_invalid_integer"
		return 0, e
	case limit < 1:
		return 0, invalid("limit", "This value must be greater than or equal to 1.")
	case limit > 100:
		return 0, invalid("limit", "This value must be less than or equal to 100.")
	}
	return limit, nil
}
