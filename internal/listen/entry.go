package listen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// An entry is a line of the journal: a start of listen, an event, or a change of a
// delivery. Keep the order of the fields: [survey] relies on it.
type entry struct {
	Started time.Time `json:"started,omitzero"`

	Deliveries  []Delivery `json:"deliveries,omitempty"`
	Event       text       `json:"event,omitempty"`
	EventBase64 []byte     `json:"event_base64,omitempty"` // used for text that is not UTF-8

	Delivery string    `json:"delivery,omitempty"`
	State    string    `json:"state,omitempty"`
	Next     time.Time `json:"next,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	Attempt  *Attempt  `json:"attempt,omitempty"`
}

// A text is a JSON string as bytes.
type text []byte

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(quoted []byte) error {
	var s string
	err := json.Unmarshal(quoted, &s)
	*t = []byte(s)
	return err
}

func newEventEntry(body []byte, deliveries []Delivery) *entry {
	if !utf8.Valid(body) {
		return &entry{Deliveries: deliveries, EventBase64: body}
	}
	return &entry{Deliveries: deliveries, Event: body}
}

func newChangeEntry(deliveryID string, o outcome) *entry {
	e := &entry{Delivery: deliveryID, State: o.state, Next: o.next, Reason: o.reason}
	if o.attempt != nil {
		attempt := *o.attempt
		attempt.Request = withoutOwn(attempt.Request)
		e.Attempt = &attempt
	}
	return e
}

func (e *entry) body() []byte {
	if e.EventBase64 != nil {
		return e.EventBase64
	}
	return e.Event
}

// encode formats an entry as a line. It keeps < and & unescaped, at one byte each: the
// line is not for HTML.
func (e *entry) encode() ([]byte, error) {
	rest := *e
	rest.Event = nil
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(rest); err != nil {
		return nil, err
	}
	head := bytes.TrimSuffix(line.Bytes(), []byte("}\n"))
	if e.Event == nil {
		return seal(head), nil
	}
	const key = `,"event":`
	whole := append(make([]byte, 0, len(head)+len(key)+quotedLength(e.Event)+sumLength), head...)
	if len(head) > len("{") {
		whole = append(whole, ',')
	}
	return seal(appendQuoted(append(whole, key[1:]...), e.Event)), nil
}

// decodeEntry parses the result of unseal, with its closing brace.
func decodeEntry(object []byte) (*entry, error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.DisallowUnknownFields()
	var e entry
	err := decoder.Decode(&e)
	if err == nil && decoder.More() {
		err = errors.New("more than one value")
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("not a journal entry: %w", err)
	case e.Delivery == "" && len(e.body()) == 0 && e.Started.IsZero():
		return nil, errors.New("neither an event nor a delivery")
	}
	return &e, nil
}

// usualHeaders are the headers written to the journal with their values. The user's own
// may be secrets.
var usualHeaders = []string{
	"Accept", "Accept-Encoding", "Cache-Control", "Content-Length", "Content-Type", "Host",
	"Stripe-Signature", "Transfer-Encoding", "User-Agent",
}

func withoutOwn(header http.Header) http.Header {
	if header == nil {
		return nil
	}
	safe := make(http.Header, len(header))
	for name, values := range header {
		if !slices.Contains(usualHeaders, http.CanonicalHeaderKey(name)) {
			values = []string{"…"}
		}
		safe[name] = values
	}
	return safe
}
