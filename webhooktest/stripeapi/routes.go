package stripeapi

import (
	"slices"
	"strings"
)

// A route is a row of routes.txt: where the objects of some kinds are found.
type route struct {
	kinds []string
	path  []string // segments; {field} is the id that a field of the objects has
	only  routeUse
	event string // the type of the event whose object a singleton is like
}

type routeUse string

const (
	collection routeUse = ""
	singleton  routeUse = "one"
	makeOnly   routeUse = "make"
)

func parseRoutes(text string) []route {
	var routes []route
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] == "#" || words[1] == "-" {
			continue
		}
		r := route{kinds: strings.Split(words[0], ","), path: segments(words[1])}
		if len(words) > 2 {
			r.only = routeUse(words[2])
		}
		if len(words) > 3 {
			r.event = words[3]
		}
		routes = append(routes, r)
	}
	return routes
}

// A target is what the path of a request leads to.
type target struct {
	route
	url    string            // of the collection: /v1/customers/cus_1/sources
	parent map[string]string // the ids in the collection's path, by field
	id     string            // of the object, empty for the collection
	rest   string            // what follows the id: "cancel", "lines"
}

// find returns where a path leads: to the route that matches most of it.
func (c *catalog) find(path string) (target, bool) {
	have := segments(path)
	best, literal := -1, -1
	for i := range c.routes {
		r := &c.routes[i]
		words, ok := r.match(have)
		if !ok || best >= 0 && (len(r.path) < len(c.routes[best].path) || len(r.path) == len(c.routes[best].path) && words <= literal) {
			continue
		}
		best, literal = i, words
	}
	if best < 0 || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
		return target{}, false
	}
	return c.routes[best].target(have), true
}

// match says whether a path begins as the route does, and how many of its segments
// are words.
func (r *route) match(have []string) (words int, ok bool) {
	if len(have) < len(r.path) {
		return 0, false
	}
	for i, segment := range r.path {
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

func (r *route) target(have []string) target {
	t := target{route: *r, parent: make(map[string]string)}
	for i, segment := range r.path {
		if segment[0] == '{' {
			t.parent[strings.Trim(segment, "{}")] = have[i]
		}
	}
	n := len(r.path)
	t.url = "/" + strings.Join(have[:n], "/")
	rest := have[n:]
	if len(rest) > 0 && r.only == collection {
		t.id, rest = rest[0], rest[1:]
	}
	t.rest = strings.Join(rest, "/")
	return t
}

// urlOf returns the path of a kind's collection, empty when it has none.
func (c *catalog) urlOf(kind string) string {
	for _, r := range c.routes {
		if r.only == collection && slices.Contains(r.kinds, kind) && !slices.ContainsFunc(r.path, func(s string) bool { return s[0] == '{' }) {
			return "/" + strings.Join(r.path, "/")
		}
	}
	return ""
}
