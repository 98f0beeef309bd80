package redact

import "slices"

// A kind is what a value is, and decides what stands in for it. Its text is what
// the list of what was redacted says.
type kind string

const (
	kindPlain     kind = ""          // nothing that needs a stand-in by itself
	kindStructure kind = "structure" // what a handler reads an event by
	kindVersion   kind = "version"   // likewise, and may look like an IP address
	kindAmount    kind = "amount"    // likewise, and may look like the number of a card
	kindPath      kind = "path"      // of a list in the API
	kindKept      kind = "kept"      // what the user wants as it is

	kindAccount    kind = "account number"
	kindAddress    kind = "address"
	kindAgent      kind = "user agent"
	kindAsked      kind = "as asked" // by the user, where the table knows nothing
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

// redacted reports whether the values of the kind are replaced wherever they are.
func (k kind) redacted() bool {
	return k != kindPlain && k != kindPath && k != kindKept && !k.structure()
}

// structure reports whether a handler reads an event by values of the kind.
func (k kind) structure() bool { return k == kindStructure || k == kindVersion || k == kindAmount }

// constants are the kinds whose stand-in does not depend on the value: where there
// are few values, such as the days of a month, how often each occurs would tell
// which it was.
var constants = []kind{kindAgent, kindBirthday, kindBirthYear, kindCountry, kindExpiry, kindExpiryYear, kindHeader}

func (k kind) constant() bool { return slices.Contains(constants, k) }
