package contract

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// unknownAs returns a value for a field by which an event names an object that the app does
// not know: one of another app. A database that wants a number or a UUID must not fail for
// another reason than that there is none.
func unknownAs(known, strange any, order string) any {
	switch known := known.(type) {
	case float64:
		return float64(unknownSerial(order))
	case string:
		text, _ := strange.(string)
		if kind, _, isID := strings.Cut(known, "_"); isID && strings.HasPrefix(text, kind+"_") {
			return strange
		}
		if name := nameLike(known, order); name != known {
			return name
		}
	}
	if strange != nil {
		return strange
	}
	return order
}

// unknownSerial returns a number that is higher than the serial numbers of an app, and no
// wider than a column for them.
func unknownSerial(seed string) uint64 {
	const least = 500_000_000
	return least + render.Hash(seed)%least
}

// nameLike returns another name in the form of a known one that is a number or a UUID, and
// any other name itself: "user-7" may tell an app that the user is its own.
func nameLike(known, seed string) string {
	if uuid().MatchString(known) {
		digits := render.AppendDigits(nil, "0123456789abcdef", len(known), render.Hash(seed))
		for i := range digits {
			if known[i] == '-' {
				digits[i] = '-'
			}
		}
		return string(digits)
	}
	if _, err := strconv.ParseUint(known, 10, 64); err == nil {
		return strconv.FormatUint(unknownSerial(seed), 10)
	}
	return known
}

var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
})
