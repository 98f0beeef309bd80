package redact

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// A Finding is a kind of redacted values at a path, and their number. It never contains a
// value.
type Finding struct {
	Path  string `json:"path"` // every position of a list is *
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

type place struct {
	path string
	kind kind
}

// maxFindings limits the list: a payload can be nothing but keys.
const maxFindings = 10_000

// findings is the list of a recording.
type findings struct {
	mu     sync.Mutex
	counts map[place]int
}

// add records a redaction.
func (f *findings) add(path string, k kind) {
	at := place{path, k}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = make(map[place]int)
	}
	if _, known := f.counts[at]; !known && len(f.counts) >= maxFindings {
		at.path = "(other paths)"
	}
	f.counts[at]++
}

// list returns the findings so far, sorted by path.
func (f *findings) list() []Finding {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := make([]Finding, 0, len(f.counts))
	for at, n := range f.counts {
		found = append(found, Finding{at.path, string(at.kind), n})
	}
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Kind, b.Kind))
	})
	return found
}
