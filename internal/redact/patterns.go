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
	name    string
	kind    kind
	needs   traits // of the text, without which it is not worth a look
	hints   string // words, one of which is in the text; "": nothing to go by
	expr    func() *regexp.Regexp
	parts   func(found string) [][2]int // of what the expression finds; nil: all of it
	loose   bool                        // finds versions and amounts as well
	example string                      // a text, with the value in «»
	reason  string
}

// patterns are what is found of people wherever it stands; tokens are before them.
// With (?i) a class that has k or s in it has the Kelvin sign and the long s (U+212A,
// U+017F) too: not where the text is taken apart by its bytes.
var patterns = []pattern{
	{name: "id", kind: kindID, needs: hasUnderscore, expr: idText, parts: ifTrue(namesSomebody),
		example: "see «cus_NffrFeUfNV2Hib»", reason: "who has a key looks it up"},
	{name: "e-mail address", kind: kindEmail, needs: hasAt,
		expr:    lazy(`[^\s"'<>()\[\]{},;:@\\/=?&#|%]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}\p{N}-]{2,}`),
		example: "mail «nora.l@corp.test» please", reason: "RFC 5322, and what is written in other scripts"},
	{name: "e-mail address with a word for its sign", kind: kindEmail, hints: "at AT At aT", parts: ifTrue(notStripesHost),
		expr:    lazy(`(?i)[\p{L}\p{N}._%+-]+(?:\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\s{1,3}at\s{1,3})[\p{L}\p{N}-]+(?:(?:\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\s{1,3}dot\s{1,3}|\.)[\p{L}\p{N}-]{2,})+`),
		example: "write to «nora.l at corp dot test»", reason: "people write so to hide it from programs"},
	{name: "IBAN", kind: kindIBAN, needs: hasDigits | hasLetter, parts: ifTrue(isIBAN),
		expr:    lazy(`\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b`),
		example: "from «DE89 3704 0044 0532 0130 00»", reason: "ISO 13616"},
	{name: "card", kind: kindCard, needs: hasDigits, parts: cards, loose: true,
		expr:    lazy(`\d(?:[ .-]{0,2}\d){11,}`),
		example: "paid with «4242 4242 4242 4242»", reason: "ISO/IEC 7812-1"},
	{name: "telephone number with its country", kind: kindPhone, needs: hasDigits, loose: true,
		expr:    lazy(`(?:\+|\b00)\d(?:[ ./()-]{0,2}\d){6,13}`),
		example: "call «+46 (0)70-123 45 67»", reason: "ITU-T E.123"},
	{name: "telephone number of North America", kind: kindPhone, needs: hasDigits, loose: true,
		expr:    lazy(`(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b`),
		example: "call «(503) 555-0142»", reason: "without its country"},
	{name: "national telephone number", kind: kindPhone, needs: hasDigits, parts: ifTrue(longerThanDate), loose: true,
		expr:    lazy(`\b0\d{1,4}[ /-]\d(?:[ -]?\d){4,9}\b`),
		example: "ring «070-123 45 67»", reason: "begins with 0"},
	{name: "social security number", kind: kindNumber, needs: hasDigits, loose: true,
		expr:    lazy(`\b\d{3}-\d{2}-\d{4}\b`),
		example: "ssn «078-05-1120»", reason: "of the United States"},
	{name: "IP address", kind: kindIP, needs: hasDot, parts: ifTrue(isIP), loose: true,
		expr:    lazy(`\b\d{1,3}(?:\.\d{1,3}){3}\b`),
		example: "from «81.2.69.142»", reason: "it tells where somebody is"},
	{name: "IP address of version 6", kind: kindIP, needs: hasColon, parts: ipv6, loose: true,
		expr:    lazy(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}`),
		example: "from «2a01:4f8:c0c:1::9»", reason: "it tells where somebody is"},
	{name: "path of a URL", kind: kindSegment, needs: hasColon, hints: "://", parts: unknownInURL,
		expr:    lazy(`(?i)\bhttps?://[^\s/?#"'<>]+/[^\s?#"'<>]+`),
		example: "see https://shop.test/u/«nora-lindqvist»", reason: "names and tokens stand in paths"},
}

// notStripesHost tells "at stripe.com" from an address.
func notStripesHost(text string) bool { return !strings.HasSuffix(strings.ToLower(text), "stripe.com") }

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

// byPattern returns what the patterns find in a text of a kind, as it is and as a
// person would read it.
func byPattern(text string, in kind) []span {
	spans := byTables(text, in)
	if read := plainly(text); read.text != text {
		for _, s := range byTables(read.text, in) {
			s.start, s.end = read.source(s.start, s.end)
			spans = append(spans, s)
		}
	}
	return spans
}

func byTables(text string, in kind) []span {
	has := traitsOf(text)
	strict := in == kindVersion && isVersion(text) || in == kindAmount && isAmount(text)
	var spans []span
	for _, table := range [][]pattern{tokens, patterns} {
		for i := range table {
			p := &table[i]
			skipped := p.loose && strict || p.kind == kindSegment && in.structure()
			if has&p.needs == p.needs && !skipped && p.hinted(text) {
				spans = append(spans, p.find(text)...)
			}
		}
	}
	if in == kindPath {
		spans = append(spans, segments(text)...)
	}
	return spans
}

// hinted reports whether one of the pattern's hints is in the text.
func (p *pattern) hinted(text string) bool {
	if p.hints == "" {
		return true
	}
	for hint := range strings.FieldsSeq(p.hints) {
		if strings.Contains(text, hint) {
			return true
		}
	}
	return false
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
	hasDigits // fewestDigits or more
)

// fewestDigits are those of the shortest telephone number.
const fewestDigits = 7

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
	if digits >= fewestDigits {
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
// Between their digits are up to two spaces, dots or dashes; a single dot is that of
// an amount.
func cards(found string) [][2]int {
	const longest = 19 + 18*2
	var parts [][2]int
	for start := 0; start < len(found); start++ {
		if start > 0 && isDigit(found[start-1]) {
			continue // inside a group
		}
		for end := min(len(found), start+longest); end > start; end-- {
			whole := (end == len(found) || !isDigit(found[end])) && isDigit(found[end-1])
			if whole && isCard(found[start:end]) && strings.Count(found[start:end], ".") != 1 {
				parts = append(parts, [2]int{start, end})
				start = end
				break
			}
		}
	}
	return parts
}

// shortestCard is in digits.
const shortestCard = 12

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isCard reports whether the text is the number of a card: its first digit is
// that of a network, and the last one checks (ISO/IEC 7812-1).
func isCard(text string) bool {
	digits := onlyDigits(text)
	if len(digits) < shortestCard || len(digits) > 19 || digits[0] < '2' || digits[0] > '6' {
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
