package stripeapi

import "bytes"

// hostedAt sets the url of a Checkout Session or payment link to its page.
func (w *writer) hostedAt(r ref, tree *node) {
	base := w.graph.pages()
	url := tree.child("url")
	if base == "" || url.isNull() {
		return
	}
	switch r.kind {
	case "checkout.session":
		tree.put("url", text(base+SessionPage+r.id))
	case "payment_link":
		tree.put("url", text(base+LinkPage+r.id))
	}
}

// afterwards sets where a payment link leads after payment, in the fields of its type.
func afterwards(tree *node, params *param) {
	if given := params.field("after_completion"); given != nil && given.kind == hash {
		tree.put("after_completion", given.node())
	}
}

// The paths of the hosted pages below Server.Pages, followed by the id.
const (
	SessionPage = "/c/pay/"
	LinkPage    = "/b/"
)

// forLater are the parameters of a Checkout Session for the object that it creates once it
// is paid (https://docs.stripe.com/api/checkout/sessions/create).
var forLater = []string{"payment_intent_data", "setup_intent_data", "subscription_data"}

// keepForLater stores parameters of a session that the session does not show:
// [Server.Object] returns them, by the kind payment_intent_data and the session's id.
func (w *writer) keepForLater(r ref, params *param) {
	for _, name := range forLater {
		if given := params.field(name); given != nil && given.kind == hash {
			w.graph.objects.keep(ref{kind: name, id: r.id}, given.node(), stated)
		}
	}
}

// beginSetup makes the SetupIntent that a session of mode setup has from the start.
func (w *writer) beginSetup(session *node, params *param) *apiError {
	given := &param{kind: hash}
	if data := params.field("setup_intent_data"); data != nil && data.kind == hash {
		given = data.without()
	}
	if customer := params.field("customer"); customer != nil {
		given.put("customer", customer)
	}
	tree, failed := w.maker.make("setup_intent", writes().Create["setup_intent"], given, nil)
	if failed != nil {
		return failed
	}
	w.graph.keep(refOf("setup_intent", tree), tree)
	session.put("setup_intent", tree.child("id"))
	return nil
}

// node returns the parameter as JSON. Numbers sent as text stay text.
func (p *param) node() *node {
	switch {
	case p.kind == scalar && p.typed != nil:
		return mustNode(p.typed)
	case p.kind == scalar:
		return text(p.text)
	case p.kind == array:
		var elements []*node
		for _, field := range p.fields {
			elements = append(elements, field.node())
		}
		return listOf(elements...)
	}
	tree := object()
	for i, key := range p.keys {
		tree.putLast(key, p.fields[i].node())
	}
	return tree
}

// ObjectAt is Object in the shape of an API version, or of the object's own version if that
// is later: conversion only goes forward. It returns the shape's version.
func (s *Server) ObjectAt(kind, id, version string) (object []byte, shape string, ok bool) {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.objects.withID(id) {
		o, _ := g.objects.get(r)
		if r.kind != kind || o.origin == inferred {
			continue
		}
		tree := shaped(o.tree(), version)
		return bytes.Clone(tree.encode()), max(version, o.version), true
	}
	return nil, "", false
}

// Told returns the type of the newest event about an object, or "".
func (s *Server) Told(kind, id string) (eventType string) {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	if o, ok := g.objects.get(ref{kind: kind, id: id}); ok {
		return o.eventType
	}
	return ""
}

// LineItems returns the line items of a Checkout Session, payment link or quote, as a JSON
// list.
func (s *Server) LineItems(kind, id string) (list []byte, ok bool) {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	o, ok := g.objects.get(ref{kind: kind, id: id})
	if !ok || o.deleted {
		return nil, false
	}
	items := lineItems{g}
	return listOf(items.of(o)...).encode(), true
}

// VisitLink opens a payment link like a customer: it makes a Checkout Session for what the
// link sells, and returns its id.
func (s *Server) VisitLink(id string) (session string, ok bool) {
	api := s.built()
	api.graph.mu.Lock()
	defer api.graph.mu.Unlock()
	o, ok := api.graph.objects.get(ref{kind: "payment_link", id: id})
	if !ok || o.deleted {
		return "", false
	}
	tree, failed := api.objects.writer.visit(o)
	if failed != nil {
		return "", false
	}
	return tree.child("id").str(), true
}

// visit makes the session of a payment link
// (https://docs.stripe.com/payment-links/customize#metadata).
func (w *writer) visit(o *stored) (*node, *apiError) {
	link, items := o.tree(), w.items.of(o)
	given := &param{kind: hash}
	for _, field := range []string{"metadata", "payment_intent_data", "subscription_data"} {
		if value := link.child(field); value != nil && value.kind == '{' {
			given.put(field, paramOf(value))
		}
	}
	given.put("mode", paramOf(text(modeOf(items))))
	given.put("payment_link", paramOf(text(o.id)))
	if back := link.at("after_completion.redirect.url"); !back.isNull() {
		given.put("success_url", paramOf(back))
	}
	tree, failed := w.maker.make("checkout.session", writes().Create["checkout.session"], given, nil)
	if failed != nil {
		return nil, failed
	}
	r := refOf("checkout.session", tree)
	w.items.keep(ref{kind: lineItemsOf, id: r.id}, items)
	var sum int64
	for _, item := range items {
		sum += item.child("amount_total").int()
		tree.put("currency", item.child("currency"))
	}
	tree.put("amount_subtotal", value(sum))
	tree.put("amount_total", value(sum))
	w.hostedAt(r, tree)
	w.keepForLater(r, given)
	w.graph.keep(r, tree)
	return tree, nil
}

// modeOf returns the mode of a session by what it sells.
func modeOf(items []*node) string {
	for _, item := range items {
		if recurring := item.at("price.recurring"); !recurring.isNull() {
			return "subscription"
		}
	}
	return "payment"
}

func (p *param) put(key string, value *param) {
	p.keys = append(p.keys, key)
	p.fields = append(p.fields, value)
}
