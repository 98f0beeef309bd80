package stripeapi

import (
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// fillIn sets an invoice's lines and totals.
func (b *biller) fillIn(invoice *node, lines []*node) {
	var sum int64
	for _, line := range lines {
		line.put("invoice", invoice.child("id"))
		line.put("subscription", invoice.child("subscription"))
		sum += line.child("amount").int()
		invoice.put("currency", line.child("currency"))
	}
	list := invoice.child("lines")
	list.put("data", listOf(lines...))
	list.put("total_count", value(len(lines)))
	for _, field := range []string{"amount_due", "subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"} {
		invoice.put(field, value(sum))
	}
	paid := int64(0)
	if invoice.child("status").str() == "paid" {
		paid = sum
	}
	invoice.put("amount_paid", value(paid))
	invoice.put("amount_remaining", value(sum-paid))
}

// periodLines returns the lines of an invoice for the items of a subscription.
func (b *biller) periodLines(sub *node) (lines []*node) {
	for _, item := range sub.at("items.data").children {
		line := b.line("lines.data.0")
		amount := item.at("price.unit_amount").int() * max(1, item.child("quantity").int())
		if sub.child("status").str() == "trialing" {
			amount = 0
		}
		line.put("quantity", item.child("quantity"))
		line.put("plan", item.child("plan"))
		line.put("subscription_item", item.child("id"))
		line.put("metadata", sub.child("metadata"))
		line.set("period.start", sub.child("current_period_start"))
		line.set("period.end", sub.child("current_period_end"))
		lines = append(lines, priced(line, item, amount))
	}
	return lines
}

// itemLines returns the lines of an invoice for invoice items.
func (b *biller) itemLines(items []*stored) (lines []*node) {
	for _, o := range items {
		item := o.tree()
		line := b.line("lines.data.1")
		for _, field := range []string{"description", "metadata", "period", "quantity"} {
			line.put(field, item.child(field))
		}
		line.put("invoice_item", item.child("id"))
		line = priced(line, item, item.child("amount").int())
		line.put("currency", item.child("currency"))
		lines = append(lines, line)
	}
	return lines
}

// line returns a new line like the template's.
func (b *biller) line(like string) *node {
	m := merge{graph: b.graph, bindings: render.NewBindings(b.graph.seed(), "line", b.graph.now().Unix())}
	return m.element(known().kind("invoice").template.at(like))
}

// priced sets the price and amount of a line from an item.
func priced(line, item *node, amount int64) *node {
	price := item.child("price")
	line.put("price", price)
	line.put("currency", price.child("currency"))
	line.put("amount", value(amount))
	line.put("amount_excluding_tax", value(amount))
	line.put("unit_amount_excluding_tax", text(price.child("unit_amount").plain()))
	return line
}

// itemsOn returns a client's items on an invoice or, without its id, the items waiting for
// a customer's next invoice; oldest first.
//
// Source: https://docs.stripe.com/api/invoiceitems/create
func (g *graph) itemsOn(invoice, customer, currency string) (items []*stored) {
	for _, o := range g.objects.ofKinds([]string{"invoiceitem"}) {
		tree := o.tree()
		same := idOf(tree.child("customer")) == customer && (currency == "" || tree.child("currency").str() == currency)
		if !o.deleted && o.origin == stated && idOf(tree.child("invoice")) == invoice && same {
			items = append(items, o)
		}
	}
	slices.Reverse(items)
	return items
}

// take adds waiting items to an invoice.
func (b *biller) take(items []*stored, invoice *node) {
	for _, o := range items {
		item := o.tree()
		item.put("invoice", invoice.child("id"))
		b.graph.keep(o.ref, item)
	}
}

// collect adds the waiting items to a new invoice, if the app asks for that. The invoice of
// a customer who has ever had an item starts empty; another gets example lines.
//
// Source: https://docs.stripe.com/api/invoices/create#create_invoice-pending_invoice_items_behavior
func (b *biller) collect(invoice *node, params *param) {
	customer := idOf(invoice.child("customer"))
	var pending []*stored
	if params.get("pending_invoice_items_behavior") == "include" {
		pending = b.graph.itemsOn("", customer, params.get("currency"))
	}
	if len(pending) == 0 && !b.graph.hasItems(customer) {
		return
	}
	b.fillIn(invoice, b.itemLines(pending))
	b.take(pending, invoice)
}

// hasItems reports whether the app has made invoice items for a customer.
func (g *graph) hasItems(customer string) bool {
	return slices.ContainsFunc(g.objects.ofKinds([]string{"invoiceitem"}), func(o *stored) bool {
		return o.origin == stated && idOf(o.tree().child("customer")) == customer
	})
}

// putOn sets the amount of a new item, and adds it to the draft invoice that the app names.
func (b *biller) putOn(item *node, params *param) {
	if params.field("amount") == nil {
		item.put("amount", value(item.at("price.unit_amount").int()*max(1, item.child("quantity").int())))
	}
	o, ok := b.graph.objects.get(ref{kind: "invoice", id: idOf(item.child("invoice"))})
	if !ok || o.tree().child("status").str() != "draft" {
		return
	}
	invoice := o.tree()
	r := refOf("invoiceitem", item)
	b.graph.keep(r, item)
	b.fillIn(invoice, b.itemLines(b.graph.itemsOn(o.id, idOf(invoice.child("customer")), "")))
	b.graph.keep(o.ref, invoice)
}
