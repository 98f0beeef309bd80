package contract

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A Subject is the handler that a suite is run against, and what is known of it.
// What is not known is not held against it: the cases that need it are skipped.
type Subject struct {
	// Handler or URL receives the events, as in an Endpoint.
	Handler http.Handler
	URL     string

	// Secret is the signing secret. Empty means DefaultSecret.
	Secret string

	// Secrets are further accepted secrets, each valid by itself.
	Secrets []string

	// Handles are the event types that the handler does something for. None: the
	// control is payment_intent.succeeded, and cases about other types are skipped.
	Handles []string

	// State returns what the handler has stored: any value that encoding/json can
	// encode. It must not depend on when it is called. Nil: cases about effects are
	// skipped.
	State func(context.Context) (any, error)

	// StateOf, instead of State, returns what the handler has stored that concerns
	// an event: a row about its object, say, and nil for nothing.
	StateOf func(context.Context, *webhooktest.Event) (any, error)

	// API is the local Stripe API that the handler has been pointed at. It is told of
	// every event, and what the handler writes there counts as state. Nil: cases about
	// calls to Stripe are skipped.
	API *stripeapi.Server

	// Settle is how long the state must have been still before it is believed.
	// 0: it is read at once, and again after 300 ms if the handler turns out
	// to work asynchronously. Whatever it is, a missing effect is waited for, 8 s at
	// the most, before it is reported.
	Settle time.Duration

	// Edit returns the edits for each new event of a type, nil for none: a real
	// handler needs its own metadata, customer or price.
	Edit func(eventType string) []webhooktest.Edit

	// Prepare gives each new object of Stripe's one of the app's own, which it may create:
	// it gets the first event about the object, as Edit left it, and returns what names the
	// app's object in it. Later events about the same object are edited alike. Nil: all
	// events are bound as Edit binds them, and if only the first of them has an effect,
	// cases that take a second one are skipped. ErrNoObject: there is no further object.
	Prepare func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error)

	// Create has the app create an object at the API, as a customer of its would who begins
	// to pay: it calls the app's own checkout, say. The object that arrives at the API is
	// what the next event is about, with its id, metadata, amount and customer; each new
	// object of Stripe's is one of its own. Needs API. Prepare is called after it.
	Create func(context.Context) error

	// Bind are the paths in events by which the handler finds its own objects. No case
	// changes them, but one about an object that the app does not know. Of ids, metadata
	// and e-mail addresses that Edit sets it is found out: an event with others has no
	// effect. What Prepare sets is always such a path.
	Bind []string

	// Pin are paths that no case may change; cases that would are skipped.
	Pin []string

	// Variants are the shapes of events, by type, that the handler is for: a handler of
	// subscriptions wants {"checkout.session.completed": "subscription"}. Other shapes are
	// those of the plain event.
	Variants map[string]string

	// APIVersion, Livemode and Account are as in webhooktest.Source.
	APIVersion string
	Livemode   bool
	Account    string

	// What else the user says: that events of the other mode must have no effect,
	// that the handler serves connected accounts, takes thin events, means one
	// effect for each object.
	Mode, Connect, Thin, OncePerObject bool

	// Break makes what the handler depends on fail, Heal ends that, Restart starts
	// the handler anew. Nil: cases that need them are skipped. Without Break and Heal,
	// the API fails instead, if the handler calls it and the subject is not Isolated.
	Break, Heal, Restart func(context.Context) error

	// Waivers are accepted shortfalls.
	Waivers []Waiver

	// Isolated says that each subject has a handler and a state of its own, so that
	// cases may be run side by side.
	Isolated bool

	// Header, Timeout and TLS are as in an Endpoint.
	Header  http.Header
	Timeout time.Duration
	TLS     *tls.Config
}

// asyncSettle is how long the state of a handler that works asynchronously must
// have been still.
const asyncSettle = 300 * time.Millisecond

// bindsEach reports whether each object of Stripe's is given one of the app.
func (s *Subject) bindsEach() bool { return s.Create != nil || s.Prepare != nil }

func (s *Subject) endpoint() *webhooktest.Endpoint {
	e := &webhooktest.Endpoint{Handler: s.Handler, URL: s.URL, Header: s.Header, Timeout: s.Timeout, TLS: s.TLS}
	if s.Secret != "" {
		e.Secrets = []string{s.Secret}
	}
	return e
}

// secretsOf returns the secrets that an endpoint signs with.
func secretsOf(e *webhooktest.Endpoint) []string {
	if len(e.Secrets) == 0 {
		return []string{webhooktest.DefaultSecret}
	}
	return e.Secrets
}

// control is the type of the genuine event that everything is measured by: the first
// that is handled, of an endpoint for thin events the first thin one.
func (s *Subject) control() string {
	own := slices.IndexFunc(s.Handles, func(handled string) bool { return fixtures.IsThin(handled) == s.Thin })
	switch {
	case own >= 0:
		return s.Handles[own]
	case s.Thin:
		return "v1.payment_intent.succeeded"
	}
	return "payment_intent.succeeded"
}

// creation is the handled type that creates what a type changes or ends, or "".
func (s *Subject) creation(eventType string) string {
	creation := resourceOf(eventType) + ".created"
	if creation == eventType || !slices.Contains(s.Handles, creation) {
		return ""
	}
	return creation
}

// resourceOf returns the resource of a type: customer.subscription of
// customer.subscription.updated.
func resourceOf(eventType string) string {
	return eventType[:max(0, strings.LastIndexByte(eventType, '.'))]
}

// observed reports whether the user shows a state.
func (s *Subject) observed() bool { return s.State != nil || s.StateOf != nil }

// handled returns the known handled types.
func (s *Subject) handled() []string {
	if len(s.Handles) == 0 {
		return []string{s.control()}
	}
	return s.Handles
}

// unhandled is a type of Stripe's that the handler does not handle, of a resource
// that no handled type is about.
func (s *Subject) unhandled() string {
	preferred, types := "radar.early_fraud_warning.created", fixtures.Types(s.version())
	if s.Thin {
		preferred, types = "v1."+preferred, fixtures.ThinTypes()
	}
	for _, candidate := range append([]string{preferred}, types...) {
		prefix := candidate[:strings.LastIndexByte(candidate, '.')+1]
		if !slices.ContainsFunc(s.Handles, func(handled string) bool { return strings.HasPrefix(handled, prefix) }) {
			return candidate
		}
	}
	return preferred
}

// takesBoth reports whether an endpoint for thin events takes snapshot events too, as
// it may while an app moves from these to those.
func (s *Subject) takesBoth() bool {
	return s.Thin && slices.ContainsFunc(s.Handles, func(handled string) bool { return !fixtures.IsThin(handled) })
}

// version is the name of the API version of the events, or what was given for one and
// cannot be: no event can be made then, and the error says why.
func (s *Subject) version() string {
	word := cmp.Or(s.APIVersion, fixtures.DefaultVersion)
	if name, err := fixtures.FindVersion(word); err == nil {
		return name
	}
	return word
}

// checkType reports whether there is an event type at the API version of the events. The
// error says which version has it.
func (s *Subject) checkType(eventType string) error {
	if fixtures.IsThin(eventType) {
		_, err := fixtures.DescribeEvent(eventType)
		return err
	}
	if _, _, err := fixtures.Find(s.version(), "events/"+eventType+".json"); err != nil {
		return fixtures.UnknownType(s.version(), eventType)
	}
	return nil
}

// checkTypes finds handled types without fixtures.
func (s *Subject) checkTypes() error {
	if _, err := fixtures.FindVersion(s.version()); err != nil {
		return fmt.Errorf("subject: APIVersion: %w", err)
	}
	for _, eventType := range s.Handles {
		if err := s.checkType(eventType); err != nil {
			return fmt.Errorf("subject: Handles: %w", err)
		}
	}
	for _, eventType := range slices.Sorted(maps.Keys(s.Variants)) {
		if _, err := fixtures.FindVariant(eventType, s.Variants[eventType]); err != nil {
			return fmt.Errorf("subject: Variants: %w", err)
		}
	}
	return nil
}

// checkFamilies finds types that contradict the endpoint's settings.
func (s *Subject) checkFamilies() error {
	thin := slices.IndexFunc(s.Handles, fixtures.IsThin)
	switch {
	case s.Thin && len(s.Handles) > 0 && thin < 0:
		return errors.New("a thin endpoint (Subject.Thin) that handles no thin event: name one in Subject.Handles, such as v1.payment_intent.succeeded")
	case !s.Thin && thin >= 0:
		return fmt.Errorf("%s is a thin event: set Subject.Thin if the endpoint takes them", s.Handles[thin])
	}
	return nil
}

// future is a type unknown to every handler.
func (s *Subject) future() string {
	if s.Thin {
		return "v2." + statediff.FutureType
	}
	return statediff.FutureType
}

// called returns the number of the handler's calls to the local API.
func (s *Subject) called() int {
	if s.API == nil {
		return 0
	}
	return s.API.Called()
}
