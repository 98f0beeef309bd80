package stripeapi

// balance adjusts a balance transaction to its object: Stripe's fee, the direction of the
// money, and the type.
func balance(tree *node, id string, from []*stored) {
	amount := tree.child("amount").int()
	for _, o := range from {
		of := o.tree()
		if of.child("failure_balance_transaction").str() == id { // the money of a refund comes back
			tree.put("source", text(o.id))
			move(tree, of.child("amount").int(), 0, o.kind+"_failure")
			return
		}
		if of.child("balance_transaction").str() != id {
			continue
		}
		if there := of.child("amount"); there != nil {
			amount = there.int()
		}
		tree.put("source", text(o.id))
		if o.kind != "charge" {
			move(tree, amount*direction[o.kind], 0, o.kind)
			return
		}
	}
	const fixed, perMille = 30, 29 // as in the fixtures: 2.9% and 30 cents
	move(tree, amount, (amount*perMille+500)/1000+fixed, "charge")
}

// direction is 1 for additions to the balance, -1 for deductions.
var direction = map[string]int64{"payout": -1, "refund": -1, "topup": 1, "transfer": -1, "transfer_reversal": 1, "application_fee": 1, "fee_refund": -1}

func move(tree *node, amount, fee int64, reason string) {
	tree.put("amount", value(amount))
	tree.put("fee", value(fee))
	tree.put("net", value(amount-fee))
	tree.put("reporting_category", text(reason))
	tree.put("type", text(reason))
	if fee == 0 {
		tree.put("fee_details", listOf())
		return
	}
	tree.set("fee_details.0.amount", value(fee))
}
