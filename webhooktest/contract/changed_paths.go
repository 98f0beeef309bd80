package contract

import "github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"

// changedPaths returns the paths at which two bodies differ.
func changedPaths(before, after []byte) (paths []string) {
	was, err := rawjson.Parse(before)
	is, err2 := rawjson.Parse(after)
	if err != nil || err2 != nil {
		return nil
	}
	texts := make(map[string]string)
	for path, value := range was.Inner() {
		texts[path] = string(before[value.Start:value.End])
	}
	for path, value := range is.Inner() {
		if texts[path] != string(after[value.Start:value.End]) {
			paths = append(paths, path)
		}
	}
	return paths
}
