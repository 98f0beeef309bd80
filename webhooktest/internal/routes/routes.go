// Package routes maps the kinds of Stripe's objects to paths of the API. routes.txt is
// the table.
package routes

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed routes.txt
var text string

// A Route is a row of the table: the path of some kinds of objects.
type Route struct {
	Kinds []string // charge
	Path  []string // segments; {field} is the ID in a field of the objects
	Use   Use
	Event string // an event type with a similar object, for a singleton
}

// A Use is the purpose of a path.
type Use string

const (
	Collection Use = ""     // objects below it, each at its ID
	Singleton  Use = "one"  // a single object
	MakeOnly   Use = "make" // for making objects, not for fetching them
)

// All returns the table, read on first use to keep the command's startup fast. Do not
// modify the rows.
var All = sync.OnceValue(func() []Route {
	var all []Route
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] == "#" {
			continue
		}
		words = append(words, "", "")
		all = append(all, Route{Kinds: strings.Split(words[0], ","), Path: Segments(words[1]), Use: Use(words[2]), Event: words[3]})
	}
	return all
})

// Home returns the path for fetching objects of a kind: their collection, or the single
// object.
func Home(kind string) (home Route, ok bool) {
	worth := 0
	for _, r := range All() {
		if better := r.worth(); better > worth && slices.Contains(r.Kinds, kind) {
			home, worth = r, better
		}
	}
	return home, worth > 0
}

// worth ranks the paths for fetching objects.
func (r *Route) worth() int {
	switch {
	case r.Use == MakeOnly || r.Event != "":
		return 0
	case r.Use == Singleton:
		return 1
	case len(r.Fields()) > 0:
		return 2
	}
	return 3
}

// Fields returns the fields of the objects needed for the path.
func (r *Route) Fields() (fields []string) {
	for _, segment := range r.Path {
		if strings.HasPrefix(segment, "{") {
			fields = append(fields, strings.Trim(segment, "{}"))
		}
	}
	return fields
}

// Segments splits a path: /v1/charges is v1 and charges.
func Segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
