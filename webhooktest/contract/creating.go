package contract

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// shapeThatCreates returns the first shape of a type whose object creates one of a kind, or "".
func shapeThatCreates(eventType, kind string) string {
	for _, v := range fixtures.Variants(eventType) {
		if slices.Contains(v.Creates, kind) {
			return v.Name
		}
	}
	return ""
}

// tellsOf returns the handled type that may tell of the same object as a creation, or "".
func tellsOf(handles []string, creation string) string {
	described, err := fixtures.DescribeEvent(creation)
	if err != nil || !strings.HasSuffix(creation, ".created") {
		return ""
	}
	for _, handled := range handles {
		if shapeThatCreates(handled, described.Object) != "" {
			return handled
		}
	}
	return ""
}
