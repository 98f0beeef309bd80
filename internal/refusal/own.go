package refusal

import (
	"regexp"
	"sync"
)

// What handlers say in words of their own, when they check what they got before an SDK does.

// A phrase is a pattern of such words, in the text as plain writes it.
type phrase struct {
	pattern *regexp.Regexp
	cause   *Cause
}

const (
	absent    = `(is|was|are)? ?(missing|required|undefined|unset|absent|empty|not (set|found|configured|provided|defined|present|available))\b`
	lacking   = `\b(missing|no|undefined|unset|without)( the| a| required)?( environment variable| env var| http| request)?:? ['"]?`
	signature = `(stripe[- _])?(webhook )?signature( header)?`
	secret    = `(stripe[ _-]?)?(webhook|signing|endpoint)[ _-]?(signing[ _-]?|endpoint[ _-]?)?secret`
	rawBody   = `(raw[ _-]?body|request body|body|payload)`
)

// phrases are compiled when the first refusal is read.
var phrases = sync.OnceValue(func() []phrase {
	about := func(what string) *regexp.Regexp {
		return regexp.MustCompile(lacking + what + `\b|\b` + what + `['"]?( environment variable| env var| key| value)? ` + absent)
	}
	return []phrase{
		{about(signature), &headerLost},
		{about(secret), &noSecret},
		{about(rawBody), &noBody},
	}
})

// readOwn returns the first phrase of a text, and where it is; -1: there is none.
func readOwn(text string) (cause *Cause, at int) {
	at = -1
	for _, p := range phrases() {
		if found := p.pattern.FindStringIndex(text); found != nil && (at < 0 || found[0] < at) {
			cause, at = p.cause, found[0]
		}
	}
	return cause, at
}
