package redact

import (
	"cmp"
	"slices"
	"strings"
)

// A Finding says that values of a kind were redacted at a path, and how many. It
// never holds a value.
type Finding struct {
	Path  string `json:"path"` // every position of a list is *
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

type place struct {
	path string
	kind kind
}

// maxFindings bounds the list: a payload can be nothing but keys.
const maxFindings = 10_000

// count remembers that something was redacted.
func (d *Document) count(path string, k kind) {
	at := place{d.shown(path), k}
	r := d.redactor
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.findings[at]; !known && len(r.findings) >= maxFindings {
		at.path = "(other paths)"
	}
	r.findings[at]++
}

// shown returns a path for the list: a key can be somebody's, too.
func (d *Document) shown(path string) string {
	keys := split(path)
	for i, key := range keys {
		if key != "*" && !isStripesWord(key) {
			keys[i], _ = d.clean(key, kindPlain)
		}
		keys[i] = strings.ReplaceAll(keys[i], ".", `\.`)
	}
	return strings.Join(keys, ".")
}

// Found returns what was redacted so far, sorted by path.
func (r *Redactor) Found() []Finding {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := make([]Finding, 0, len(r.findings))
	for at, n := range r.findings {
		found = append(found, Finding{at.path, string(at.kind), n})
	}
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Kind, b.Kind))
	})
	return found
}
