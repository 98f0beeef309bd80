package redact

import (
	"math/big"
	"net/netip"
	"strings"
	"unicode"
)

// shortestCard is the minimum number of digits.
const shortestCard = 12

// fewestDigits is the length of the shortest telephone number.
const fewestDigits = 7

// isCard reports whether the text is a card number: its first digit belongs to a network,
// and its check digit is right (ISO/IEC 7812-1).
func isCard(text string) bool {
	digits := onlyDigits(text)
	if len(digits) < shortestCard || len(digits) > 19 || digits[0] < '2' || digits[0] > '6' {
		return false
	}
	sum := 0
	for i := range len(digits) {
		digit := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 { // from the right, every second digit counts twice
			digit *= 2
		}
		sum += digit/10 + digit%10
	}
	return sum%10 == 0
}

// isIBAN reports whether the check digits of an international account number are right
// (ISO 13616).
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

// isIP reports whether the text is an address that identifies someone.
func isIP(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && !address.IsLoopback() && !address.IsUnspecified()
}

// ipv6 finds an address after an unrelated colon.
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

// cards finds card numbers in a row of groups of digits, each made of several groups.
// Between digits are at most three spaces, dots, dashes and the like; a single dot is a
// decimal point.
func cards(found string) [][2]int {
	const longest = 19 + 18*3
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

// longerThanDate distinguishes a telephone number from 01-02-2026.
func longerThanDate(text string) bool { return len(onlyDigits(text)) > 8 }

func notOnlyLetters(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// notStripesHost distinguishes "at stripe.com" from an address.
func notStripesHost(text string) bool { return !strings.HasSuffix(strings.ToLower(text), "stripe.com") }

var (
	versionText = lazy(`^v?\d{1,5}(?:\.\d{1,5}){0,4}(?:[-+.]?[a-z]{1,12}\.?\d{0,3})?$|^\d{4}-\d{2}-\d{2}(?:\.[a-z]{1,20})?$`)
	amountText  = lazy(`^-?\d+(?:\.\d+)?$`)
)

// isVersion reports whether the whole text is a version. A card number has more digits.
func isVersion(text string) bool {
	return versionText().MatchString(text) && len(onlyDigits(text)) < shortestCard
}

// isAmount reports whether the whole text is a decimal number.
func isAmount(text string) bool { return amountText().MatchString(text) }
