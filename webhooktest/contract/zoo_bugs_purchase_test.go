package contract_test

import (
	"context"
	"maps"
	"net/http"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooBuyer is a handler of one type of purchases. Its keys tell one purchase from another.
func zooBuyer(name, why, eventType string, keys func(*zooDelivery) []string) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		z.effects["charge.succeeded"] = z.charged
		z.only("payment_intent.succeeded", eventType) // what it does for payments nobody is told
		z.keys = keys
	}).saying(func(s *contract.Subject) { s.Handles = []string{eventType} })
}

// charged notes a charge.
func (z *zooHandler) charged(d *zooDelivery) error {
	z.note("charged %s", zooField(d, "id"))
	return nil
}

// zooAccounts is a handler of payments that shows a row for each buyer, who is known by
// e-mail: as it was made first, or as every payment writes it.
func zooAccounts(name, why string, every bool, row func(*zooDelivery) any) zooBug {
	bug := zooBuyer(name, why, "payment_intent.succeeded", zooByEvent)
	build := bug.build
	bug.build = func() (http.Handler, func(context.Context) (any, error)) {
		handler, state := build()
		z, accounts := handler.(*zooHandler), make(map[string]any)
		z.effects["payment_intent.succeeded"] = func(d *zooDelivery) error {
			if email := zooEmail(d); every || accounts[email] == nil {
				accounts[email] = row(d)
			}
			return z.paid(d)
		}
		z.show = func() any { return maps.Clone(accounts) }
		return z, state
	}
	return bug
}

// zooGuests shows the last payment of each customer, with one row for all guests.
func zooGuests() zooBug {
	bug := zooWith("guests-share-a-row", "keeps payments by customer, who is null for guests", func(z *zooHandler) {
		rows := make(map[string]any)
		z.effects["payment_intent.succeeded"] = func(d *zooDelivery) error {
			rows[zooField(d, "customer")] = zooObject{"payment": zooField(d, "id"), "status": zooField(d, "status")}
			return nil
		}
		z.only("payment_intent.succeeded")
		z.show = func() any { return maps.Clone(rows) }
	})
	return bug.saying(func(s *contract.Subject) { s.Handles = []string{"payment_intent.succeeded"} })
}

// zooWallet credits buyers with what they pay, told by the payment and by its session.
func zooWallet(name, why string, keys func(*zooDelivery) []string) zooBug {
	const intent, session = "payment_intent.succeeded", "checkout.session.completed"
	bug := zooWith(name, why, func(z *zooHandler) {
		wallets := make(map[string]any)
		credit := func(d *zooDelivery) error {
			if zooField(d, "payment_status") == "unpaid" {
				return nil
			}
			amount := map[string]string{intent: "amount", session: "amount_total"}[string(d.event.Type)]
			cents, _ := d.event.Data.Object[amount].(float64)
			was, _ := wallets[zooField(d, "customer")].(float64)
			wallets[zooField(d, "customer")] = was + cents
			return nil
		}
		z.effects[session] = credit
		z.effects[intent] = func(d *zooDelivery) error {
			_ = credit(d)
			return z.paid(d)
		}
		z.only(intent, session)
		z.keys, z.show = keys, func() any { return maps.Clone(wallets) }
	})
	return bug.saying(func(s *contract.Subject) { s.Handles = []string{intent, session} })
}

// zooByPayment knows a payment by its intent, whichever event tells of it.
func zooByPayment(d *zooDelivery) []string {
	if zooField(d, "payment_status") == "unpaid" {
		return zooByEvent(d)
	}
	return []string{d.event.ID, zooAbout(d, []string{"payment_intent", "id"})}
}

func zooByEvent(d *zooDelivery) []string { return []string{d.event.ID} }

func zooByCustomer(d *zooDelivery) []string { return []string{zooField(d, "customer")} }

func zooByEmail(d *zooDelivery) []string { return []string{zooEmail(d)} }

// zooEmail is the e-mail address of who pays.
func zooEmail(d *zooDelivery) string {
	object := d.event.Data.Object
	for _, details := range []string{"customer_details", "billing_details"} {
		if inner, ok := object[details].(map[string]any); ok {
			object = inner
		}
	}
	for _, field := range []string{"email", "customer_email", "receipt_email"} {
		if email, ok := object[field].(string); ok {
			return email
		}
	}
	return ""
}

func zooPaymentRow(d *zooDelivery) any { return zooObject{"payment": zooField(d, "id")} }

// zooPurchaseBugs take a customer's second purchase for the first.
func zooPurchaseBugs() []zooBug {
	return []zooBug{
		zooBuyer("sessions-by-customer", "a row a customer, of the first purchase", "checkout.session.completed", zooByCustomer),
		zooBuyer("sessions-by-email", "a row an e-mail, of the first purchase", "checkout.session.completed", zooByEmail),
		zooBuyer("charges-by-customer", "the same for charges", "charge.succeeded", zooByCustomer),
		zooBuyer("invoices-by-email", "the same for invoices", "invoice.paid", zooByEmail),
		zooBuyer("payments-by-customer", "the same for payments", "payment_intent.succeeded", zooByCustomer),
		zooGuests(),
		zooWallet("wallet-credited-twice", "credits a payment, and its session again", zooByEvent),
		zooAccounts("account-has-first", "a row an e-mail, with the first payment", false, zooPaymentRow),
	}
}

// zooPurchaseSound know that a customer may come back.
func zooPurchaseSound() []zooBug {
	return []zooBug{
		zooBuyer("charges-only", "a row a charge", "charge.succeeded", zooByEvent),
		zooBuyer("invoices-only", "a row an invoice", "invoice.paid", zooByEvent),
		zooWallet("wallet-by-payment", "credits what a payment and its session tell once", zooByPayment),
		zooAccounts("account-has-last", "a row an e-mail, with the last payment", true, zooPaymentRow),
		zooAccounts("account-for-life", "who has paid once has access forever", false, func(*zooDelivery) any { return zooObject{"access": true} }),
	}
}
