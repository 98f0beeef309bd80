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

// A thin event names its object and what happened to it, but not the object's content:
// the handler asks the API (https://docs.stripe.com/event-destinations). The payload is
// the same at every API version.

// ThinObject is the value of "object" in a thin event: "event" in a snapshot event.
const ThinObject = "v2.core.event"

// ThinTime is the time format of thin events; snapshot events have Unix seconds.
const ThinTime = "2006-01-02T15:04:05.000Z"

// ErrThin marks errors about features of events with data.
var ErrThin error = thinError{}

type thinError struct{}

func (thinError) Error() string { return "a thin event carries nothing of its object" }

// Is treats it as a reason why a case does not apply to thin events.
func (thinError) Is(target error) bool { return target == ErrNotApplicable }

// A thinFixture is the information about a thin event type, from any source.
type thinFixture struct {
	related   *fixtures.RelatedObject // with placeholders; nil: about no object
	automatic bool
	connect   bool            // of counterparts
	data      json.RawMessage // not delivered: added by GET /v2/core/events/{id}
	object    json.RawMessage // not delivered: its object of API v1 at that time
}

// readThin returns the fixture of a thin event type. A thin counterpart's is made from
// that of the snapshot event.
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

// ThinData returns the parts of a fetched thin event missing from the delivery: its data
// and the related object of the type, both JSON with placeholders. Both are nil for a
// type without data.
func ThinData(eventType string) (data, related json.RawMessage) {
	f, err := readThin(fixtures.DefaultVersion, eventType)
	if err != nil || f.data == nil {
		return nil, nil
	}
	if f.related != nil {
		related, _ = rawjson.Encode(f.related) // texts always encode
	}
	return f.data, related
}

// ThinState returns the state of a thin event's object of API v1: JSON with placeholders.
// It is nil for a type about no such object.
func ThinState(eventType string) json.RawMessage {
	f, _ := readThin(fixtures.DefaultVersion, eventType) // a test reads all
	return f.object
}

// readCounterpart uses the version that introduced the snapshot event: a thin event is
// the same at each.
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

// readFirst decodes a fixture file from the version that introduced it and returns its
// name.
func readFirst(name string, v any) (file string, err error) {
	data, file, err := fixtures.First(name)
	if err != nil {
		return "", err
	}
	return file, rawjson.DecodeStrictly(data, "fixtures/"+file, v)
}

// relate refers to an object by its URL in the API, and by its ID unless it is the only
// one there.
func relate(kind string, object []byte) (*fixtures.RelatedObject, error) {
	home, ok := routes.Home(kind)
	if !ok {
		return nil, fmt.Errorf("the API has no route for the kind %s", kind)
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

// thinEnvelope formats the event with keys in the order of Stripe's documentation.
func (o *Options) thinEnvelope(eventType string, f *thinFixture) []byte {
	context, related, reason := []byte("null"), []byte("null"), []byte("null")
	if account := o.account(f.connect); account != "" {
		context = rawjson.Quote(account)
	}
	if f.related != nil {
		related, _ = rawjson.Encode(f.related) // texts always encode
	}
	if !f.automatic {
		reason = []byte(`{"type":"request","request":{"id":"{req}","idempotency_key":"{uuid}"}}`)
	}
	text := fmt.Appendf(nil, `{"id":"{evt65}","object":%q,"type":%s,"livemode":"{livemode}","created":"{time}","context":%s,"related_object":%s,"reason":%s}`,
		ThinObject, rawjson.Quote(eventType), context, related, reason)
	return layout.Closed.Indent(text, "")
}
