package render

import (
	"bytes"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An object has one creation time, whatever becomes of it. An event file sets a likely one
// for the event alone: a subscription that renews is 90 days old, one that ends 100. Events
// about the same objects take the time from the first of them that has the object or, if
// none has, the usual time of the object's file.

// usually separates the creation time in one event from the object's usual one.
const usually = "|"

// sinceBegan makes the times of an object relative to the first event about it, so all
// events agree on its creation time.
func sinceBegan(object []byte) []byte {
	return bytes.ReplaceAll(object, []byte(`"{now`), []byte(`"{then`))
}

// markCreation marks the creation times in an event's object: that of the object itself,
// and the same time elsewhere in it, as in the items of a subscription. usual is the object
// in its file.
func markCreation(event []byte, eventType string, usual []byte) ([]byte, error) {
	const path = "data.object.created"
	own, ok := rawjson.Find(event, path)
	_, named := rawjson.Find(event, "data.object.id") // a preview of an invoice is made anew each time
	if !ok || !named || !isTime(own) {
		return event, nil
	}
	shared, ok := rawjson.Find(usual, "created")
	if !ok || !isTime(shared) || strings.HasSuffix(eventType, ".created") { // a creation is as old as it says
		shared = own
	}
	root, err := rawjson.Parse(event)
	if err != nil {
		return nil, err
	}
	var at []*rawjson.Value
	root.Child("data").Child("object").All(func(v *rawjson.Value) {
		if (v.Key == "created" || v.Key == "start_date") && bytes.Equal(event[v.Start:v.End], own) {
			at = append(at, v)
		}
	})
	marked := slices.Concat(own[:len(own)-2], []byte(usually), shared[2:])
	for _, v := range slices.Backward(at) {
		event = slices.Concat(event[:v.Start], marked, event[v.End:])
	}
	return event, nil
}

// objectID returns the id of an event's object, nil if it is not a placeholder.
func objectID(event []byte) *id {
	quoted, _ := rawjson.Find(event, "data.object.id")
	name, ok := placeholder(bytes.Trim(quoted, `"`))
	if !ok || len(quoted) != len(name)+len(`"{}"`) {
		return nil
	}
	i, ok := newID(string(name))
	if !ok {
		return nil
	}
	return &i
}

// isTime reports whether a JSON string is a placeholder for a time.
func isTime(quoted []byte) bool {
	name, ok := placeholder(bytes.Trim(quoted, `"`))
	_, now := relativeTime("now", string(name))
	_, then := relativeTime("then", string(name))
	return ok && (now || then)
}
