package redact

import (
	"math/big"
	"net/netip"
	"strings"
	"unicode"
)

// shortestCard is in digits.
const shortestCard = 12

// fewestDigits are those of the shortest telephone number.
const fewestDigits = 7

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

// isIP reports whether the text is an address that tells who somebody is.
func isIP(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && !address.IsLoopback() && !address.IsUnspecified()
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

// longerThanDate tells a telephone number from 01-02-2026.
func longerThanDate(text string) bool { return len(onlyDigits(text)) > 8 }

func notOnlyLetters(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// notStripesHost tells "at stripe.com" from an address.
func notStripesHost(text string) bool { return !strings.HasSuffix(strings.ToLower(text), "stripe.com") }

var (
	versionText = lazy(`^v?\d{1,5}(?:\.\d{1,5}){0,4}(?:[-+.]?[a-z]{1,12}\.?\d{0,3})?$|^\d{4}-\d{2}-\d{2}(?:\.[a-z]{1,20})?$`)
	amountText  = lazy(`^-?\d+(?:\.\d+)?$`)
)

// isVersion reports whether a text is a version and nothing else. The number of a
// card has more digits.
func isVersion(text string) bool {
	return versionText().MatchString(text) && len(onlyDigits(text)) < shortestCard
}

// isAmount reports whether a text is a decimal number and nothing else.
func isAmount(text string) bool { return amountText().MatchString(text) }
