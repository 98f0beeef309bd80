package stripeapi

import (
	"slices"
	"strings"
)

// create executes POST /v1/{collection}.
func (w *writer) create(t target, params *param) (*node, *apiError) {
	kind := kindToMake(t, params)
	r, tree, failed := w.make(kind, t, params)
	if failed != nil {
		return nil, failed
	}
	if failed := w.confirmAtOnce(r, tree, params); failed != nil {
		return nil, failed
	}
	if failed := w.complete(r, tree, params); failed != nil {
		return nil, failed
	}
	w.hostedAt(r, tree)
	w.keepForLater(r, params)
	w.graph.change(r, tree)
	return tree, nil
}

// make makes the object as its fixture and the parameters say.
func (w *writer) make(kind string, t target, params *param) (ref, *node, *apiError) {
	for _, name := range writes().Required[kind] {
		if !slices.ContainsFunc(strings.Split(name, "|"), func(either string) bool { return params.field(either) != nil }) {
			return ref{}, nil, lacking(name)
		}
	}
	tree, failed := w.maker.make(kind, writes().Create[kind], params, t.parent)
	if failed != nil {
		return ref{}, nil, failed
	}
	if id := params.get("id"); id != "" && known().kind(kind).id != "" {
		tree.put("id", text(id))
	}
	r := refOf(kind, tree)
	if old, exists := w.graph.objects.get(r); exists && r.id != "" && !old.deleted {
		e := invalid("id", "%s already exists.", r.id)
		e.code = "resource_already_exists"
		return ref{}, nil, e
	}
	return r, tree, nil
}

// confirmAtOnce confirms a new intent whose parameters say so.
func (w *writer) confirmAtOnce(r ref, tree *node, params *param) *apiError {
	confirm, ok := writes().Actions[r.kind]["confirm"]
	if !ok || params.get("confirm") != "true" {
		return nil
	}
	return w.confirm(r, tree, params, confirm)
}

// complete fills in what Stripe derives for a new object of some kinds.
func (w *writer) complete(r ref, tree *node, params *param) *apiError {
	switch r.kind {
	case "subscription":
		return w.beginSubscription(tree, params)
	case "checkout.session":
		if tree.child("mode").str() == "setup" {
			if failed := w.beginSetup(tree, params); failed != nil {
				return failed
			}
		}
		return w.items.make(r, tree, params)
	case "payment_link":
		afterwards(tree, params)
		return w.items.make(r, tree, params)
	case "quote":
		return w.items.make(r, tree, params)
	case "invoice":
		w.bills.collect(tree, params)
	case "invoiceitem":
		w.bills.putOn(tree, params)
	case "payment_method":
		showCard(tree, params)
	case "refund":
		return w.beginRefund(tree, params)
	}
	return nil
}

// beginSubscription starts the trial and the first invoice.
func (w *writer) beginSubscription(tree *node, params *param) *apiError {
	w.beginTrial(tree, params)
	if failed := w.begin(tree, params); failed != nil {
		return failed
	}
	return w.bills.begin(tree, params)
}

// beginRefund takes the refund from its charge. Some test cards leave it pending.
func (w *writer) beginRefund(tree *node, params *param) *apiError {
	if failed := w.maker.refundCharge(tree, params); failed != nil {
		return failed
	}
	if w.graph.outcome(tree).Refund == "pending" {
		tree.put("status", text("pending"))
	}
	return nil
}

// kindToMake chooses among the kinds of a collection.
func kindToMake(t target, params *param) string {
	for _, name := range []string{"external_account", "source", "bank_account"} {
		kind := params.get(name, "object")
		if kind == "" && (strings.HasPrefix(params.get(name), "btok_") || strings.HasPrefix(params.get(name), "ba_")) {
			kind = "bank_account"
		}
		if slices.Contains(t.Kinds, kind) {
			return kind
		}
	}
	return t.Kinds[0]
}
