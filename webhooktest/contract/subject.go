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

// A Subject describes the handler that a suite runs against. Cases that need more than it
// provides are skipped.
type Subject struct {
	// Handler or URL receives the events, as in an Endpoint.
	Handler http.Handler
	URL     string

	// Secret is the signing secret. Empty means DefaultSecret.
	Secret string

	// Secrets are further accepted secrets, each valid by itself.
	Secrets []string

	// Handles lists the event types that the handler acts on. If empty, the control is
	// payment_intent.succeeded, which need not have an effect, and cases about other types
	// are skipped.
	Handles []string

	// State returns what the handler has stored, as any value that encoding/json encodes. It
	// must not depend on the time of the call. If nil, cases about effects are skipped.
	State func(context.Context) (any, error)

	// StateOf, instead of State, returns what the handler has stored about the object of an
	// event, such as its row, and nil for nothing.
	StateOf func(context.Context, *webhooktest.Event) (any, error)

	// API is the local Stripe API that the handler calls. Every event is registered there,
	// and what the handler writes there counts as state. If nil, cases about calls to Stripe
	// are skipped.
	API *stripeapi.Server

	// Settle is how long the state must be unchanged before it counts. If 0, it is read at
	// once, and again after 300 ms if the handler turns out to work asynchronously. In any
	// case, the contract waits up to 8 s for a missing effect before it reports it.
	Settle time.Duration

	// Edit returns the edits for each new event of a type, nil for none: a real handler needs
	// its own metadata, customer or price.
	Edit func(eventType string) []webhooktest.Edit

	// Prepare gives each new Stripe object an object of the app, which it may create. It
	// gets the first event about the Stripe object, with Edit applied, and returns the
	// edits that name the app's object in it. Later events about the same object get the
	// same edits; For limits one to the events of a type. If nil, all events are bound as Edit binds them, and if only the first of
	// them has an effect, cases that need a second one are skipped. Return ErrNoObject if
	// there is no further object.
	Prepare func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error)

	// Create has the app create an object at the API, for example by calling the app's own
	// checkout as a customer would. The next event is about the object that reaches the
	// API, with its id, metadata, amount and customer; each new Stripe object needs its
	// own. Create needs API. Prepare is called after it.
	Create func(context.Context) error

	// Bind lists the paths in events by which the handler finds its own objects. No case
	// changes them, except a case about an object unknown to the app. For ids, metadata and
	// email addresses that Edit sets, this is detected: an event with other values has no
	// effect. Paths that Prepare sets are always included.
	Bind []string

	// Pin lists paths that no case may change; cases that would are skipped.
	Pin []string

	// Variants are the shapes, by event type, that the handler expects: a handler of
	// subscriptions needs {"checkout.session.completed": "subscription"}. Cases about other
	// shapes of these types are skipped. All other events have the plain shape.
	Variants map[string]string

	// APIVersion, Livemode and Account are as in webhooktest.Source.
	APIVersion string
	Livemode   bool
	Account    string

	// Further facts about the handler: events of the other mode must have no effect (Mode),
	// it serves connected accounts (Connect), takes thin events (Thin), and has one effect
	// per object (OncePerObject).
	Mode, Connect, Thin, OncePerObject bool

	// Break makes a dependency of the handler fail, Heal repairs it, and Restart restarts the
	// handler. If nil, cases that need them are skipped. Without Break and Heal, the API
	// fails instead, if the handler calls it and the subject is not Isolated.
	Break, Heal, Restart func(context.Context) error

	// Waivers are accepted shortfalls.
	Waivers []Waiver

	// Isolated says that each subject has its own handler and state, so that cases may run
	// in parallel.
	Isolated bool

	// Header, Timeout and TLS are as in an Endpoint.
	Header  http.Header
	Timeout time.Duration
	TLS     *tls.Config
}

// asyncSettle is how long the state must be unchanged if the handler works asynchronously.
const asyncSettle = 100 * time.Millisecond

// bindsEach reports whether each Stripe object gets an object of the app.
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

// control returns the type of the genuine event that serves as a reference: the first
// handled type or, for an endpoint of thin events, the first thin type. A refund is none where
// its payment is handled, too.
func (s *Subject) control() string {
	own := slices.IndexFunc(s.Handles, func(handled string) bool {
		return fixtures.IsThin(handled) == s.Thin && !followsPayment(s.Handles, handled)
	})
	switch {
	case own >= 0:
		return s.Handles[own]
	case s.Thin:
		return "v1.payment_intent.succeeded"
	}
	return "payment_intent.succeeded"
}

// creation returns the handled type that creates what a type changes or ends, or "".
func (s *Subject) creation(eventType string) string {
	creation := resourceOf(eventType) + ".created"
	if creation == eventType || !slices.Contains(s.Handles, creation) {
		return ""
	}
	return creation
}

// resourceOf returns the resource of a type: customer.subscription for
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

// unhandled returns an event type that the handler does not handle, of a resource that no
// handled type is about.
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

// takesBoth reports whether an endpoint for thin events also takes snapshot events, as an
// app may during migration.
func (s *Subject) takesBoth() bool {
	return s.Thin && slices.ContainsFunc(s.Handles, func(handled string) bool { return !fixtures.IsThin(handled) })
}

// version returns the name of the API version of the events. An invalid name is returned as
// given: no event can be made then, and the error says why.
func (s *Subject) version() string {
	word := cmp.Or(s.APIVersion, fixtures.DefaultVersion)
	if name, err := fixtures.FindVersion(word); err == nil {
		return name
	}
	return word
}

// checkType returns an error if the API version of the events lacks an event type. The
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

// checkTypes rejects handled types without fixtures.
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

// checkFamilies rejects types that contradict the endpoint's settings.
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

// future returns a type unknown to every handler.
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
