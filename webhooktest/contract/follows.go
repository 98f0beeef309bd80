package contract

// Some objects come to be only after another is complete, and most apps look for that one:
// refunds, disputes, reviews and fees follow a payment, a credit note an invoice. It comes
// first, by each of the handled types that tell of it.

// tellInvoice are the types that tell of a final invoice, in the order in which they happen.
var tellInvoice = []string{"invoice.finalized", "invoice.payment_succeeded", "invoice.paid"}

// followsOf are the types that tell of what an object follows, beside what takes money back,
// by the kind of the object.
var followsOf = map[string][]string{
	"application_fee":           tellPaid,
	"credit_note":               tellInvoice,
	"radar.early_fraud_warning": tellPaid,
	"review":                    tellPaid,
}
