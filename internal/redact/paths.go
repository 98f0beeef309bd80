package redact

import (
	"strings"
	"sync"
)

// routeWords are segments of paths without personal data, besides Stripe's words.
const routeWords = `api app apps auth callback cart checkout complete confirm docs en endpoint error health help home hook hooks
index html json login logout me new pay public receipts return returned rest search settings shop static status store success
thanks thank upcoming you user users webhook webhooks www`

// knownRoutes is routeWords as a set.
var knownRoutes = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(routeWords) {
		set[word] = true
	}
	return set
})

var segmentText = lazy(`[^/]+`)

// segments returns the segments of a path that are neither known words nor IDs.
func segments(path string) []span {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	var spans []span
	for _, at := range segmentText().FindAllStringIndex(path, -1) {
		if segment := path[at[0]:at[1]]; !tellsNothingInPath(segment) {
			spans = append(spans, span{start: at[0], end: at[1], kind: kindSegment, value: segment})
		}
	}
	return spans
}

// tellsNothingInPath reports whether a segment carries no personal data. IDs are left to
// their own pattern.
func tellsNothingInPath(segment string) bool {
	if len(segment) < shortestMark || isID(segment) || isClientSecret(segment) || strings.HasPrefix(segment, ":") {
		return true
	}
	segment = strings.ToLower(segment)
	if isRouteWord(segment) {
		return true
	}
	for _, word := range strings.FieldsFunc(segment, func(r rune) bool { return strings.ContainsRune("._-", r) }) {
		if !isRouteWord(word) {
			return false
		}
	}
	return true
}

func isRouteWord(word string) bool {
	return knownRoutes()[word] || isStripesWord(word) || isStripesWord(strings.TrimSuffix(word, "s"))
}

func isClientSecret(text string) bool {
	_, _, ok := splitClientSecret(text)
	return ok
}

// stripesDocs are the pages linked in Stripe's own texts.
var stripesDocs = lazy(`(?i)^https?://(?:docs\.stripe\.com/|(?:www\.)?stripe\.com/docs(?:/|$))`)

// unknownInURL returns the unknown segments of a URL's path.
func unknownInURL(found string) [][2]int {
	if stripesDocs().MatchString(found) {
		return nil
	}
	start := strings.Index(found, "://") + len("://")
	start += strings.IndexByte(found[start:], '/')
	var parts [][2]int
	for _, s := range segments(found[start:]) {
		parts = append(parts, [2]int{start + s.start, start + s.end})
	}
	return parts
}
