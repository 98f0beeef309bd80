// Package routes knows where Stripe's API has which objects. routes.txt is the table.
package routes

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed routes.txt
var text string

// A Route is a row of the table: where the objects of some kinds are found.
type Route struct {
	Kinds []string // charge
	Path  []string // segments; {field} is the id that a field of the objects has
	Use   Use
	Event string // the type of the event whose object a singleton is like
}

// A Use is what a path is for.
type Use string

const (
	Collection Use = ""     // objects below it, each at its id
	Singleton  Use = "one"  // the one object that there is
	MakeOnly   Use = "make" // objects are made there, not fetched
)

// All returns the table. It is read when it is needed: the start of a command should
// not pay for it. The rows must not be changed.
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

// Home returns where the objects of a kind are fetched: their collection, or the place
// of the one that there is.
func Home(kind string) (home Route, ok bool) {
	worth := 0
	for _, r := range All() {
		if better := r.worth(); better > worth && slices.Contains(r.Kinds, kind) {
			home, worth = r, better
		}
	}
	return home, worth > 0
}

// worth tells the better of two places at which objects are fetched.
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

// Fields are the fields of the objects that the path needs.
func (r *Route) Fields() (fields []string) {
	for _, segment := range r.Path {
		if strings.HasPrefix(segment, "{") {
			fields = append(fields, strings.Trim(segment, "{}"))
		}
	}
	return fields
}

// Segments cuts a path: /v1/charges is v1 and charges.
func Segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
