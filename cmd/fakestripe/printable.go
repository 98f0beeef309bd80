package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/fakestripe/fakestripe/internal/credential"
)

// Output goes to terminals, logs and CI artifacts.

// printable returns untrusted text without secrets, and with a mark in place of cursor
// movements, bells and the like.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, credential.Hide(text))
}

// secretQuery matches the credentials in the query of a URL.
var secretQuery = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)([?&](?:api_?key|key|token|access_token|secret|password)=)[^&#\s]+`)
})

// redactURL hides the credentials in a URL. Other text stays as it is.
func redactURL(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return credential.Hide(text)
	}
	shown := text
	if parsed.User != nil {
		shown = strings.Replace(shown, parsed.User.String(), parsed.User.Username()+":…", 1)
	}
	return credential.Hide(secretQuery().ReplaceAllString(shown, "${1}…"))
}

// redactHeader hides the value of a header that carries credentials.
func redactHeader(line string) string {
	name, _, _ := strings.Cut(line, ":")
	secret := []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"}
	if slices.Contains(secret, http.CanonicalHeaderKey(strings.TrimSpace(name))) {
		return name + ": …"
	}
	return credential.Hide(line)
}

// visible returns untrusted text on one line, without control characters.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
