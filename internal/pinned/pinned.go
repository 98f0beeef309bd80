// Package pinned parses the errors of SDKs that refuse an event because of its API
// version.
package pinned

import (
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// sentences are the common parts of the SDKs' errors over all releases: {got} is the
// version of the event, {want} the expected one, {release} the SDK's.
//
// Sources: constructEvent in webhook/client.go of stripe-go v76 to v86, ValidateEvent in
// EventUtility.cs of Stripe.net, deserializeUnsafe in EventDataObjectDeserializer.java.
// The SDKs for Node, Python, Ruby and PHP accept events of any version.
var sentences = [...]struct{ sdk, text string }{
	{"stripe-go", "eceived event with API version {got}, but stripe-go {release} expects API version {want}"}, // Received, received from v86 on
	{"Stripe.net", "eceived event with API version {got}, but Stripe.net {release} expects API version {want}"},
	{"stripe-java", "Current `stripe-java` integration has Stripe API version {want}, but the event data object has {got}"},
}

// A Refusal is an SDK's error.
type Refusal struct {
	SDK     string // e.g. stripe-go
	Release string // of the SDK; "" if not in the error
	Got     string // API version of the event; "" for none
	Want    string // API version expected by the SDK
}

// Find finds an SDK's error in a response or log. It is false if there is none, or if the
// event has the expected version.
func Find(text string) (r Refusal, ok bool) {
	for _, s := range sentences {
		words, found := match(text, s.text)
		r = Refusal{s.sdk, words["{release}"], words["{got}"], words["{want}"]}
		if found && r.Want != "" && r.Want != r.Got {
			return r, true
		}
	}
	return Refusal{}, false
}

// match finds a sentence in a text, and the values of its placeholders.
func match(text, sentence string) (words map[string]string, ok bool) {
	before, rest, _ := strings.Cut(sentence, "{")
	for {
		_, after, found := strings.Cut(text, before)
		if !found {
			return nil, false
		}
		if words, ok = continues(after, "{"+rest); ok {
			return words, true
		}
		text = after
	}
}

// continues reports whether a text matches the rest of a sentence, which begins with a
// placeholder.
func continues(text, sentence string) (map[string]string, bool) {
	words := make(map[string]string)
	for sentence != "" {
		end := strings.IndexByte(sentence, '}') + 1
		name := sentence[:end]
		words[name] = word(text)
		text, sentence = text[len(words[name]):], sentence[end:]
		words[name] = strings.TrimRight(words[name], ".")
		fixed, _, _ := strings.Cut(sentence, "{")
		rest, found := strings.CutPrefix(text, fixed)
		if !found {
			return nil, false
		}
		text, sentence = rest, sentence[len(fixed):]
	}
	return words, true
}

// word returns the version at the start of a text, or "".
func word(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && r != '.' && r != '-' && r != '_'
	})
	if end < 0 {
		return text
	}
	return text[:end]
}

// String describes the expectation of the SDK.
func (r Refusal) String() string {
	got := "an event without one"
	if r.Got != "" {
		got = "one of " + r.Got
	}
	sdk := r.SDK
	if r.Release != "" {
		sdk += " " + r.Release
	}
	return fmt.Sprintf("%s expects events of API version %s and got %s", sdk, r.Want, got)
}

// Version returns the fixtures' API version for the SDK: the expected one or, for a
// monthly release without fixtures, the newest of its train. It is false if there is
// neither.
func (r Refusal) Version() (name string, ok bool) {
	if name, err := fixtures.FindVersion(r.Want); err == nil {
		return name, true
	}
	_, train, _ := strings.Cut(r.Want, ".")
	name, err := fixtures.FindVersion(train)
	return name, err == nil && train != ""
}
