package contract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
)

// merge adds a type to those found. If the type was found in another shape, the first shape
// with an effect counts.
func merge(found []HandledType, handled HandledType) []HandledType {
	at := slices.IndexFunc(found, func(h HandledType) bool { return h.Type == handled.Type })
	switch {
	case at < 0:
		return append(found, handled)
	case strength(handled) < strength(found[at]):
		found[at] = handled
	}
	return found
}

// evidenceOrder lists the kinds of evidence, the strongest first.
var evidenceOrder = []string{"state", "calls", "answer"}

// strength returns the rank of the evidence that a type is handled; the strongest is 0.
func strength(h HandledType) int {
	rank := slices.Index(evidenceOrder, h.Shown)
	if rank < 0 || h.Refused != "" {
		return len(evidenceOrder) // refusals, and no evidence
	}
	return rank
}

// known returns the types with evidence, the strongest first, then the types without any
// that are about the same objects.
func (d *discovery) known(all []HandledType, tried int) []HandledType {
	unseen := func(h HandledType) bool { return h.Shown == "" }
	found := slices.DeleteFunc(slices.Clone(all), unseen)
	byAnswer := func(h HandledType) bool { return h.Shown == "answer" && h.Refused == "" }
	if own := slices.DeleteFunc(slices.Clone(found), func(h HandledType) bool { return !byAnswer(h) }); len(own) > tried/2 {
		found = slices.DeleteFunc(found, byAnswer) // each type has its own answer, which says nothing
	}
	slices.SortStableFunc(found, func(a, b HandledType) int {
		return cmp.Or(strength(a)-strength(b), failures(a)-failures(b))
	})
	for _, h := range all {
		if unseen(h) && changes(h.Type, found) {
			found = append(found, h)
		}
	}
	return found
}

// failures counts a type that tells of a failure, which comes last: the first type is the
// control.
func failures(h HandledType) int {
	if strings.HasSuffix(h.Type, "failed") {
		return 1
	}
	return 0
}

// changes reports whether a type changes or ends objects that handled events create or are
// about.
func changes(eventType string, found []HandledType) bool {
	if !strings.HasSuffix(eventType, ".updated") && !strings.HasSuffix(eventType, ".deleted") {
		return false
	}
	return slices.ContainsFunc(found, func(h HandledType) bool {
		v, err := fixtures.FindVariant(h.Type, h.Variant)
		if err != nil {
			return resourceOf(h.Type) == resourceOf(eventType)
		}
		described, err := fixtures.DescribeEvent(eventType)
		return err == nil && slices.Contains(v.Creates, described.Object)
	})
}
