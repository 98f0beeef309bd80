package inspector

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// search returns the IDs of deliveries with a text in the event or a response, ignoring
// case. The page itself searches its list.
func search(hub *listen.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text := bytes.ToLower([]byte(r.FormValue("text")))
		found := []string{}
		for _, short := range hub.Deliveries(0) {
			if r.Context().Err() != nil {
				return // the text has changed meanwhile: nobody is waiting
			}
			if full, ok := hub.Delivery(short.ID); ok && has(full, text) {
				found = append(found, short.ID)
			}
		}
		answer(w, map[string]any{"ids": found})
	}
}

// has reports whether a delivery contains a lower-case text.
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
