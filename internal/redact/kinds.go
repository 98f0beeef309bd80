package redact

import (
	"slices"
	"strings"
	"unicode"
)

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
	kindAsked      kind = "as asked" // by --redact, where the table knows nothing
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

// standIns make what stands in for a value. What checks the form of a value should
// accept it.
var standIns = map[kind]func(d *digest, value string) string{
	kindAccount:    alike,
	kindAddress:    func(d *digest, _ string) string { return "Address " + d.hex(8) },
	kindAgent:      func(*digest, string) string { return "Mozilla/5.0 (redacted)" },
	kindAsked:      alikeWord,
	kindBirthday:   func(*digest, string) string { return "1" },
	kindBirthYear:  func(*digest, string) string { return "1970" },
	kindCard:       func(d *digest, value string) string { return "0" + alike(d, value)[1:] }, // no card begins with 0
	kindCountry:    func(*digest, string) string { return "US" },
	kindDescriptor: alike,
	kindEmail:      func(d *digest, _ string) string { return "person-" + d.hex(12) + "@example.com" },
	kindExpiry:     func(*digest, string) string { return "12" },
	kindExpiryYear: func(*digest, string) string { return "2050" }, // the card is still good
	kindHeader:     func(*digest, string) string { return "redacted" },
	kindIBAN:       func(d *digest, value string) string { return value[:2] + "00" + alike(d, value)[4:] }, // 00 checks no IBAN
	kindID:         alikeID,
	kindIP:         documentationIP,
	kindName:       func(d *digest, _ string) string { return "Name " + d.hex(8) },
	kindNumber:     alike,
	kindPhone:      fictionalPhone,
	kindPostcode:   alike,
	kindSecret:     func(d *digest, _ string) string { return "redacted-" + d.hex(16) },
	kindSegment:    func(d *digest, _ string) string { return "path-" + d.hex(12) },
	kindState:      alike,
	kindTaxID:      alike,
	kindText:       alikeWord,
	kindURL:        func(d *digest, _ string) string { return "https://example.com/redacted/" + d.hex(16) },
}

// tries is how often another stand-in is made for one that holds the value itself.
const tries = 20

// standIn returns what stands in for a value: the same each time, however it is
// capitalised, and nothing from which the value could be learned.
func (r *Redactor) standIn(k kind, value string) string {
	same := strings.ToLower(strings.Join(strings.Fields(value), " "))
	switch owner, rest, isSecret := splitClientSecret(value); {
	case !meaningful(value):
		return value
	case k == kindHeader:
	case isID(value): // links survive wherever they stand
		k, same = kindID, value
	case isSecret:
		return r.standIn(kindID, owner) + clientSecret + r.standIn(kindNumber, rest)
	}
	for try := range tries {
		stand := standIns[k](r.digest(try, same), value)
		if k.constant() || !strings.Contains(strings.ToLower(stand), same) {
			return stand
		}
	}
	if strings.Contains("redacted", same) { // what is in every stand-in, such as "e"
		return "-"
	}
	return "redacted"
}

// meaningful reports whether a value says anything at all.
func meaningful(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r > unicode.MaxASCII
	})
}

// numberStandIn returns what stands in for a number: its digits are replaced, but
// not those of its exponent.
func (r *Redactor) numberStandIn(k kind, value string) string {
	if k.constant() {
		return standIns[k](nil, value)
	}
	mantissa, exponent := value, ""
	if at := strings.IndexAny(value, "eE"); at >= 0 {
		mantissa, exponent = value[:at], value[at:]
	}
	for try := range tries {
		stand := []byte(alike(r.digest(try, mantissa), mantissa))
		if first := strings.IndexAny(mantissa, "0123456789"); stand[first] == '0' {
			stand[first] = '7' // a number does not begin with 0
		}
		if string(stand) != mantissa {
			return string(stand) + exponent
		}
	}
	return "7" + exponent
}
