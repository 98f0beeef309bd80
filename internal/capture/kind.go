package capture

import (
	"bytes"
	"fmt"
	"strings"
)

// A Kind describes a JSON text in relation to an event.
type Kind int

// The kinds. Other includes text that is not JSON.
const (
	Other    Kind = iota
	Event         // an event
	Data          // its data, as the Dashboard shows it: {"object": {…}, "previous_attributes": {…}}
	Object        // its object alone
	List          // several events, or an API response with them
	Envelope      // something with one or more events inside
)

// KindOf returns the kind of a JSON text, and a name for the user, such as "a Lambda event
// with an event at body". The name of an event or an unknown text is empty.
func KindOf(text []byte) (kind Kind, name string) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	root, end, err := readTree(text)
	if err != nil || len(bytes.TrimSpace(text[end:])) > 0 {
		return inside(text)
	}
	object := root.child("object")
	switch {
	case root.isEvent():
		return Event, ""
	case root.kind == '[':
		return List, fmt.Sprintf("a list of %d", len(root.children))
	case (object.word() == "list" || object.word() == "search_result") && root.child("data") != nil:
		return List, fmt.Sprintf("a list of %d", len(root.child("data").children))
	case object != nil && object.kind == '{' && root.child("type") == nil && !object.isEvent():
		return Data, "the data of an event"
	case isKind(object.word()) && object.word() != "event" && root.child("id").word() != "":
		return Object, "a bare object of the kind " + object.word()
	}
	return inside(text)
}

// inside returns the kind of a text that is neither an event nor a part of one.
func inside(text []byte) (kind Kind, name string) {
	found := Find(text)
	if len(found) == 0 || !isEventText(found[0].Body) {
		return Other, ""
	}
	if name = found[0].Form; name == "" {
		name = "JSON"
	}
	if found[0].Path == "" {
		return Envelope, name + " with an event in it"
	}
	return Envelope, name + " with an event at " + found[0].Path
}

// isKind reports whether a word is the name of one of Stripe's resources.
func isKind(word string) bool {
	return word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789_.") == ""
}
