package doctor

import "strings"

// A match is what made a signature of the header match.
type match struct {
	key
	message message
	reading *reading
	digest  digest
	mac     string
	body    []byte // what was signed
	path    []step // from the body that was received to it
}

// A step undoes one alteration of a body.
type step struct {
	alteration    *alteration // nil: parsed and written again
	before, after []byte      // after is nearer to what was signed
}

var (
	schemeMistake    = mistake{"wrong-scheme", "has the right signature, but not under v1", "the element was renamed on its way, or the signer uses another scheme; only v1 counts, v0 is a decoy", forSigner, ""}
	upperCaseMistake = mistake{"upper-case-digits", "has the right signature in upper-case digits", "the signer formats with %X or HexFormat in upper case; stripe-go accepts it, the other libraries do not", forSigner, ""}
	shortMistake     = mistake{"cut-digest", "has the right signature, but only its beginning", "the header was cut at a length, or the signer truncates", forHeader, ""}
	longMistake      = mistake{"long-digest", "has the right signature with something after it", "something was appended to the header, or to its element", forHeader, ""}
)

// findings are what had to be undone for the signature to match, in the order in
// which it happened.
func (m *match) findings() []Finding {
	var list []Finding
	if m.key.mistake != nil {
		f := m.key.mistake.finding(m.key.subject)
		if f.ID = m.key.prefix + f.ID; m.key.prefix == "signed-" {
			f.Mend = mends(forSigner)
		}
		list = append(list, f)
	}
	if m.message.mistake != nil {
		list = append(list, m.message.mistake.finding(""))
	}
	for i := len(m.path) - 1; i >= 0; i-- {
		if inside := i > 0 && m.path[i-1].alteration != nil && m.path[i-1].alteration.inside; !inside {
			list = append(list, m.path[i].findings()...)
		}
	}
	return append(list, m.digestFindings()...)
}

func (m *match) digestFindings() []Finding {
	var list []Finding
	add := func(when bool, fault *mistake) {
		if when {
			list = append(list, fault.finding("the header "))
		}
	}
	add(m.digest.scheme != "v1", &schemeMistake)
	add(m.digest.value != strings.ToLower(m.digest.value), &upperCaseMistake)
	add(len(m.digest.value) < len(m.mac), &shortMistake)
	add(len(m.digest.value) > len(m.mac), &longMistake)
	return list
}
