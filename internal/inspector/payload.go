package inspector

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// check validates a payload while it is being typed.
func check(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Payload string `json:"payload"`
	}
	if !read(w, r, &asked) {
		return
	}
	if event, ok := parse(w, asked.Payload); ok {
		answer(w, map[string]any{"type": event.Type(), "event_id": event.ID()})
	}
}

// parse parses a payload. On failure, it writes the error and returns false.
func parse(w http.ResponseWriter, payload string) (*webhooktest.Event, bool) {
	event, err := webhooktest.ParseEvent([]byte(payload))
	if err != nil {
		misplaced(w, payload, err)
	}
	return event, err == nil
}

// misplaced rejects a payload, with the position from the error.
func misplaced(w http.ResponseWriter, payload string, err error) {
	var at place
	if _, scanErr := fmt.Sscanf(err.Error(), "line %d, column %d", &at.Line, &at.Column); scanErr != nil {
		at = place{1, 1}
	}
	lines := strings.Split(payload, "\n")
	line := lines[min(at.Line, len(lines))-1]
	at.Column = 1 + units(line[:min(at.Column-1, len(line))])
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	_ = json.NewEncoder(w).Encode(refusal{Error: err.Error(), place: &at})
}

// units counts UTF-16 units: two for a character beyond the first 65,536.
func units(text string) (n int) {
	for _, r := range text {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
