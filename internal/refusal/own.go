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

	// Objects that apps look up, and how they say that there is none.
	object  = `(order|user|customer|account|tenant|team|workspace|organi[sz]ation|company|member|subscription|plan|product|price|invoice|booking|cart|donation|payment|purchase|ticket|license|record|row|entity)`
	noSuch  = `\b(no such|no matching|no|unknown|unrecogni[sz]ed|could(n't| not) find|can(not|'t) find|failed to find|did(n't| not) find|unable to find)( the| a| an| any)? ` + object + `\b`
	unfound = `\b` + object + `(s|model|record)?\b[^.<>{}]{0,60}? ?((was|is|were|are) )?(not found|unknown|missing|does(n't| not) exist|do(n't| not) exist)\b`
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
		{regexp.MustCompile(`\bno such [a-z_ ]{2,30}: '?[a-z]{2,6}_`), &RealAPI}, // Stripe's words, passed on
		{regexp.MustCompile(noSuch + `|` + unfound), &UnknownObject},
	}
})

// readOwn returns the first phrase of a text, and where it is; -1: there is none. A missing
// signature, secret or body comes before a missing object of the app.
func readOwn(text string) (cause *Cause, at int) {
	at = -1
	for _, p := range phrases() {
		if found := p.pattern.FindStringIndex(text); found != nil && (at < 0 || found[0] < at && p.cause != &UnknownObject) {
			cause, at = p.cause, found[0]
		}
	}
	return cause, at
}
