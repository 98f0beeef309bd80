package redact

import (
	"strings"
	"sync"
)

// Stripe publishes no grammar of its IDs. Here, an ID is a prefix of lower-case letters,
// and at least 12 letters and digits after it. Either the prefix is known, or the rest
// looks random.
const idExpr = `(?:[a-z]{2,}_)+[0-9A-Za-z]{12,}`

var idText = lazy(idExpr)

// idPrefixes are the prefixes of IDs, without a following test_ and live_ (Checkout
// Sessions) or tmp_ (invoice lines).
//
// Source: the examples of https://docs.stripe.com/api.
const idPrefixes = `acct ba bpc bps btok ca card cap cbtxn ccsbtxn ch climorder cn cnli credrev cs cus cusset debrev di dp du evt
fa fca fcaown fctxn fctxnref fee file fr frr iauth ibt ic ich idp ii il in inpay intok ipi issfr link li mandate mbur mtr obp obt or
orct person pi pm pmc po prv prvtok py pyr qt rc rcpt rd re req rp seti setatt si src srcmn srctxn sub sub_sched tdsrc
tml tmr tok topup tr trr trxn tu txi txn txr_applied vi vr vs we wbk`

// catalogPrefixes are the prefixes of catalog objects. They identify no person, and
// handlers are configured with them: they are kept.
const catalogPrefixes = `climsku coupon feat plan price prod promo shr sku txcd txr`

// prefixes maps the known prefixes to whether they are the catalog's.
var prefixes = sync.OnceValue(func() map[string]bool {
	catalog := make(map[string]bool)
	for prefix := range strings.FieldsSeq(idPrefixes) {
		catalog[prefix] = false
	}
	for prefix := range strings.FieldsSeq(catalogPrefixes) {
		catalog[prefix] = true
	}
	return catalog
})

// isID reports whether the whole text is one ID. A key does not count despite its shape:
// its stand-in must not look like a key.
func isID(text string) bool {
	prefix, rest, ok := splitID(text)
	return ok && idText().FindString(text) == text && looksLikeID(prefix, rest) && len(stripeKeys(text)) == 0
}

// splitID splits an ID after its last underscore.
func splitID(text string) (prefix, rest string, ok bool) {
	at := strings.LastIndexByte(text, '_')
	if at < 1 {
		return "", "", false
	}
	return text[:at], text[at+1:], true
}

// looksLikeID distinguishes an ID from a name such as requires_payment_method.
func looksLikeID(prefix, rest string) bool {
	if !strings.ContainsFunc(rest, func(r rune) bool { return r < 'a' }) {
		return false
	}
	for _, mode := range []string{"_test", "_live", "_tmp"} {
		prefix = strings.TrimSuffix(prefix, mode)
	}
	if _, known := prefixes()[prefix]; known {
		return true
	}
	return len(rest) >= 14 && strings.ContainsAny(rest, "0123456789") && strings.ToLower(rest) != rest && strings.ToUpper(rest) != rest
}

// isCatalogID reports whether the text is the ID of a catalog object.
func isCatalogID(text string) bool {
	prefix, _, ok := splitID(text)
	return ok && prefixes()[prefix] && isID(text)
}

// clientSecret separates an object's ID from the secret for browsers.
const clientSecret = "_secret_"

// splitClientSecret splits pi_…_secret_….
func splitClientSecret(text string) (owner, rest string, ok bool) {
	owner, rest, ok = strings.Cut(text, clientSecret)
	return owner, rest, ok && isID(owner) && meaningful(rest)
}
