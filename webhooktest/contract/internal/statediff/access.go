package statediff

import (
	"maps"
	"regexp"
	"slices"
	"sync"
)

// A row may say in a flag that access is given, and beside it until when something is paid:
// that the time is another says nothing of the access.

// OfAccess reduces what an event changes to the flags of access that it takes away, if it
// does: before the event they say yes, and after it no.
func OfAccess(before Diff, references []Diff, did Diff) (reduced []Diff, left Diff) {
	taken := make(map[string]map[string]string) // fields, by place
	for place, was := range before {
		changed, _ := changedAt(place, was, references)
		maps.DeleteFunc(changed, func(path, value string) bool {
			return !saysAccess(path) || !isNo(value) || !isYes(was.Records[0].values()[path])
		})
		if len(changed) > 0 {
			taken[place] = changed
		}
	}
	if len(taken) == 0 {
		return references, did
	}
	reduced, left = cloned(references), maps.Clone(did)
	for _, view := range append(slices.Clone(reduced), left) {
		for _, place := range view.Places() {
			if fields, is := taken[place]; is {
				view.reduce(place, fields)
			} else {
				delete(view, place)
			}
		}
	}
	return reduced, left
}

func isNo(value string) bool  { return value == "false" || value == "0" }
func isYes(value string) bool { return value == "true" || value == "1" }

// saysAccess reports whether a flag says that access is given, by its path.
func saysAccess(path string) bool { return accessName().MatchString(path) }

// accessName matches the paths of such flags. Those that say whether a subscription renews
// are none: they may change when its end is announced.
var accessName = sync.OnceValue(func() *regexp.Regexp {
	const access = `active|enabled|access|premium|pro|entitled|granted|unlocked`
	return regexp.MustCompile(`(?:^|[._])(?:(?:is|has)_?)?(?i:` + access + `)$`)
})
