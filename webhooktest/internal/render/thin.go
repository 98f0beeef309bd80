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

// A thinFixture is what is known of a thin event type, wherever it is from.
type thinFixture struct {
	related   *fixtures.RelatedObject // with placeholders; nil: it is about no object
	automatic bool
	connect   bool            // of counterparts
	data      json.RawMessage // not delivered: what GET /v2/core/events/{id} adds
	object    json.RawMessage // not delivered: the object of API v1 that it is about, as it then is
}

// readThin returns the fixture of a thin event type. That of a snapshot event's
// counterpart is made from the snapshot event's.
func readThin(version, eventType string) (f thinFixture, err error) {
	if snapshot, related, ok := fixtures.Counterpart(eventType); ok {
		return readCounterpart(snapshot, related)
	}
	known, file, err := fixtures.Thin(eventType)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, fixtures.UnknownType(version, eventType)
	case err != nil:
		return f, err
	}
	f = thinFixture{related: known.Related, automatic: known.Automatic, data: known.Data}
	if known.Object == "" {
		return f, nil
	}
	var object objectFixture
	if _, err = readFirst("objects/"+known.Object+".json", &object); err == nil {
		f.object, err = Changes(known.Set).apply(object.Object, false)
	}
	if err == nil {
		f.related, err = relate(known.Object, f.object)
	}
	if err != nil {
		err = fmt.Errorf("fixtures/%s: object: %w", file, err)
	}
	return f, err
}

// ThinData returns what a fetched event of a thin type has beside what is delivered:
// its data, and with it the related object of the type, both JSON with placeholders.
// Both are nil for a type without data.
func ThinData(eventType string) (data, related json.RawMessage) {
	f, err := readThin(fixtures.DefaultVersion, eventType)
	if err != nil || f.data == nil {
		return nil, nil
	}
	if f.related != nil {
		related, _ = rawjson.Encode(f.related) // texts have a JSON form
	}
	return f.data, related
}

// ThinState returns how the object of API v1 that a thin event is about looks then: JSON with
// placeholders. It is nil for a type that is about none.
func ThinState(eventType string) json.RawMessage {
	f, _ := readThin(fixtures.DefaultVersion, eventType) // a test reads all
	return f.object
}

// readCounterpart makes the fixture of the version that brought the snapshot event: a thin
// event is the same at each.
func readCounterpart(snapshot string, related bool) (f thinFixture, err error) {
	var event eventFixture
	file, err := readFirst("events/"+snapshot+".json", &event)
	if err != nil {
		return f, err
	}
	f = thinFixture{automatic: event.Automatic, connect: event.Connect}
	if !related {
		return f, nil
	}
	var object objectFixture
	if _, err := readFirst("objects/"+event.Object+".json", &object); err != nil {
		return f, fmt.Errorf("fixtures/%s: object: %w", file, err)
	}
	f.object, err = event.state(0, object.Object)
	if err == nil {
		f.related, err = relate(event.Object, f.object)
	}
	if err != nil {
		err = fmt.Errorf("fixtures/%s: thin counterpart: %w", file, err)
	}
	return f, err
}

// readFirst decodes a fixture file of the version that brought it and returns its name.
func readFirst(name string, v any) (file string, err error) {
	data, file, err := fixtures.First(name)
	if err != nil {
		return "", err
	}
	return file, rawjson.DecodeStrictly(data, "fixtures/"+file, v)
}

// relate refers to an object by the place where the API has it, and by its id unless it
// is the only one there.
func relate(kind string, object []byte) (*fixtures.RelatedObject, error) {
	home, ok := routes.Home(kind)
	if !ok {
		return nil, fmt.Errorf("the API has no route for a %s", kind)
	}
	url := "/" + strings.Join(home.Path, "/")
	for _, field := range home.Fields() {
		parent, err := textAt(object, field)
		if err != nil {
			return nil, err
		}
		url = strings.Replace(url, "{"+field+"}", parent, 1)
	}
	if home.Use == routes.Singleton {
		return &fixtures.RelatedObject{Type: kind, URL: url}, nil
	}
	id, err := textAt(object, "id")
	return &fixtures.RelatedObject{ID: id, Type: kind, URL: url + "/" + id}, err
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
	if f.related != nil {
		related, _ = rawjson.Encode(f.related) // texts have a JSON form
	}
	if !f.automatic {
		reason = []byte(`{"type":"request","request":{"id":"{req}","idempotency_key":"{uuid}"}}`)
	}
	text := fmt.Appendf(nil, `{"id":"{evt65}","object":%q,"type":%s,"livemode":"{livemode}","created":"{time}","context":%s,"related_object":%s,"reason":%s}`,
		ThinObject, rawjson.Quote(eventType), context, related, reason)
	return layout.Closed.Indent(text, "")
}
