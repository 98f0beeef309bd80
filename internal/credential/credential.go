// Package credential finds Stripe's signing secrets and API keys in text, so that nothing
// printed, stored or compared reveals one.
//
// Source of the forms: https://docs.stripe.com/keys and
// https://docs.stripe.com/webhooks#verify-manually.
package credential

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// A kind is a kind of token, with its prefix, which ends in an underscore.
type kind struct {
	prefix string
	leaks  bool // the token can forge events or call the API
}

var kinds = []kind{
	{"whsec_", true},
	{"sk_test_", true}, {"sk_live_", true}, {"sk_org_", true}, {"sk_org_test_", true}, {"sk_org_live_", true},
	{"rk_test_", true}, {"rk_live_", true}, {"rk_org_", true}, {"rk_org_test_", true}, {"rk_org_live_", true},
	{"pk_test_", false}, {"pk_live_", false}, {"pk_org_", false},
	{"ek_test_", false}, {"ek_live_", false}, {"ek_org_", false},
	{"uk_test_", false}, {"uk_live_", false}, {"uk_org_", false},
	{"ak_test_", false}, {"ak_live_", false}, {"ak_org_", false},
	{clientSecret, false},
}

// clientSecret separates an object's ID from the random half of its client secret:
// pi_…_secret_….
const clientSecret = "_secret_"

const (
	// alphabet is the characters of a token after the prefix: letters, digits and base64.
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/="

	// least is the minimum number of such characters in a token. Shorter ones are examples,
	// or placeholders such as whsec_your_secret.
	least = 16
)

// A Span is the position of a token in a text: text[Start:End]. The part after the prefix
// begins at Value.
type Span struct {
	Start, Value, End int

	kind kind
}

// ClientSecret reports whether the token is the second half of a client secret.
func (s Span) ClientSecret() bool { return s.kind.prefix == clientSecret }

// Spans returns the tokens in a text, in order, without overlap.
func Spans(text string) []Span {
	var spans []Span
	for at, last := 0, 0; ; {
		underscore := strings.IndexByte(text[at:], '_')
		if underscore < 0 {
			return spans
		}
		at += underscore + 1
		k, ok := kindBefore(text[:at])
		length := len(text[at:]) - len(strings.TrimLeft(text[at:], alphabet))
		if !ok || length < least {
			continue
		}
		spans = append(spans, Span{max(last, at-len(k.prefix)), at, at + length, k})
		at += length
		last = at
	}
}

// kindBefore returns the kind of token whose prefix ends the text.
func kindBefore(text string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return strings.HasSuffix(text, k.prefix) })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// Find returns the prefix of the first signing secret or API key in a text, or "". The
// end of a longer word does not count, as in task_test_….
func Find(text string) (prefix string) {
	for _, s := range Spans(text) {
		if s.kind.leaks && beginsWord(text[:s.Start]) {
			return s.kind.prefix
		}
	}
	return ""
}

// beginsWord reports whether a word can begin after a text. An escape sequence of a
// non-letter separates words, too: \n, \u003d or %20.
func beginsWord(before string) bool {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	rest := strings.TrimRight(before, letters)
	return rest == before || strings.HasSuffix(rest, `\`) || strings.HasSuffix(rest, "%")
}

// Hide replaces tokens with their prefix and "…". It also replaces each of the known
// secrets, whatever its form.
func Hide(text string, known ...string) string {
	for _, secret := range longestFirst(known) {
		text = strings.ReplaceAll(text, secret, prefixOf(secret)+"…")
	}
	return replace(text, func(string) string { return "…" })
}

// Mask replaces the part after the prefix of tokens with stars, keeping its length and
// thus all positions.
func Mask(text string) string {
	return replace(text, func(value string) string { return strings.Repeat("*", len(value)) })
}

// replace changes the part after the prefix of each token.
func replace(text string, with func(value string) string) string {
	var b strings.Builder
	end := 0
	for _, s := range Spans(text) {
		b.WriteString(text[end:s.Value])
		b.WriteString(with(text[s.Value:s.End]))
		end = s.End
	}
	return b.String() + text[end:]
}

// longestFirst sorts secrets, so that one containing another is replaced as a whole.
func longestFirst(secrets []string) []string {
	sorted := slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return s == "" })
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return sorted
}

// prefixOf returns the prefix of a secret, if it has one and more.
func prefixOf(secret string) string {
	for _, k := range kinds {
		if strings.HasPrefix(secret, k.prefix) && len(secret) >= len(k.prefix)+least {
			return k.prefix
		}
	}
	return ""
}

// CheckSecret reports why a text cannot be a signing secret. The error does not contain
// the text.
func CheckSecret(secret string) error {
	switch {
	case secret == "":
		return errors.New("empty signing secret: give the endpoint's, which begins with whsec_")
	case strings.HasPrefix(secret, "sk_live_"), strings.HasPrefix(secret, "rk_live_"):
		return errors.New("the signing secret is a live API key: give the endpoint's secret, which begins with whsec_")
	case strings.HasPrefix(secret, "sk_"), strings.HasPrefix(secret, "rk_"), strings.HasPrefix(secret, "pk_"):
		return errors.New("the signing secret is an API key: give the endpoint's secret, which begins with whsec_")
	}
	return nil
}
