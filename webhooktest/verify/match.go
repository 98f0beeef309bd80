package verify

// The result of a search, as findings.

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// A match is a combination that makes a signature of the header match.
type match struct {
	key
	message message
	reading *reading
	digest  digest
	mac     string
	body    []byte // what was signed
	path    []step // from the received body to the signed one
}

// A step undoes one alteration of a body.
type step struct {
	alteration    *mistakes.Alteration // nil: re-serialized JSON
	before, after []byte               // after is closer to the signed body
}

var (
	schemeMistake = mistakes.Mistake{ID: "wrong-scheme", Problem: "has the right signature, but not under v1", Topic: mistakes.ForSigner,
		Cause: "the element was renamed on its way, or the signer uses another scheme; only v1 counts, and v0 is a decoy"}
	upperCaseMistake = mistakes.Mistake{ID: "upper-case-digits", Problem: "has the right signature in upper-case digits", Topic: mistakes.ForSigner,
		Cause: "the signer formats with %X or upper-case HexFormat; stripe-go accepts it, the other libraries do not"}
	shortMistake = mistakes.Mistake{ID: "cut-digest", Problem: "has only the beginning of the right signature", Topic: mistakes.ForHeader,
		Cause: "the header was truncated, or the signer truncates its signatures"}
	longMistake = mistakes.Mistake{ID: "long-digest", Problem: "has the right signature with something after it", Topic: mistakes.ForHeader,
		Cause: "something was appended to the header or to its element"}
)

// findings describes what had to be undone to make the signature match, in the order in
// which it happened.
func (m *match) findings() []Finding {
	var list []Finding
	if m.key.mistake != nil {
		f := found(m.key.mistake, m.key.subject)
		if f.ID = m.key.prefix + f.ID; m.key.prefix == "signed-" {
			f.setFix(mistakes.Fixes(mistakes.ForSigner))
		}
		list = append(list, f)
	}
	if m.message.mistake != nil {
		list = append(list, found(m.message.mistake, ""))
	}
	for i := len(m.path) - 1; i >= 0; i-- {
		if inside := i > 0 && m.path[i-1].alteration != nil && m.path[i-1].alteration.Parsed; !inside {
			list = append(list, m.path[i].findings()...)
		}
	}
	return append(list, m.digestFindings()...)
}

func (m *match) digestFindings() []Finding {
	var list []Finding
	add := func(when bool, fault *mistakes.Mistake) {
		if when {
			list = append(list, found(fault, "the header "))
		}
	}
	add(m.digest.scheme != "v1", &schemeMistake)
	add(m.digest.value != strings.ToLower(m.digest.value), &upperCaseMistake)
	add(len(m.digest.value) < len(m.mac), &shortMistake)
	add(len(m.digest.value) > len(m.mac), &longMistake)
	return list
}

// findings describes what the step undid.
func (s step) findings() []Finding {
	if s.alteration == nil {
		var list []Finding
		for _, m := range mistakes.Rewritten(s.after, s.before) {
			list = append(list, found(&m, "the body was "))
		}
		return list
	}
	m := &s.alteration.Mistake
	if s.alteration.Specific != nil {
		if specific := s.alteration.Specific(s.after, s.before); specific != nil {
			m = specific
		}
	}
	f := found(m, "the body was ")
	if missing := len(s.after) - len(s.before); m.Topic == mistakes.ForLimit && missing > 0 {
		f.Problem += fmt.Sprintf(": %d of %s are missing", missing, count(len(s.after), "byte"))
	}
	return []Finding{f}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
