package statediff

import "strings"

// Ended returns the words and flags that a state no longer says of our objects, by place and
// field, as Restated does, and the rows and words that are gone.
func Ended(before, after Diff) map[string]string {
	const gone = "gone"
	said := Restated(before, after)
	for place, was := range before {
		now := after[place]
		switch {
		case len(was.Records) != 1 || len(now.Records) > 1:
			continue
		case len(now.Records) == 0:
			said[place] = gone
			continue
		}
		old, values := was.Records[0].values(), now.Records[0].values()
		for path := range old {
			if _, stays := values[path]; !stays && isWord(path, old) {
				said[place+strings.TrimSuffix(path, "/0")] = gone
			}
		}
	}
	return said
}
