package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// wantedVersion returns the API version that the handler's SDK expects, if its answer says
// so. It is "" if the SDK names a version other than the event's, which a mutation changed
// then, or if there are no fixtures for the expected version.
func wantedVersion(r *webhooktest.Response) string {
	if r.Accepted() {
		return ""
	}
	said, ok := versionRefusal(r)
	if !ok || said.Got == "" || said.Got != r.Event.APIVersion() { // a mutation changed it
		return ""
	}
	version, _ := said.Version()
	return version
}

// versionRefusal returns the SDK's error about the API version. A thin event has none.
func versionRefusal(r *webhooktest.Response) (said pinned.Refusal, ok bool) {
	if fixtures.IsThin(r.Event.Type()) {
		return said, false
	}
	return pinned.Find(string(r.Body))
}

// readRefusal describes what an SDK said.
func readRefusal(said pinned.Refusal) string {
	if _, known := said.Version(); !known {
		return said.String() + ", for which there are no fixtures: only the label can be changed, by setting api_version: the shape stays that of the event"
	}
	return said.String()
}

// setVersion says in Go which field makes the handler accept the events.
func setVersion(version string) string {
	return fmt.Sprintf("set APIVersion: %q in the Subject (with stripe-go, APIVersion: stripe.APIVersion)", version)
}

// A versionAnswer is the answer to an event of an API version.
type versionAnswer struct {
	version string // "": no version is taken
	answer  *webhooktest.Response
}

// triedVersions tries an event of each train, newest first, and returns the first that is
// accepted, else the first that the handler crashes at: it got past what refuses the
// others. It skips trains without such an event.
func triedVersions(ctx context.Context, e *webhooktest.Endpoint, at func(version string) (*webhooktest.Event, error), until time.Time) (taken versionAnswer, err error) {
	for _, version := range fixtures.Trains() {
		event, err := at(version)
		if err != nil || fixtures.IsThin(event.Type()) || time.Now().After(until) { // thin events have no version
			continue
		}
		response, err := e.Deliver(ctx, event)
		switch {
		case err != nil:
			return versionAnswer{}, err
		case response.Accepted():
			return versionAnswer{version, response}, nil
		case taken.version == "" && crashed(response):
			taken = versionAnswer{version, response}
		}
	}
	return taken, nil
}

// crashed reports whether a handler broke off: with a 5xx, or without an answer.
func crashed(r *webhooktest.Response) bool {
	if r.Err == nil {
		return r.StatusCode >= 500
	}
	return r.StatusCode == 0 && !errors.Is(r.Err, context.DeadlineExceeded) && !errors.Is(r.Err, context.Canceled) &&
		!errors.Is(r.Err, syscall.ECONNREFUSED)
}

// controlAt makes a control at another API version, with its own ids.
func (s *sender) controlAt(version string) (*webhooktest.Event, error) {
	subject := *s.subject
	subject.APIVersion = version
	other := *s
	other.subject, other.source = &subject, s.source.at(version)
	return other.event(context.Background(), subject.control())
}

// like makes events like the control, and counts the calls from now on.
func (s *sender) like() likeness {
	like := likeness{bound: s.subject.bindsSomething(), at: s.controlAt, works: accepts, shapes: s.subject.otherShapes(s.subject.control()), common: commonTypes(s.subject)}
	like.event = func(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
		return s.event(context.Background(), eventType, edits...)
	}
	if api := s.subject.API; api != nil {
		before := api.Called()
		like.calls = func() int { return api.Called() - before }
	}
	return like
}

// shapePatience is how long an effect is waited for while shapes of a refused event are tried.
const shapePatience = 300 * time.Millisecond

// works reports whether an event is accepted and changes the state soon.
func (p *probe) works(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event) (bool, error) {
	o, accepted := observe(event), false
	did, err := p.measure(ctx, o, func() (err error) {
		accepted, err = accepts(ctx, e, event)
		return err
	})
	if err != nil || len(did) > 0 || !accepted {
		return accepted && len(did) > 0, err
	}
	_, moved, err := p.awaitMove(ctx, o, o.start, shapePatience)
	return moved, err
}

// accepts reports whether an endpoint accepts an event.
func accepts(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event) (bool, error) {
	response, err := e.Deliver(ctx, event)
	return err == nil && response.Accepted(), err
}

// namedFields returns the paths of texts in the event's object that an answer quotes, such as
// the number of an order. Handlers name the object itself for other reasons.
func namedFields(r *webhooktest.Response) []string {
	object, _ := r.Event.Lookup("data.object")
	own, _ := objectID(r.Event)
	return quotedIn(string(r.Body), "data.object", object, own)
}

// quotedIn returns the paths of quoted references, but not of own.
func quotedIn(answer, path string, value, own any) (paths []string) {
	switch value := value.(type) {
	case string:
		if value != own && isReference(value) && strings.Contains(answer, value) {
			return []string{path}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			paths = append(paths, quotedIn(answer, path+"."+key, value[key], own)...)
		}
	case []any:
		for i, item := range value {
			paths = append(paths, quotedIn(answer, fmt.Sprintf("%s[%d]", path, i), item, own)...)
		}
	}
	return paths
}

// isReference distinguishes what may name an object of the app from a word such as complete
// or a person's name. A random reference of ten characters has no digit once in 26.
func isReference(text string) bool {
	distinct := func(r rune) bool { return unicode.IsDigit(r) || unicode.IsUpper(r) }
	return len(text) >= 6 && strings.ContainsFunc(text, distinct) && !strings.ContainsFunc(text, unicode.IsSpace)
}
