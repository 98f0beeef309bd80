package inspector

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A request is a delivery as sent over the wire.
type request struct {
	method string
	query  string
	header http.Header
	body   []byte
}

// render makes the request of a delivery, with its mutations, as of a given time, without
// sending it: it delivers to an in-process handler that records the request.
func render(ctx context.Context, d listen.Delivery, to listen.Endpoint, at time.Time) (*request, error) {
	event, err := revive(d.Body)
	if err != nil {
		return nil, fmt.Errorf("delivery %s: %w", d.ID, err)
	}
	var made *request
	endpoint := webhooktest.Endpoint{
		URL:     d.URL,
		Header:  to.Header,
		Timeout: -1, // run on this goroutine
		Now:     func() time.Time { return at },
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body) // from memory
			made = &request{method: r.Method, query: r.URL.RawQuery, header: r.Header.Clone(), body: body}
		}),
	}
	if to.Secret != "" {
		endpoint.Secrets = []string{to.Secret}
	}
	if _, err := endpoint.Deliver(ctx, event, d.Mutations...); err != nil {
		return nil, fmt.Errorf("delivery %s: %w", d.ID, err)
	}
	if made == nil {
		return nil, fmt.Errorf("delivery %s: %w", d.ID, context.Cause(ctx))
	}
	return made, nil
}

// revive makes an event from its text. For a type with a fixture, it makes a new event
// and sets all values: the mutation nulls needs the fixture's list of nullable fields. If
// the text comes out different, the event was not made from the fixture.
func revive(body []byte) (*webhooktest.Event, error) {
	event, err := webhooktest.ParseEvent(body)
	if err != nil {
		return nil, err
	}
	source := webhooktest.Source{Seed: 1}
	if name := event.APIVersion(); name != "" {
		source.APIVersion, _ = fixtures.FindVersion(name) // an unknown label gets the default's shape
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return event, nil
	}
	var values []webhooktest.Edit
	for name, value := range members {
		values = append(values, webhooktest.Add(strings.ReplaceAll(name, ".", `\.`), value))
	}
	if same, err := source.Event(event.Type(), values...); err == nil && bytes.Equal(same.Body(), body) {
		return same, nil
	}
	return event, nil
}

// plain returns a URL without user and password.
func plain(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User = nil
	return u.String()
}
