package redact

import "slices"

// A kind classifies a value, and decides its stand-in. Its text appears in the list of
// findings.
type kind string

const (
	kindPlain     kind = ""          // needs no stand-in by itself
	kindStructure kind = "structure" // handlers branch on it
	kindVersion   kind = "version"   // likewise; may look like an IP address
	kindAmount    kind = "amount"    // likewise; may look like a card number
	kindPage      kind = "page"      // likewise; the URL of a public page
	kindPath      kind = "path"      // of a list in the API
	kindKept      kind = "kept"      // kept at the user's request

	kindAccount    kind = "account number"
	kindAddress    kind = "address"
	kindAgent      kind = "user agent"
	kindAsked      kind = "as asked" // at the user's request, if the table has no kind
	kindBirthday   kind = "day of birth"
	kindBirthYear  kind = "year of birth"
	kindCard       kind = "card number"
	kindCountry    kind = "country"
	kindDescriptor kind = "statement descriptor"
	kindEmail      kind = "email"
	kindExpiry     kind = "month of expiry"
	kindExpiryYear kind = "year of expiry"
	kindHeader     kind = "header"
	kindIBAN       kind = "IBAN"
	kindID         kind = "id"
	kindIP         kind = "IP address"
	kindName       kind = "name"
	kindNumber     kind = "number"
	kindPhone      kind = "phone"
	kindPostcode   kind = "postal code"
	kindSecret     kind = "secret"
	kindSegment    kind = "path segment"
	kindState      kind = "state"
	kindTaxID      kind = "tax id"
	kindText       kind = "text"
	kindURL        kind = "URL"
)

// redacted reports whether values of the kind are replaced everywhere.
func (k kind) redacted() bool {
	return k != kindPlain && k != kindPath && k != kindKept && !k.structure()
}

// structure reports whether handlers branch on values of the kind.
func (k kind) structure() bool {
	return k == kindStructure || k == kindVersion || k == kindAmount || k == kindPage
}

// constants are the kinds with a fixed stand-in: with few values, such as the days of a
// month, the frequency of each would reveal it.
var constants = []kind{kindAgent, kindBirthday, kindBirthYear, kindCountry, kindExpiry, kindExpiryYear, kindHeader}

func (k kind) constant() bool { return slices.Contains(constants, k) }
