package redact

import "strings"

// standIns makes stand-ins. They should pass format checks of the value.
var standIns = map[kind]func(d *digest, value string) string{
	kindAccount:    alike,
	kindAddress:    func(d *digest, _ string) string { return "Address " + d.hex(8) },
	kindAgent:      func(*digest, string) string { return "Mozilla/5.0 (redacted)" },
	kindAsked:      alikeWord,
	kindBirthday:   func(*digest, string) string { return "1" },
	kindBirthYear:  func(*digest, string) string { return "1970" },
	kindCard:       func(d *digest, value string) string { return "0" + alike(d, value)[1:] }, // no card number begins with 0
	kindCountry:    func(*digest, string) string { return "US" },
	kindDescriptor: alike,
	kindEmail:      func(d *digest, _ string) string { return "person-" + d.hex(12) + "@example.com" },
	kindExpiry:     func(*digest, string) string { return "12" },
	kindExpiryYear: func(*digest, string) string { return "2050" }, // not expired
	kindHeader:     func(*digest, string) string { return "redacted" },
	kindIBAN:       func(d *digest, value string) string { return value[:2] + "00" + alike(d, value)[4:] }, // 00 is never a valid checksum
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

// tries is the number of attempts to make a stand-in that does not contain the value.
const tries = 20

// standIn returns the stand-in for a value: always the same, ignoring case, and revealing
// nothing about the value.
func (p pseudonyms) standIn(k kind, value string) string {
	same := strings.ToLower(strings.Join(strings.Fields(value), " "))
	switch owner, rest, isSecret := splitClientSecret(value); {
	case !meaningful(value):
		return value
	case k == kindHeader:
	case isID(value): // links survive everywhere
		k, same = kindID, value
	case isSecret:
		return p.standIn(kindID, owner) + clientSecret + p.standIn(kindNumber, rest)
	}
	for try := range tries {
		stand := standIns[k](p.digest(try, same), value)
		if k.constant() || !strings.Contains(strings.ToLower(stand), same) {
			return stand
		}
	}
	if strings.Contains("redacted", same) { // part of every stand-in, such as "e"
		return "-"
	}
	return "redacted"
}

// numberStandIn returns the stand-in for a number: it replaces all digits except the
// exponent's.
func (p pseudonyms) numberStandIn(k kind, value string) string {
	if k.constant() {
		return standIns[k](nil, value)
	}
	mantissa, exponent := value, ""
	if at := strings.IndexAny(value, "eE"); at >= 0 {
		mantissa, exponent = value[:at], value[at:]
	}
	for try := range tries {
		stand := []byte(alike(p.digest(try, mantissa), mantissa))
		if first := strings.IndexAny(mantissa, "0123456789"); stand[first] == '0' {
			stand[first] = '7' // a number does not begin with 0
		}
		if string(stand) != mantissa {
			return string(stand) + exponent
		}
	}
	return "7" + exponent
}

// alikeID keeps the prefix of an ID and its first digit, which reveals nothing.
func alikeID(d *digest, value string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	const unlikeWords = 36 // the first values that are not lower-case letters
	first := strings.LastIndexByte(value, '_') + 1
	if value[first] >= '0' && value[first] <= '9' {
		first++
	}
	out := []byte(value)
	for i := first; i < len(out); i++ {
		n := len(digits)
		if i == first {
			n = unlikeWords // distinguishes an ID from a word
		}
		out[i] = digits[d.below(n)]
	}
	return string(out)
}
