package inspector

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// search returns the IDs of deliveries with all words of a text, in any order and case: in
// the list's columns, in the event, or in a response. The page itself searches its list.
func search(hub *listen.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		words := strings.Fields(strings.ToLower(r.FormValue("text")))
		found := []string{}
		for _, short := range hub.Deliveries(0) {
			if r.Context().Err() != nil {
				return // the text has changed meanwhile: nobody is waiting
			}
			if full, ok := hub.Delivery(short.ID); ok && has(full, words) {
				found = append(found, short.ID)
			}
		}
		answer(w, map[string]any{"ids": found})
	}
}

// has reports whether a delivery contains all of some lower-case words.
func has(d listen.Delivery, words []string) bool {
	texts := [][]byte{bytes.ToLower(d.Body), []byte(strings.ToLower(listed(d)))}
	for _, attempt := range d.Attempts {
		texts = append(texts, []byte(strings.ToLower(attempt.ResponseBody)))
	}
	for _, word := range words {
		if !anyContains(texts, []byte(word)) {
			return false
		}
	}
	return true
}

func anyContains(texts [][]byte, word []byte) bool {
	for _, text := range texts {
		if bytes.Contains(text, word) {
			return true
		}
	}
	return false
}

// listed returns what the page searches by itself; one word may be there and another in the
// event. Keep it equal to words in filter.js.
func listed(d listen.Delivery) string {
	s := summarize(d)
	texts := []string{
		s.ID, s.Type, s.EventID, s.Account, s.URL, s.State, s.Error, s.ReplayOf,
		s.Trigger.Name, s.Edited.Delivery, s.Edited.EventID, strings.Join(s.Mutations, " "),
	}
	if s.Status > 0 {
		texts = append(texts, strconv.Itoa(s.Status))
	}
	return strings.Join(texts, " ")
}
