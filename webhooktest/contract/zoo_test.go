package contract_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A zooBug is a handler that differs from the sound one by one bug. Sound variants
// are zooBugs that want nothing.
type zooBug struct {
	name, why string
	build     func() (http.Handler, func(context.Context) (any, error))

	refuses string                          // genuine events too: part of the diagnosis with which the suite ends
	racy    []string                        // cases that it fails or not, as chance will have it
	network bool                            // to be seen over the network only
	says    []func(*contract.Subject)       // what the user says of it
	listen  func(net.Listener) net.Listener // what its server listens with; nil: as it is
}

// A zooKeeper is what every handler of the zoo is: build returns one.
type zooKeeper interface {
	http.Handler
	Break(context.Context) error
	Heal(context.Context) error
	Restart(context.Context) error
	Close() // to be called at the end: waits for work in the background
}

var _ zooKeeper = (*zooHandler)(nil)

// zooWith is the sound handler with one change.
func zooWith(name, why string, change func(*zooHandler)) zooBug {
	return zooBug{name: name, why: why, build: func() (http.Handler, func(context.Context) (any, error)) {
		z := newZoo()
		change(z)
		return z, z.State
	}}
}

func (b zooBug) refusing(diagnosis string) zooBug { b.refuses = diagnosis; return b }
func (b zooBug) racing(ids ...string) zooBug      { b.racy = ids; return b }
func (b zooBug) served() zooBug                   { b.network = true; return b }

func (b zooBug) saying(says func(*contract.Subject)) zooBug {
	b.says = append(slices.Clip(b.says), says)
	return b
}

// handling declares more types than most handlers do.
func (b zooBug) handling(types ...string) zooBug {
	return b.saying(func(s *contract.Subject) { s.Handles = slices.Concat(s.Handles, types) })
}

// shaping says in which shape events of a type come.
func (b zooBug) shaping(eventType, shape string) zooBug {
	return b.saying(func(s *contract.Subject) { s.Variants = map[string]string{eventType: shape} })
}

// sending gives every delivery a header more, as users may.
func (b zooBug) sending(name, value string) zooBug {
	return b.saying(func(s *contract.Subject) { s.Header = http.Header{name: {value}} })
}

func (b zooBug) listening(listen func(net.Listener) net.Listener) zooBug {
	b.listen = listen
	return b.served()
}

// zooBugs are the handlers that the suite must find fault with.
func zooBugs() []zooBug {
	return slices.Concat(zooForgeryBugs(), zooRefusalBugs(), zooFreshnessBugs(), zooBodyBugs(), zooJunkBugs(),
		zooDispatchBugs(), zooPayloadBugs(), zooShapeBugs(), zooLooseBugs(), zooRepeatBugs(), zooRaceBugs(), zooPageBugs(), zooShownBugs(), zooLossBugs(), zooPurchaseBugs(), zooRefundBugs(), zooCoarseBugs(), zooOrderBugs(), zooLateBugs(), zooAgainBugs(), zooPeriodBugs(), zooHTTPBugs(), zooNetworkBugs())
}

// subject is what the suite is run with.
func (b zooBug) subject(handler http.Handler, state func(context.Context) (any, error)) contract.Subject {
	keeper := handler.(zooKeeper)
	s := contract.Subject{
		Handler: handler, Secret: zooSecret, Handles: zooHandles, State: state,
		Break: keeper.Break, Heal: keeper.Heal, Restart: keeper.Restart,
	}
	for _, says := range b.says {
		says(&s)
	}
	return s
}

// inZoo runs a test with each handler, in a bubble: some are slow.
func inZoo(t *testing.T, bugs []zooBug, test func(t *testing.T, bug zooBug, s contract.Subject)) {
	t.Helper()
	for _, bug := range bugs {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := bug.subject(bug.build())
				defer s.Handler.(zooKeeper).Close()
				test(t, bug, s)
			})
		})
	}
}

// zooHook sends what the subject is sent.
func zooHook(t *testing.T, s contract.Subject) *webhooktest.Hook {
	t.Helper()
	hook := webhooktest.New(t, s.Handler, s.Secret)
	hook.Endpoint.Header, hook.Source.Livemode, hook.Source.APIVersion = s.Header, s.Livemode, s.APIVersion
	return hook
}

// zooPayment makes a payment that the handler knows.
func zooPayment(hook *webhooktest.Hook, s contract.Subject) *webhooktest.Event {
	var edits []webhooktest.Edit
	if s.Edit != nil {
		edits = s.Edit("payment_intent.succeeded")
	}
	return hook.Event("payment_intent.succeeded", edits...)
}

func TestZooNames(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, bug := range slices.Concat(zooBugs(), zooSound()) {
		require.Regexp(t, `^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$`, bug.name)
		require.False(t, names[bug.name], "two handlers are called %s", bug.name)
		require.NotEmpty(t, bug.why, bug.name)
		names[bug.name] = true
	}
}

// A bug that refuses genuine events is told so; nobody else does.
func TestZooTakesGenuineEvents(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	inZoo(t, slices.Concat(zooBugs(), zooSound()), func(t *testing.T, bug zooBug, s contract.Subject) {
		hook := zooHook(t, s)
		response := hook.Deliver(zooPayment(hook, s))
		require.Equal(t, bug.refuses != "", !response.Accepted(), "%s", response)
		state, err := s.State(t.Context())
		require.NoError(t, err)
		_, err = json.Marshal(state)
		require.NoError(t, err)
	})
}

// Whatever their state looks like, sound handlers take a payment once.
func TestZooSoundTakesPaymentsOnce(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	inZoo(t, zooSound(), func(t *testing.T, _ zooBug, s contract.Subject) {
		hook := zooHook(t, s)
		for range 2 {
			event := zooPayment(hook, s)
			responses := hook.DeliverTogether(slices.Repeat([]*webhooktest.Event{event}, 10)...)
			require.True(t, slices.ContainsFunc(responses, (*webhooktest.Response).Accepted))
			for range 3 {
				response := hook.Deliver(event)
				require.True(t, response.Accepted(), "%s", response)
			}
		}
		z := s.Handler.(*zooHandler)
		z.Close()
		require.Len(t, z.payments, 2)
		require.EqualValues(t, 2*4800, z.total)
	})
}

// Forgeries are refused without an effect, and do not stand in a genuine event's way.
func TestZooSoundRefusesForgeries(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	inZoo(t, zooSound(), func(t *testing.T, _ zooBug, s contract.Subject) {
		hook := zooHook(t, s)
		event := zooPayment(hook, s)
		for _, mutation := range []string{
			"unsigned", "empty-signature", "wrong-secret", "empty-secret", "body-tampered", "timestamp-tampered", "v0-only",
			"v2-only", "unstamped-mac", "digest=truncated", "digest=extended", "malformed=garbage", "malformed=empty-v1",
			"stale", "timestamp=0", "body=null", "body={}", "body=[]", "body=not json",
		} {
			response := hook.Deliver(event, mutation)
			require.True(t, response.Err == nil && !response.Accepted(), "%s: %s", mutation, response)
		}
		require.True(t, hook.Deliver(event).Accepted())
		z := s.Handler.(*zooHandler)
		z.Close()
		require.Len(t, z.payments, 1)
	})
}

// What was refused meanwhile is delivered again; in the end the last word counts.
func TestZooSoundStandsAnyOrder(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	inZoo(t, zooSound(), func(t *testing.T, _ zooBug, s contract.Subject) {
		if !slices.Contains(s.Handles, "customer.subscription.updated") || slices.Contains(s.Handles, "checkout.session.completed") {
			t.Skip("for handlers of subscriptions from their creation on")
		}
		hook := zooHook(t, s)
		hook.Source.Now = zooTicking()
		created := hook.Event("customer.subscription.created")
		about := webhooktest.About(created)
		first := hook.Event("customer.subscription.updated", about, webhooktest.Version(2))
		second := hook.Event("customer.subscription.updated", about, webhooktest.Version(3))
		deleted := hook.Event("customer.subscription.deleted", about)
		id, _ := created.Lookup("data.object.id")
		z := s.Handler.(*zooHandler)
		if z.subscriptionKey(&stripe.Subscription{ID: "sub_1", Customer: &stripe.Customer{ID: "cus_1"}}) != "sub_1" {
			t.Skip("keeps a row a customer")
		}
		for _, event := range []*webhooktest.Event{second, created, first, second} {
			hook.Deliver(event)
		}
		z.working.Wait()
		known := z.subscriptions[id.(string)]
		require.Equal(t, "active", known.Status)
		require.EqualValues(t, 2, known.Quantity)
		for _, event := range []*webhooktest.Event{deleted, second, created} {
			hook.Deliver(event)
		}
		z.working.Wait()
		require.Equal(t, "canceled", z.subscriptions[id.(string)].Status)
	})
}

// zooTicking is a clock that goes a second further whenever it is read.
func zooTicking() func() time.Time {
	now := time.Now()
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}
