package statediff

import (
	"regexp"
	"strings"
	"sync"
)

// Restated returns the words and flags by which a state says something else of our objects
// than before, by place and field, where one row tells of an object both times. A flag that
// was not set yet only notes that something happened.
func Restated(before, after Diff) map[string]string {
	said := make(map[string]string)
	for place, was := range before {
		now := after[place]
		if len(was.Records) != 1 || len(now.Records) != 1 {
			continue
		}
		old, values := was.Records[0].values(), now.Records[0].values()
		for path, value := range values {
			if old[path] != value && isWord(path, old) && isWord(path, values) || takes(path, old[path], value) {
				said[place+strings.TrimSuffix(path, "/0")] = value
			}
		}
	}
	return said
}

// takes reports whether a flag says that something is no longer given: it said yes, or now says
// that access was taken.
func takes(path, before, now string) bool {
	return saysYes(path, before) && saysNo(path, now) ||
		takenName().MatchString(path) && saysNo(path, before) && saysYes(path, now)
}

// takenName matches the paths of flags that say that access was taken. That something was
// refunded, or canceled, may only be noted.
var takenName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[._])(?:(?:is|has)_?)?(?i:revoked|suspended|locked|blocked|disabled|inactive|expired)$`)
})

// isWord reports whether a field is a text of one word that is no id, time or number.
func isWord(path string, values map[string]string) bool {
	text, isFirst := strings.CutSuffix(path, "/0")
	_, isSentence := values[text+"/1"]
	l := field{path: path, value: values[path]}
	_, isNumber := number(l.value)
	return isFirst && !isSentence && !isNumber && l.value != "" && l.tells() && !strings.ContainsAny(l.value, "{}")
}
