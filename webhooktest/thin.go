package webhooktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// A thin event tells what happened to which object, and nothing of the object: the
// handler asks the API (https://docs.stripe.com/event-destinations). The payload is
// the same at every API version.

// thinObject is what a thin event calls itself, where a snapshot event has "event".
const thinObject = "v2.core.event"

// thinTime is how its times are written, where a snapshot event has Unix seconds.
const thinTime = "2006-01-02T15:04:05.000Z"

// errThin is in the errors for what only events with data have.
var errThin error = thinError{}

type thinError struct{}

func (thinError) Error() string { return "a thin event carries nothing of its object" }

// Is makes it one of the reasons for which a case is not for thin events.
func (thinError) Is(target error) bool { return target == errNotApplicable }

// thinName reports whether a type is named as thin events are: it begins with the
// version of the API that the object belongs to.
func thinName(eventType string) bool {
	return strings.HasPrefix(eventType, "v1.") || strings.HasPrefix(eventType, "v2.")
}

// A thinFixture is a file of fixtures/thin. The format is specified in
// fixtures/README.md.
type thinFixture struct {
	Format        int             `json:"format"`
	Description   string          `json:"description"`
	RelatedObject *relatedObject  `json:"related_object"`
	Automatic     bool            `json:"automatic"`
	Data          json.RawMessage `json:"data"` // not delivered: what GET /v2/core/events/{id} adds

	connect bool // of twins
}

// A relatedObject is what a thin event is about.
type relatedObject struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// readThin returns the fixture of a thin event type. That of a snapshot event's twin
// is made from the snapshot event's.
func readThin(version, eventType string) (f thinFixture, err error) {
	data, file, err := fixtures.Thin(eventType)
	switch {
	case err == nil:
		return f, decodeStrictly(data, "fixtures/"+file, &f)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid):
		return f, err
	}
	snapshot, related, ok := fixtures.Twin(eventType)
	if !ok {
		return f, unknownType(version, eventType)
	}
	return readTwin(version, snapshot, related)
}

func readTwin(version, snapshot string, related bool) (f thinFixture, err error) {
	event, file, err := readEvent(version, snapshot)
	if err != nil {
		return f, err
	}
	f = thinFixture{Description: event.Description, Automatic: event.Automatic, connect: event.Connect}
	if !related {
		return f, nil
	}
	var object objectFixture
	if _, err := readFixture(version, "objects/"+event.Object+".json", &object); err != nil {
		return f, fmt.Errorf("fixtures/%s: object: %w", file, err)
	}
	state, err := event.state(0, object.Object)
	if err == nil {
		f.RelatedObject, err = relate(event.Object, state)
	}
	if err != nil {
		err = fmt.Errorf("fixtures/%s: thin twin: %w", file, err)
	}
	return f, err
}

func describeThin(eventType string) (EventType, error) {
	f, err := readThin(fixtures.DefaultVersion, eventType)
	described := EventType{Name: eventType, Description: f.Description, Connect: f.connect, Thin: true}
	if f.RelatedObject != nil {
		described.Object = f.RelatedObject.Type
	}
	return described, err
}

// relate refers to an object by its id and the place where the API has it.
func relate(kind string, object []byte) (*relatedObject, error) {
	home, ok := routes.Home(kind)
	if !ok {
		return nil, fmt.Errorf("the API has no place for a %s", kind)
	}
	id, err := textAt(object, "id")
	if err != nil {
		return nil, err
	}
	url := "/" + strings.Join(home.Path, "/")
	for _, field := range home.Fields() {
		parent, err := textAt(object, field)
		if err != nil {
			return nil, err
		}
		url = strings.Replace(url, "{"+field+"}", parent, 1)
	}
	if home.Use == routes.Collection {
		url += "/" + id
	}
	return &relatedObject{ID: id, Type: kind, URL: url}, nil
}

// textAt returns the text at a path of JSON.
func textAt(object []byte, path string) (string, error) {
	raw, err := rawjson.Get(object, path)
	if err != nil {
		return "", err
	}
	text, err := strconv.Unquote(string(raw))
	if err != nil {
		return "", fmt.Errorf("%s: want a text, got %s", path, raw)
	}
	return text, nil
}

// loadThin makes the template of a thin event type.
func (s *Source) loadThin(eventType string, version int) (*template, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if version != 0 {
		return nil, fmt.Errorf("version %d: %w", version, errThin)
	}
	f, err := readThin(s.apiVersion(), eventType)
	if err != nil {
		return nil, err
	}
	compiled, err := compile(s.thinEnvelope(eventType, &f), s.Livemode)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", eventType, err)
	}
	compiled.thin = true
	return compiled, nil
}

// thinEnvelope returns the event with the keys in the order in which Stripe's
// documentation shows them.
func (s *Source) thinEnvelope(eventType string, f *thinFixture) []byte {
	context, related, reason := []byte("null"), []byte("null"), []byte("null")
	if account := s.account(f.connect); account != "" {
		context = rawjson.Quote(account)
	}
	if f.RelatedObject != nil {
		related, _ = rawjson.Encode(f.RelatedObject) // texts have a JSON form
	}
	if !f.Automatic {
		reason = []byte(`{"type":"request","request":{"id":"{req}","idempotency_key":"{uuid}"}}`)
	}
	text := fmt.Appendf(nil, `{"id":"{evt65}","object":%q,"type":%s,"livemode":"{livemode}","created":"{time}","context":%s,"related_object":%s,"reason":%s}`,
		thinObject, rawjson.Quote(eventType), context, related, reason)
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		panic(err) // the parts are valid JSON
	}
	return indented.Bytes()
}

// takesBoth reports whether an endpoint for thin events takes snapshot events too, as
// it may while an app moves from these to those.
func (s *Subject) takesBoth() bool {
	return s.Thin && slices.ContainsFunc(s.Handles, func(handled string) bool { return !thinName(handled) })
}

// checkFamilies finds types that contradict what the user says of the endpoint.
func (s *Subject) checkFamilies() error {
	thin := slices.IndexFunc(s.Handles, thinName)
	switch {
	case s.Thin && len(s.Handles) > 0 && thin < 0:
		return errors.New("an endpoint for thin events (Subject.Thin, --thin) that handles none: name one in Handles (--handles), such as v1.payment_intent.succeeded")
	case !s.Thin && thin >= 0:
		return fmt.Errorf("%s is a thin event: say that the endpoint takes them (Subject.Thin, --thin)", s.Handles[thin])
	}
	return nil
}

// future is a type that nobody handles.
func (s *Subject) future() string {
	if s.Thin {
		return "v2." + futureType
	}
	return futureType
}

// aboutID returns the id of the object that an event is about.
func (e *Event) aboutID() (id any, ok bool) {
	if e.thin {
		return e.Lookup("related_object.id")
	}
	return e.Lookup("data.object.id")
}

// carries reports an edit of what a thin event does not carry.
func (e *Event) carries(edits []Edit) error {
	if !e.thin {
		return nil
	}
	for _, edit := range edits {
		field, _, _ := strings.Cut(edit.path, ".")
		if field != "data" && field != "account" {
			continue
		}
		if _, err := rawjson.Get(e.body, field); err != nil { // the caller's own payload may have it
			return fmt.Errorf("path %q: %w, and its account as context", edit.path, errThin)
		}
	}
	return nil
}
