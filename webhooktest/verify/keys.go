package verify

// The keys that may have made a signature.

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

var (
	emptySecretMistake = mistakes.Mistake{ID: "signed-with-empty-secret", Problem: "with an empty key", Topic: mistakes.ForForgery,
		Cause: "the variable with the secret is not set; anyone can sign with an empty key, and libraries from before September 2026 accept it"}
	publicSecretMistake = mistakes.Mistake{ID: "signed-with-public-secret", Problem: "with a secret that is public", Topic: mistakes.ForForgery,
		Cause: "nobody replaced the default of a program or the placeholder of a tutorial"}
	requestMistake = mistakes.Mistake{ID: "signed-with-secret-in-request", Problem: "with a secret from the request itself", Topic: mistakes.ForForgery,
		Cause: "it is a forgery, aimed at handlers that take their secret from a header"}
)

// A key is a key that may have made the signature.
type key struct {
	text    string
	secret  int // the index of the given secret that it derives from, or -1
	mistake *mistakes.Mistake
	subject string // the subject of the mistake's Problem
	prefix  string // of the finding's id
}

// given returns the secrets as is.
func (r *Received) given() []key {
	keys := make([]key, len(r.Secrets))
	for i, secret := range r.Secrets {
		keys[i] = key{text: secret, secret: i}
	}
	return keys
}

// otherKeys returns what the secrets may have been or been mistaken for, and the keys that
// forgers use.
func (r *Received) otherKeys() []key {
	var keys []key
	for i, secret := range r.Secrets {
		for j := range mistakes.Secrets {
			m := &mistakes.Secrets[j]
			if m.Right != nil {
				for _, right := range m.Right(secret) {
					keys = append(keys, key{right, i, &m.Mistake, "the secret was given ", "secret-"})
				}
			}
		}
		for j := range mistakes.Secrets {
			m := &mistakes.Secrets[j]
			if m.Wrong != nil {
				keys = append(keys, key{m.Wrong(secret), i, &m.Mistake, "the signature was made with the secret ", "signed-"})
			}
		}
	}
	keys = append(keys, key{"", -1, &emptySecretMistake, "the signature was made ", ""})
	for _, secret := range mistakes.PublicSecrets {
		keys = append(keys, key{secret, -1, &publicSecretMistake, "the signature was made ", ""})
	}
	return distinct(append(keys, r.carriedKeys()...), r.Secrets)
}

// carriedKeys returns secrets in the header of the request.
func (r *Received) carriedKeys() []key {
	var keys []key
	for name, values := range r.Header {
		for _, value := range values {
			if strings.HasPrefix(value, mistakes.SecretPrefix) || strings.Contains(strings.ToLower(name), "secret") {
				keys = append(keys, key{value, -1, &requestMistake, "the signature was made ", ""})
			}
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.text, b.text) })
	return keys[:min(len(keys), 16)]
}

// distinct removes duplicates and known keys.
func distinct(keys []key, known []string) []key {
	seen := make(map[string]bool, len(keys))
	for _, secret := range known {
		seen[secret] = true
	}
	return slices.DeleteFunc(keys, func(k key) bool {
		before := seen[k.text]
		seen[k.text] = true
		return before
	})
}
