package stripeapi

import "net/http"

// refundCharge updates the charge of a refund, as Stripe does: the same money cannot be
// refunded twice (https://docs.stripe.com/api/refunds/create).
func (m *maker) refundCharge(refund *node, params *param) *apiError {
	id := refund.child("charge").str()
	o, failed := m.graph.lookup(ref{kind: "charge", id: id})
	if failed != nil || o.deleted {
		return nil // the charge is unknown
	}
	charge := o.tree()
	before := charge.child("amount_refunded").int()
	left := charge.child("amount").int() - before
	if params.field("amount") == nil {
		refund.put("amount", value(left))
	}
	amount := refund.child("amount").int()
	switch {
	case left <= 0:
		return refused("charge_already_refunded", "Charge %s has already been refunded.", id)
	case amount > left:
		return refused("", "Refund amount (%d) is greater than unrefunded amount on charge (%d).", amount, left)
	}
	charge.put("amount_refunded", value(before+amount))
	charge.put("refunded", value(amount == left))
	m.graph.objects.keep(o.ref, charge, stated)
	return nil
}

func refused(code, format string, args ...any) *apiError {
	e := invalid("", format, args...)
	e.status, e.code = http.StatusBadRequest, code
	return e
}
