package inspector

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// search answers with the ids of the deliveries whose event, or a handler's answer to it,
// contains a text, in any case. The page itself searches the list.
func search(hub *listen.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text := bytes.ToLower([]byte(r.FormValue("text")))
		found := []string{}
		for _, short := range hub.Deliveries(0) {
			if r.Context().Err() != nil {
				return // nobody waits any more: the text was changed
			}
			if full, ok := hub.Delivery(short.ID); ok && has(full, text) {
				found = append(found, short.ID)
			}
		}
		answer(w, map[string]any{"ids": found})
	}
}

// has reports whether a delivery has a text that is in lower case.
func has(d listen.Delivery, text []byte) bool {
	if bytes.Contains(bytes.ToLower(d.Body), text) {
		return true
	}
	for _, attempt := range d.Attempts {
		if strings.Contains(strings.ToLower(attempt.ResponseBody), string(text)) {
			return true
		}
	}
	return false
}
