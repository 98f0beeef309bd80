package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/internal/capture"
)

// An event is an imported event.
type event struct {
	text      []byte
	eventType string
	thin      bool
	delivered bool // text is the body of a delivery, byte for byte
	named     bool // its fields mark it as an event
}

// errNothing means that a value is not an event, and need not be one.
var errNothing = errors.New("nothing to import")

// eventsOf returns the events of a JSON object: itself, or the events inside, as in a
// queue's envelope, a capture of requests or a row of a table. form names the format of the
// latter.
func eventsOf(text []byte) (events []event, form string, err error) {
	e, err := recognize(text)
	if err == nil && e.named {
		return []event{e}, "", nil
	}
	if inside, form := taken(text); len(inside) > 0 {
		return inside, form, nil
	}
	return []event{e}, "", err
}

// taken finds the events inside something else.
func taken(text []byte) (events []event, form string) {
	for _, r := range capture.Find(text) {
		e, err := recognize(r.Body)
		if err != nil || r.Path == "" && r.Form == "" && len(r.Body) == len(bytes.TrimSpace(text)) {
			continue // it is no event, or is what was looked at
		}
		e.delivered = e.delivered || !r.Parsed && bytes.IndexByte(r.Body, '\n') >= 0
		if form = r.Form; form == "" {
			form = strings.TrimSuffix("JSON around it, at "+r.Path, ", at ")
		}
		events = append(events, e)
	}
	return events, form
}

// recognize identifies a JSON object: an event, a thin event, or a line of fakestripe
// listen.
func recognize(text []byte) (event, error) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil {
		return event{}, err
	}
	eventType, object := word(top["type"]), word(top["object"])
	thin := strings.HasPrefix(object, "v2.core.event")
	switch {
	case object == "event", thin, object == "" && strings.HasPrefix(word(top["id"]), "evt_"):
		if eventType == "" {
			return event{}, errors.New("an event without a type")
		}
		return event{text: text, eventType: eventType, thin: thin, named: object != ""}, nil
	case top["fakestripe_journal"] != nil:
		return event{}, checkJournal(text)
	case top["event"] != nil || top["event_base64"] != nil:
		return listened(text)
	case object == "" && isTalk(top):
		return event{}, errNothing
	}
	return event{}, strange(top, object)
}

// isTalk reports whether a line of fakestripe listen, from its journal or --format json,
// is about a result rather than an event, or is any program's log record.
func isTalk(top map[string]json.RawMessage) bool {
	for _, only := range []string{"ready", "attempt", "summary"} {
		if top[only] != nil && len(top) == 1 {
			return true
		}
	}
	isLog := (top["level"] != nil || top["severity"] != nil) && (top["msg"] != nil || top["message"] != nil)
	return isLog || top["delivery"] != nil && top["state"] != nil || top["started"] != nil && top["sum"] != nil
}

// strange describes an object that is not an event.
func strange(top map[string]json.RawMessage, object string) error {
	const want = `want an event, which says "object": "event"`
	switch {
	case top["error"] != nil:
		return errors.New("an error of Stripe's API, " + want)
	case top["format"] != nil && top["steps"] != nil:
		return errors.New("a case of fakestripe, " + want + ": the folder payloads beside it has them")
	case object == "list":
		return errors.New("a list without data, " + want)
	case object != "" && strings.Trim(object, "abcdefghijklmnopqrstuvwxyz_.") == "":
		return fmt.Errorf("an object of the kind %s, %s", object, want)
	}
	return errors.New("an object of another kind, " + want)
}

// word returns the text of a JSON string, or "".
func word(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// checkJournal checks the first line of a journal.
func checkJournal(text []byte) error {
	const known = 2
	var first struct {
		Format int `json:"fakestripe_journal"`
	}
	if err := json.Unmarshal(text, &first); err != nil || first.Format < 1 || first.Format > known {
		return fmt.Errorf("a journal of another version of fakestripe: this one knows formats 1 to %d", known)
	}
	return errNothing
}

// listened reads an event from a line of fakestripe listen: from its journal, with the
// text as delivered, or from --format json.
func listened(line []byte) (event, error) {
	var entry struct {
		Event       json.RawMessage
		EventBase64 []byte `json:"event_base64"`
	}
	if err := json.Unmarshal(line, &entry); err != nil {
		return event{}, fmt.Errorf("not a line of fakestripe listen: %w", err)
	}
	text, delivered := entry.EventBase64, true
	switch {
	case text != nil:
	case bytes.HasPrefix(entry.Event, []byte(`"`)):
		text = []byte(word(entry.Event))
	default:
		var printed struct{ Body json.RawMessage }
		if json.Unmarshal(entry.Event, &printed) != nil || printed.Body == nil {
			return event{}, errors.New("not a line of fakestripe listen: event is neither a text nor has a body")
		}
		text, delivered = printed.Body, false
	}
	e, err := recognize(text)
	e.delivered, e.named = delivered, err == nil
	if err != nil {
		return e, fmt.Errorf("the event in it: %w", err)
	}
	return e, nil
}
