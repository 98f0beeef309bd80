package stripeapi

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// A target is the meaning of a request's path.
type target struct {
	routes.Route
	url    string            // of the collection: /v1/customers/cus_1/sources
	parent map[string]string // the ids in the collection's path, by field
	id     string            // of the object; empty for the collection
	rest   string            // the path after the ID: "cancel", "lines"
}

// scope returns the customer or account in a path.
func (t *target) scope() string { return t.parent["customer"] + t.parent["account"] }

// targetAt returns the target of a path, by the route that matches most of it.
func targetAt(path string) (target, bool) {
	have := routes.Segments(path)
	var best *routes.Route
	literal := -1
	all := routes.All()
	for i := range all {
		r := &all[i]
		words, ok := match(r, have)
		if !ok || best != nil && (len(r.Path) < len(best.Path) || len(r.Path) == len(best.Path) && words <= literal) {
			continue
		}
		best, literal = r, words
	}
	if best == nil || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
		return target{}, false
	}
	return targetOf(best, have), true
}

// match reports whether a path begins with the route, and how many of its segments are
// words.
func match(r *routes.Route, have []string) (words int, ok bool) {
	if len(have) < len(r.Path) {
		return 0, false
	}
	for i, segment := range r.Path {
		switch {
		case segment[0] == '{':
		case segment == have[i]:
			words++
		default:
			return 0, false
		}
	}
	return words, true
}

func targetOf(r *routes.Route, have []string) target {
	t := target{Route: *r, parent: make(map[string]string)}
	for i, segment := range r.Path {
		if segment[0] == '{' {
			t.parent[strings.Trim(segment, "{}")] = have[i]
		}
	}
	n := len(r.Path)
	t.url = "/" + strings.Join(have[:n], "/")
	rest := have[n:]
	if len(rest) > 0 && r.Use == routes.Collection {
		t.id, rest = rest[0], rest[1:]
	}
	t.rest = strings.Join(rest, "/")
	return t
}

// urlOf returns the path of a kind's collection, or "".
func urlOf(kind string) string {
	for _, r := range routes.All() {
		if r.Use == routes.Collection && slices.Contains(r.Kinds, kind) && len(r.Fields()) == 0 {
			return "/" + strings.Join(r.Path, "/")
		}
	}
	return ""
}
