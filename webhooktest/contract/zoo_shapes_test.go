package contract_test

import (
	"errors"
	"strings"
)

// zooShapeBugs were written for the first shape that they saw.
func zooShapeBugs() []zooBug {
	quantity := func(d *zooDelivery) error {
		for _, item := range zooList(d, "items") {
			if _, ok := item["quantity"]; !ok {
				return errors.New("KeyError: 'quantity'")
			}
		}
		return nil
	}
	return []zooBug{
		zooWith("quantity-required", "every item has a quantity", func(z *zooHandler) { z.handle = z.failing(quantity) }),
		zooWith("metered-swallowed", "the error about a missing quantity is caught, and answered with 200", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool { return quantity(d) != nil })
		}),
		zooWith("several-items-swallowed", "a subscription has one plan: without, there is nothing to do", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool {
				return zooField(d, "object") == "subscription" && d.event.Data.Object["plan"] == nil
			})
		}),
		zooWith("free-swallowed", "what is not paid is not bought", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool { return zooField(d, "payment_status") == "no_payment_required" })
		}),
		zooWith("several-items-are-500", "a subscription is its only item", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if len(zooList(d, "items")) > 1 {
					return errors.New("MultipleObjectsReturned")
				}
				return nil
			})
		}),
		zooWith("first-line-read", "an invoice has a line", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if zooField(d, "object") == "invoice" {
					_ = zooList(d, "lines")[0]["id"]
				}
				return nil
			})
		}).handling("invoice.paid"),
		zooWith("no-lines-are-400", "an invoice without lines is refused, and comes again for three days", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if zooField(d, "object") == "invoice" && len(zooList(d, "lines")) == 0 {
					return &zooError{400, "nothing was bought"}
				}
				return nil
			})
		}).handling("invoice.paid"),
		zooWith("zero-divided", "the price of a line is its share of the total", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if paid, _ := d.event.Data.Object["amount_paid"].(float64); zooField(d, "object") == "invoice" {
					_ = 100 / int(paid)
				}
				return nil
			})
		}).handling("invoice.payment_succeeded"),
		zooWith("mode-unknown-is-500", "a session is a payment or a subscription", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if zooField(d, "mode") == "setup" {
					return errors.New("unknown mode setup")
				}
				return nil
			})
		}),
		zooWith("status-unknown-is-500", "an enum in the database without unpaid", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if zooField(d, "object") == "subscription" && zooField(d, "status") == "unpaid" {
					return errors.New("invalid input value for enum subscription_status")
				}
				return nil
			})
		}),
		zooWith("yen-is-500", "every currency has cents", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if zooField(d, "currency") == "jpy" {
					return errors.New("JPY does not support subunits")
				}
				return nil
			})
		}),
	}
}

// zooSoundShapes acknowledge without an effect what their app has no use for.
func zooSoundShapes() []zooBug {
	ignoring := func(name, why string, useless func(*zooDelivery) bool) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.handle = z.unless(useless) }).handling(zooMore...)
	}
	return []zooBug{
		ignoring("payments-only", "sessions of subscriptions and of setup are none of its business", func(d *zooDelivery) bool {
			return zooField(d, "object") == "checkout.session" && zooField(d, "mode") != "payment"
		}),
		ignoring("zero-ignored", "an invoice of zero pays for nothing", func(d *zooDelivery) bool {
			return zooField(d, "object") == "invoice" && d.event.Data.Object["amount_paid"] == 0.0
		}),
		ignoring("dollars-only", "another currency is another app's", func(d *zooDelivery) bool {
			return zooField(d, "currency") != "" && zooField(d, "currency") != "usd"
		}),
		ignoring("customers-only", "guests have no account to note it in", func(d *zooDelivery) bool {
			_, has := d.event.Data.Object["customer"]
			return has && d.event.Data.Object["customer"] == nil
		}),
		ignoring("no-by-hand", "an invoice made by hand is the accountant's business", func(d *zooDelivery) bool {
			return zooField(d, "billing_reason") == "manual"
		}),
		ignoring("paying-subscriptions", "what is not paid is not stored yet", func(d *zooDelivery) bool {
			return strings.HasSuffix(string(d.event.Type), ".created") && zooField(d, "status") == "incomplete"
		}),
	}
}

// zooList is a list inside the event's object.
func zooList(d *zooDelivery, key string) (list []map[string]any) {
	inner, _ := d.event.Data.Object[key].(map[string]any)
	elements, _ := inner["data"].([]any)
	for _, element := range elements {
		member, _ := element.(map[string]any)
		list = append(list, member)
	}
	return list
}
