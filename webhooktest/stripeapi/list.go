package stripeapi

import (
	"bytes"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A lister makes lists of objects.
type lister struct {
	graph *graph
	items lineItems
}

// list returns a page of the objects of some kinds.
func (l *lister) list(url string, kinds []string, parent map[string]string, params *param) (*node, *apiError) {
	l.graph.inferAll(kinds)
	filter := params.without("expand", "limit", "starting_after", "ending_before", "object")
	if kind := params.get("object"); slices.Contains(kinds, kind) {
		kinds = []string{kind}
	}
	var items []item
	for _, o := range l.graph.objects.ofKinds(kinds) {
		if o.deleted || o.id == "" || !mayPass(o, parent, filter) {
			continue
		}
		i := item{id: o.id, text: o.text, version: o.version}
		if len(parent) > 0 || len(filter.keys) > 0 || o.kind == "subscription" {
			if !belongs(i.node(), parent) || !passes(o.kind, i.node(), filter) {
				continue
			}
		}
		items = append(items, i)
	}
	return page(items, url, params)
}

// mayPass reports, without parsing, whether an object can contain the IDs in the filters
// of a list.
func mayPass(o *stored, parent map[string]string, filter *param) bool {
	for _, id := range parent {
		if !bytes.Contains(o.text, rawjson.Quote(id)) {
			return false
		}
	}
	for i, key := range filter.keys {
		p := filter.fields[i]
		if p.kind == scalar && looksLikeID(p.text) && bytes.Contains(o.text, []byte(`"`+key+`"`)) && !bytes.Contains(o.text, rawjson.Quote(p.text)) {
			return false
		}
	}
	return true
}

// part returns the elements of a list that belongs to an object, stored in it or shown on
// demand.
func (l *lister) part(o *stored, field string) ([]*node, bool) {
	if held := o.tree().child(field); held.child("object").str() == "list" {
		return held.child("data").children, true
	}
	kind, ok := writes().Lists[o.kind][field]
	if !ok {
		return nil, false
	}
	if kind == "item" {
		items := l.items.of(o)
		for _, item := range items {
			item.version = o.version
		}
		return items, true
	}
	l.graph.inferAll([]string{kind})
	var items []*node
	for _, other := range l.graph.objects.ofKinds([]string{kind}) {
		if tree := other.tree(); !other.deleted && belongs(tree, map[string]string{lastPart(o.kind): o.id}) {
			items = append(items, tree)
		}
	}
	return items, true
}
