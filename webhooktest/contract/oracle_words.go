package contract

import (
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// toldBy returns a function that reports whether a word is one of the texts in the objects
// of events. It reads them when it is first asked: most states leave nothing to ask about.
func toldBy(events []*webhooktest.Event) func(word string) bool {
	words := sync.OnceValue(func() map[string]bool {
		words := make(map[string]bool)
		for _, event := range events {
			addWords(words, event)
		}
		return words
	})
	return func(word string) bool { return words()[word] }
}

// addWords adds the words of the texts in an event's object, but for its kind.
func addWords(words map[string]bool, event *webhooktest.Event) {
	object, _ := rawjson.Find(event.Body(), "data.object")
	root, _ := rawjson.Parse(object)
	root.All(func(v *rawjson.Value) {
		if v.Kind != '"' || v.Key == "object" {
			return
		}
		for word := range strings.FieldsSeq(string(object[v.Start+1 : v.End-1])) {
			words[word] = true
		}
	})
}

// incomparable says why a state cannot be judged: the effect of clean delivery varies, or
// does not include what the case is about.
func incomparable(b statediff.Baseline) error {
	if said := b.String(); said != "" {
		return errInconclusive{reason: "nothing in the state is comparable: " + text.Excerpt(said)}
	}
	return errInconclusive{reason: "nothing in the state is comparable: clean delivery leaves nothing there that names the object, or nothing but counts and times of it"}
}
