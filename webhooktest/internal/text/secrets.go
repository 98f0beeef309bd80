package text

import "strings"

// secretPrefixes are how Stripe's begin.
var secretPrefixes = []string{"whsec_", "sk_test_", "sk_live_", "rk_test_", "rk_live_"}

// leastSecret is how much has to follow the prefix: documentation and messages show the
// form of a secret, only what is long enough is one.
const leastSecret = 16

// SecretLike returns the prefix of the first text that looks like a secret or an API
// key, "" for none.
func SecretLike(text string) string {
	for _, prefix := range secretPrefixes {
		for rest := text; ; {
			_, after, found := strings.Cut(rest, prefix)
			if !found {
				break
			}
			if wordLength(after) >= leastSecret {
				return prefix
			}
			rest = after
		}
	}
	return ""
}

// wordBytes are what the rest of a secret is made of.
const wordBytes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func wordLength(text string) int { return len(text) - len(strings.TrimLeft(text, wordBytes)) }

// WithoutSecrets replaces what looks like a secret or an API key with …, and each of
// the given secrets whatever it looks like.
func WithoutSecrets(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	for _, prefix := range secretPrefixes {
		var kept strings.Builder
		for rest := text; ; {
			before, after, found := strings.Cut(rest, prefix)
			kept.WriteString(before)
			if !found {
				break
			}
			kept.WriteString(prefix)
			if rest = after; wordLength(after) >= leastSecret {
				kept.WriteString("…")
				rest = strings.TrimLeft(after, wordBytes)
			}
		}
		text = kept.String()
	}
	return text
}
