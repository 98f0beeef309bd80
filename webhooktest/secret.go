package webhooktest

import "strings"

// Secrets and keys are of no use in a report, and reports are kept and shown.

// secretPrefixes are how Stripe's begin.
var secretPrefixes = []string{"whsec_", "sk_test_", "sk_live_", "rk_test_", "rk_live_"}

// leastSecret is how much has to follow the prefix: documentation and messages show the
// form of a secret, only what is long enough is one.
const leastSecret = 16

// secretLike returns the beginning of what looks like a secret.
func secretLike(text string) string {
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

func wordLength(text string) int { return len(text) - len(strings.TrimLeft(text, base62)) }

// withoutSecrets returns a text with … in the place of what looks like a secret, and of these
// secrets, whatever they look like.
func withoutSecrets(text string, secrets ...string) string {
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
				rest = strings.TrimLeft(after, base62)
			}
		}
		text = kept.String()
	}
	return text
}
