package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// A thin event tells what happened to which object, and nothing of the object: the
// handler asks the API (https://docs.stripe.com/event-destinations). The payload is
// the same at every API version.

// ThinObject is what a thin event calls itself, where a snapshot event has "event".
const ThinObject = "v2.core.event"

// ThinTime is how its times are written, where a snapshot event has Unix seconds.
const ThinTime = "2006-01-02T15:04:05.000Z"

// ErrThin is in the errors for what only events with data have.
var ErrThin error = thinError{}

type thinError struct{}

func (thinError) Error() string { return "a thin event carries nothing of its object" }

// Is makes it one of the reasons for which a case is not for thin events.
func (thinError) Is(target error) bool { return target == ErrNotApplicable }

// A thinFixture is a file of fixtures/thin. The format is specified in
// fixtures/README.md.
type thinFixture struct {
	Format        int             `json:"format"`
	Description   string          `json:"description"`
	RelatedObject *relatedObject  `json:"related_object"`
	Automatic     bool            `json:"automatic"`
	Data          json.RawMessage `json:"data"` // not delivered: what GET /v2/core/events/{id} adds

	connect bool // of counterparts
}

// A relatedObject is what a thin event is about.
type relatedObject struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// readThin returns the fixture of a thin event type. That of a snapshot event's
// counterpart is made from the snapshot event's.
func readThin(version, eventType string) (f thinFixture, err error) {
	data, file, err := fixtures.Thin(eventType)
	switch {
	case err == nil:
		return f, rawjson.DecodeStrictly(data, "fixtures/"+file, &f)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid):
		return f, err
	}
	snapshot, related, ok := fixtures.Counterpart(eventType)
	if !ok {
		return f, fixtures.UnknownType(version, eventType)
	}
	return readCounterpart(version, snapshot, related)
}

// ThinData returns what a fetched event of a thin type has beside what is delivered:
// its data, and with it the related object of the type, both JSON with placeholders.
// Both are nil for a type without data.
func ThinData(eventType string) (data, related json.RawMessage) {
	file, _, err := fixtures.Thin(eventType)
	if err != nil {
		return nil, nil // a thin counterpart, or a type that nothing is known of
	}
	var f struct {
		RelatedObject json.RawMessage `json:"related_object"`
		Data          json.RawMessage `json:"data"`
	}
	if json.Unmarshal(file, &f) != nil || string(f.Data) == "null" {
		return nil, nil
	}
	return f.Data, f.RelatedObject
}

func readCounterpart(version, snapshot string, related bool) (f thinFixture, err error) {
	event, file, err := readEvent(version, snapshot)
	if err != nil {
		return f, err
	}
	f = thinFixture{Description: event.Description, Automatic: event.Automatic, connect: event.Connect}
	if !related {
		return f, nil
	}
	var object objectFixture
	if _, err := Read(version, "objects/"+event.Object+".json", &object); err != nil {
		return f, fmt.Errorf("fixtures/%s: object: %w", file, err)
	}
	state, err := event.state(0, object.Object)
	if err == nil {
		f.RelatedObject, err = relate(event.Object, state)
	}
	if err != nil {
		err = fmt.Errorf("fixtures/%s: thin counterpart: %w", file, err)
	}
	return f, err
}

// relate refers to an object by its id and the place where the API has it.
func relate(kind string, object []byte) (*relatedObject, error) {
	home, ok := routes.Home(kind)
	if !ok {
		return nil, fmt.Errorf("the API has no route for a %s", kind)
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

// loadThin makes the Template of a thin event type.
func (o *Options) loadThin(eventType string, version int) (*Template, error) {
	if version != 0 {
		return nil, fmt.Errorf("version %d: %w", version, ErrThin)
	}
	f, err := readThin(o.version(), eventType)
	if err != nil {
		return nil, err
	}
	compiled, err := Compile(o.thinEnvelope(eventType, &f), o.Livemode)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", eventType, err)
	}
	compiled.Thin = true
	return compiled, nil
}

// thinEnvelope returns the event with the keys in the order in which Stripe's
// documentation shows them.
func (o *Options) thinEnvelope(eventType string, f *thinFixture) []byte {
	context, related, reason := []byte("null"), []byte("null"), []byte("null")
	if account := o.account(f.connect); account != "" {
		context = rawjson.Quote(account)
	}
	if f.RelatedObject != nil {
		related, _ = rawjson.Encode(f.RelatedObject) // texts have a JSON form
	}
	if !f.Automatic {
		reason = []byte(`{"type":"request","request":{"id":"{req}","idempotency_key":"{uuid}"}}`)
	}
	text := fmt.Appendf(nil, `{"id":"{evt65}","object":%q,"type":%s,"livemode":"{livemode}","created":"{time}","context":%s,"related_object":%s,"reason":%s}`,
		ThinObject, rawjson.Quote(eventType), context, related, reason)
	return layout.Closed.Indent(text, "")
}
