package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A handler may need several of its types in another shape: each is named.

// variants returns the shapes, as TYPE=VARIANT, in which the handler acts on events of a case.
func (r *Result) variants() []string {
	if len(r.WantedVariants) == 0 && r.WantedVariant != "" {
		return []string{r.WantedVariant}
	}
	return r.WantedVariants
}

// wantedVariants returns the shapes that results name, one for each type.
func wantedVariants(results []Result) (wanted []string) {
	types := make(map[string]bool)
	for i := range results {
		for _, variant := range results[i].variants() {
			eventType, _, _ := strings.Cut(variant, "=")
			if !types[eventType] {
				wanted = append(wanted, variant)
			}
			types[eventType] = true
		}
	}
	return wanted
}

// withCommon adds to a shape that a type needs the same shape of the other handled types, if it
// is more common than the plain one: what needs it of a paid invoice needs it of a failed one.
func withCommon(s *Subject, wanted string) []string {
	all := []string{wanted}
	of, shape, _ := strings.Cut(wanted, "=")
	for _, eventType := range s.Handles {
		v, err := fixtures.FindVariant(eventType, shape)
		if err == nil && v.Common && eventType != of && s.Variants[eventType] == "" {
			all = append(all, eventType+"="+shape)
		}
	}
	return all
}

// setVariants says in Go which field makes the handler act on the events, or returns "".
func setVariants(wanted []string) string {
	if len(wanted) == 0 {
		return ""
	}
	var pairs []string
	for _, one := range slices.Sorted(slices.Values(wanted)) {
		eventType, shape, _ := strings.Cut(one, "=")
		pairs = append(pairs, fmt.Sprintf("%q: %q", eventType, shape))
	}
	return "set Variants: map[string]string{" + strings.Join(pairs, ", ") + "} in the Subject"
}
