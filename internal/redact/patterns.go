package redact

import (
	"math/big"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A pattern finds values of one kind inside any text.
type pattern struct {
	kind  kind
	needs traits // of the text, without which it is not worth a look
	expr  func() *regexp.Regexp
	parts func(found string) [][2]int // of what the expression finds; nil: all of it
	loose bool                        // finds versions and amounts as well: not where a handler reads an event
}

// patterns are what is found wherever it stands. Where an expression has a group,
// the value is what the last one found. With (?i) a class that has k or s in it has
// the Kelvin sign and the long s (U+212A, U+017F) too: not where the text is taken
// apart by its bytes.
var patterns = []pattern{
	{kind: kindSecret, needs: hasUnderscore, expr: lazy(`\b(?:whsec_[0-9A-Za-z+/=_-]{6,}|(?:sk|rk|pk|ek|uk|ak)_(?:test|live|org)_[0-9A-Za-z_]{6,})`)},
	{kind: kindSecret, needs: hasDot, expr: lazy(`\beyJ[0-9A-Za-z_-]{5,}\.[0-9A-Za-z_-]{5,}(?:\.[0-9A-Za-z_-]*)?`)},
	{kind: kindSecret, needs: hasSpace, expr: lazy(`(?i)\bBearer\s+([0-9A-Za-z._~+/=-]{6,})`)},
	{kind: kindSecret, needs: hasSpace, expr: lazy(`(?i)\bBasic\s+([0-9A-Za-z+/=]{6,})`), parts: ifTrue(notOnlyLetters)},
	{kind: kindSecret, needs: hasValue, expr: lazy(`(?i)(?:password|passwd|secret|token|api[_-]?key|authorization|private[_-]?key)["']?\s*[=:]\s*["']?([^\s"'&,;]{4,})`)},
	{kind: kindID, needs: hasUnderscore, expr: idText, parts: ifTrue(namesSomebody)},
	{kind: kindSecret, needs: hasUnderscore, expr: lazy(`_secret_([0-9A-Za-z]{6,})`)},
	{kind: kindEmail, needs: hasAt, expr: lazy(`[^\s"'<>()\[\]{},;:@\\/=?&#|%]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}\p{N}-]{2,}`)},
	{kind: kindIBAN, needs: hasDigits | hasLetter, expr: lazy(`\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b`), parts: ifTrue(isIBAN)},
	{kind: kindCard, needs: hasDigits, expr: lazy(`\d(?:[ -]?\d){11,}`), parts: cards, loose: true},
	{kind: kindPhone, needs: hasDigits, expr: lazy(`(?:\+|\b00)\d(?:[ ./()-]{0,2}\d){6,13}`), loose: true},
	{kind: kindPhone, needs: hasDigits, expr: lazy(`(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b`), loose: true},
	{kind: kindPhone, needs: hasDigits, expr: lazy(`\b0\d{1,4}[ /-]\d(?:[ -]?\d){4,9}\b`), parts: ifTrue(longerThanDate), loose: true},
	{kind: kindNumber, needs: hasDigits, expr: lazy(`\b\d{3}-\d{2}-\d{4}\b`), loose: true}, // a US social security number
	{kind: kindIP, needs: hasDot, expr: lazy(`\b\d{1,3}(?:\.\d{1,3}){3}\b`), parts: ifTrue(isIP), loose: true},
	{kind: kindIP, needs: hasColon, expr: lazy(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}`), parts: ipv6, loose: true},
}

// lazy compiles an expression when it is first needed: the start of the command
// should not pay for it.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// find returns what the pattern finds in a text.
func (p *pattern) find(text string) []span {
	var spans []span
	for _, at := range p.expr().FindAllStringSubmatchIndex(text, -1) {
		start, end := at[len(at)-2], at[len(at)-1]
		parts := [][2]int{{0, end - start}}
		if p.parts != nil {
			parts = p.parts(text[start:end])
		}
		for _, part := range parts {
			from, to := start+part[0], start+part[1]
			spans = append(spans, span{start: from, end: to, kind: p.kind, value: text[from:to]})
		}
	}
	return spans
}

// byPattern returns what the patterns find in a text.
func byPattern(text string, in kind) []span {
	has := traitsOf(text)
	var spans []span
	for i := range patterns {
		p := &patterns[i]
		if has&p.needs == p.needs && !(p.loose && in == kindStructure) {
			spans = append(spans, p.find(text)...)
		}
	}
	return spans
}

// traits are what a glance at a text tells.
type traits uint

const (
	hasAt traits = 1 << iota
	hasColon
	hasDot
	hasUnderscore
	hasLetter
	hasSpace
	hasValue  // = or :
	hasDigits // seven or more, as the shortest phone number has
)

func traitsOf(text string) traits {
	var has traits
	digits := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '@':
			has |= hasAt
		case c == ':':
			has |= hasColon | hasValue
		case c == '=':
			has |= hasValue
		case c == ' ' || c == '\t' || c == '\n':
			has |= hasSpace
		case c == '.':
			has |= hasDot
		case c == '_':
			has |= hasUnderscore
		case c >= '0' && c <= '9':
			digits++
		case c >= utf8.RuneSelf, c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
			has |= hasLetter
		}
	}
	if digits >= 7 {
		has |= hasDigits
	}
	return has
}

// ifTrue takes all of what was found, or nothing.
func ifTrue(is func(string) bool) func(string) [][2]int {
	return func(found string) [][2]int {
		if !is(found) {
			return nil
		}
		return [][2]int{{0, len(found)}}
	}
}

// namesSomebody reports whether the text is an id that is not the catalogue's.
func namesSomebody(text string) bool { return isID(text) && !isCatalogueID(text) }

// longerThanDate tells a telephone number from 01-02-2026.
func longerThanDate(text string) bool { return len(onlyDigits(text)) > 8 }

func notOnlyLetters(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// ipv6 finds the address behind a colon that does not belong to it.
func ipv6(found string) [][2]int {
	start := 0
	if !strings.HasPrefix(found, "::") {
		start = len(found) - len(strings.TrimPrefix(found, ":"))
	}
	if !isIP(found[start:]) {
		return nil
	}
	return [][2]int{{start, len(found)}}
}

// isIP reports whether the text is an address that tells who somebody is.
func isIP(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && !address.IsLoopback() && !address.IsUnspecified()
}

// cards finds the numbers of cards in a row of groups of digits: as many groups
// as make one.
func cards(found string) [][2]int {
	var parts [][2]int
	for start := 0; start < len(found); start++ {
		if start > 0 && isDigit(found[start-1]) {
			continue // inside a group
		}
		for end := min(len(found), start+37); end > start; end-- { // 19 digits with 18 between them
			if (end == len(found) || !isDigit(found[end])) && isDigit(found[end-1]) && isCard(found[start:end]) {
				parts = append(parts, [2]int{start, end})
				start = end
				break
			}
		}
	}
	return parts
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isCard reports whether the text is the number of a card: its first digit is
// that of a network, and the last one checks (ISO/IEC 7812-1).
func isCard(text string) bool {
	digits := onlyDigits(text)
	if len(digits) < 12 || len(digits) > 19 || digits[0] < '2' || digits[0] > '6' {
		return false
	}
	sum := 0
	for i := range len(digits) {
		digit := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 { // every second one, from the right, counts twice
			digit *= 2
		}
		sum += digit/10 + digit%10
	}
	return sum%10 == 0
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// isIBAN reports whether the check digits of an international account number are
// right (ISO 13616).
func isIBAN(text string) bool {
	text = strings.ToUpper(strings.ReplaceAll(text, " ", ""))
	if len(text) < 15 || len(text) > 34 {
		return false
	}
	var digits strings.Builder
	for _, r := range text[4:] + text[:4] {
		if r >= 'A' {
			digits.WriteString([]string{"1", "2", "3"}[(r-'A')/10])
			r = '0' + (r-'A')%10
		}
		digits.WriteRune(r)
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}
