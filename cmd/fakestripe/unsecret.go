package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// What is printed goes into terminals, logs and the artefacts of CI.

// secretText matches signing secrets and API keys.
var secretText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(whsec|[sr]k_(?:live|test))_[A-Za-z0-9]{16,}`)
})

// unsecret returns a text with … in the place of secrets and keys.
func unsecret(text string) string { return secretText().ReplaceAllString(text, "${1}_…") }

// harmless is unsecret for a text that others had a word in: what would move the cursor
// or ring the bell is marked.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, unsecret(text))
}

// secretQuery matches what proves in a query who one is.
var secretQuery = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)([?&](?:api_?key|key|token|access_token|secret|password)=)[^&#\s]+`)
})

// unsecretURL hides what in a URL proves who one is. Another text stays.
func unsecretURL(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return unsecret(text)
	}
	shown := text
	if parsed.User != nil {
		shown = strings.Replace(shown, parsed.User.String(), parsed.User.Username()+":…", 1)
	}
	return unsecret(secretQuery().ReplaceAllString(shown, "${1}…"))
}

// unsecretHeader hides the value of a header that is there to prove who one is.
func unsecretHeader(line string) string {
	name, _, _ := strings.Cut(line, ":")
	proofs := []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"}
	if slices.Contains(proofs, http.CanonicalHeaderKey(strings.TrimSpace(name))) {
		return name + ": …"
	}
	return unsecret(line)
}

// visible is a stranger's text on one line, without what would steer a terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
