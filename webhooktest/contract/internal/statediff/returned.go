package statediff

import (
	"regexp"
	"strings"
	"sync"
)

// Returned returns the words and flags that a state says of our objects as before something
// was taken from them, by place and field: what they were before, while it was taken, and now.
// A flag of what somebody may do counts even if nothing was there before.
func Returned(before, taken, now Diff) map[string]string {
	back := make(map[string]string)
	for place, then := range taken {
		if len(then.Records) != 1 || len(now[place].Records) != 1 || len(before[place].Records) > 1 {
			continue
		}
		first := make(map[string]string)
		if len(before[place].Records) == 1 {
			first = before[place].Records[0].values()
		}
		off, values := then.Records[0].values(), now[place].Records[0].values()
		for path, value := range values {
			if gaveBack(path, first, off, values) {
				back[place+strings.TrimSuffix(path, "/0")] = value
			}
		}
	}
	return back
}

// gaveBack reports whether a field is as it was before it was taken. A word of the dispute
// itself, such as none, and a flag that a dispute sets, are no loss.
func gaveBack(path string, first, off, values map[string]string) bool {
	value, known := values[path], first[path] != ""
	if saysYes(path, value) {
		return saysNo(path, off[path]) && (known && saysYes(path, first[path]) || !known && saysWhatMay().MatchString(path))
	}
	if known && takes(path, value, off[path]) {
		return saysNo(path, first[path])
	}
	return known && value != "false" && value == first[path] && off[path] != value &&
		isWord(path, values) && isWord(path, off) && !strings.Contains(strings.ToLower(path), "disput")
}

// saysWhatMay matches the paths of flags that say what somebody has or may do.
var saysWhatMay = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)[._](?:(?:is|has)_?)?(?:active|enabled|access|premium|pro|subscribed|granted|entitled)$`)
})
