package webhooktest_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A testLog is a testing.TB that notes what a test prints, and may fail.
type testLog struct {
	testing.TB
	ctx     context.Context
	text    strings.Builder
	failed  bool
	cleanup []func()
}

func (l *testLog) Helper()                      {}
func (l *testLog) Context() context.Context     { return l.ctx }
func (l *testLog) Failed() bool                 { return l.failed }
func (l *testLog) Cleanup(f func())             { l.cleanup = append(l.cleanup, f) }
func (l *testLog) Log(args ...any)              { fmt.Fprintln(&l.text, args...) }
func (l *testLog) Logf(format string, a ...any) { l.Log(fmt.Sprintf(format, a...)) }
func (l *testLog) Errorf(f string, a ...any)    { l.failed = true; l.Logf(f, a...) }
func (l *testLog) Fatalf(f string, a ...any)    { l.Errorf(f, a...); runtime.Goexit() }

// logOf runs a test to its end and returns what it printed.
func logOf(t *testing.T, test func(t testing.TB)) string {
	t.Helper()
	log := &testLog{TB: t, ctx: t.Context()}
	ended := make(chan struct{})
	go func() { // Fatalf ends its goroutine
		defer close(ended)
		test(log)
	}()
	<-ended
	for _, f := range slices.Backward(log.cleanup) {
		f()
	}
	return log.text.String()
}

// What the reader of a failing test sees is in testdata/hook.golden.
func TestHookOutput(t *testing.T) {
	t.Parallel()
	says := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, text, status) }
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		test    func(t testing.TB, hook *webhooktest.Hook)
	}{
		{"an accepted event in a test that passes", says(200, "thanks"), func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded")
		}},
		{"a refused event", says(400, "signature:\n  not valid"), func(t testing.TB, hook *webhooktest.Hook) {
			if response := hook.Send("charge.succeeded"); !response.Accepted() {
				t.Errorf("the charge was not accepted")
			}
		}},
		{"mutations, a secret among them", says(400, "too old"), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Deliver(hook.Event("charge.succeeded"), "compact", "age=10m", "secret=whsec_confidential")
		}},
		{"a refusal without a word", says(400, ""), func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded")
		}},
		{"a refusal of stripe-go for the API version", says(400, stripeGoSays("2025-08-27.basil")), func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded")
		}},
		{"a refusal of Stripe.net for the API version", says(400, strings.Replace(stripeGoSays("2025-08-27.basil"), "stripe-go", "Stripe.net", 1)), func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded")
		}},
		{"a version that the fixtures lack", says(400, stripeGoSays("2022-11-15")), func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded")
		}},
		{"a refusal of another version than the event's", says(400, stripeGoSays("2025-08-27.basil")), func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Source.APIVersion = "clover"
			hook.Deliver(hook.Event("charge.succeeded"), "newer-version")
		}},
		{"a panic", func(http.ResponseWriter, *http.Request) { panic("out of tea") }, func(_ testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded")
		}},
		{"several events at the same time", says(500, "busy"), func(_ testing.TB, hook *webhooktest.Hook) {
			event := hook.Event("charge.succeeded")
			hook.DeliverTogether(event, event)
		}},
		{"an unknown type", says(200, ""), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.suceeded")
			t.Log("not reached")
		}},
		{"an unknown path", says(200, ""), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Send("charge.succeeded", webhooktest.Set("data.object.amout", 1))
			t.Log("not reached")
		}},
		{"an unknown mutation", says(200, ""), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Deliver(hook.Event("charge.succeeded"), "unsined")
			t.Log("not reached")
		}},
		{"a thin event to a parser of snapshots", says(400, strings.Replace(stripeGoSays("2025-08-27.basil"), "2023-10-16", "", 1)), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Send("v1.charge.refunded")
		}},
		{"a forgery that is refused, after its control", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Stripe-Signature") == "" {
				http.Error(w, "not signed", 400)
			}
		}, func(t testing.TB, hook *webhooktest.Hook) {
			if hook.Forge(hook.Event("charge.succeeded"), "unsigned").Accepted() {
				t.Errorf("the forgery was accepted")
			}
		}},
		{"a forgery where everything is refused", says(400, "no"), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Forge(hook.Event("charge.succeeded"), "unsigned")
			t.Log("not reached")
		}},
		{"a forgery that is none", says(200, ""), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Forge(hook.Event("charge.succeeded"), "compact")
			t.Log("not reached")
		}},
		{"several events that cannot be signed", says(200, ""), func(t testing.TB, hook *webhooktest.Hook) {
			hook.Endpoint.Secrets = []string{""}
			hook.DeliverTogether(hook.Event("charge.succeeded"))
			t.Log("not reached")
		}},
	}
	var got strings.Builder
	bubble(t, func(t *testing.T) { // so that no time passes
		for _, test := range tests {
			fmt.Fprintf(&got, "<<< %s\n%s>>>\n\n", test.name, logOf(t, func(t testing.TB) {
				hook := webhooktest.New(t, test.handler)
				hook.Source.Seed = 42
				test.test(t, hook)
			}))
		}
	})
	golden(t, "testdata/hook.golden", got.String())
}

// stripeGoSays is the beginning of what stripe-go answers to an event of 2023-10-16 when it
// is pinned to another version.
func stripeGoSays(pinned string) string {
	return "Received event with API version 2023-10-16, but stripe-go 82.5.1 expects API version " + pinned + ". We recommend"
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "go test -run %s -update writes %s anew", t.Name(), file)
}

func TestHook(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	server := serve(t, handler)
	for name, hook := range map[string]*webhooktest.Hook{
		"New":    webhooktest.New(t, handler, secret),
		"NewURL": webhooktest.NewURL(t, server.URL+"/webhook", secret),
	} {
		t.Run(name, func(t *testing.T) {
			response := hook.Send("payment_intent.succeeded", webhooktest.Set("data.object.amount", 4200))
			require.Equal(t, http.StatusOK, response.StatusCode)
			got := handler.last(t)
			require.Equal(t, "/webhook", got.URI)
			event, err := webhook.ConstructEvent([]byte(got.Body), got.signature(), secret)
			require.NoError(t, err)
			require.Equal(t, response.Event.ID(), event.ID)
			require.EqualValues(t, 4200, event.Data.Object["amount"])
		})
	}
}

func TestHookWithoutSecret(t *testing.T) {
	t.Parallel()
	event := webhooktest.New(t, accept).Send("charge.succeeded")
	require.NoError(t, webhook.ValidatePayload(event.Event.Body(), event.Signature, webhooktest.DefaultSecret))
}

func TestHookOrders(t *testing.T) {
	t.Parallel()
	shuffled := func(seed uint64) []string {
		hook := webhooktest.New(t, accept)
		hook.Source.Seed = seed
		var events []*webhooktest.Event
		for i := range 10 {
			events = append(events, hook.Event("charge.succeeded", webhooktest.Set("id", fmt.Sprint("evt_", i))))
		}
		inOrder := hook.DeliverInOrder(events...)
		require.Equal(t, ids(events), sent(inOrder))
		order := sent(hook.DeliverShuffled(events...))
		require.Equal(t, ids(events), sent(inOrder), "the caller's list stays as it is")
		require.ElementsMatch(t, ids(events), order)
		require.NotEqual(t, ids(events), order)
		return order
	}
	require.Equal(t, shuffled(1), shuffled(1), "the same seed, the same order")
	require.NotEqual(t, shuffled(1), shuffled(2))

	// Of two events there is one other order.
	for seed := range uint64(20) {
		hook := webhooktest.New(t, accept)
		hook.Source.Seed = seed + 1
		first, second := hook.Event("charge.succeeded"), hook.Event("charge.refunded")
		require.Equal(t, []string{second.ID(), first.ID()}, sent(hook.DeliverShuffled(first, second)))
		require.Equal(t, []string{first.ID()}, sent(hook.DeliverShuffled(first)))
	}
}

// sent returns the ids of delivered events, in the order of the responses.
func sent(responses []*webhooktest.Response) []string {
	all := make([]string, len(responses))
	for i, response := range responses {
		all[i] = response.Event.ID()
	}
	return all
}

func TestHookTogether(t *testing.T) {
	t.Parallel()
	hook := webhooktest.New(t, barrier(10))
	hook.Endpoint.Timeout = patience
	event := hook.Event("charge.succeeded")
	for _, response := range hook.DeliverTogether(slices.Repeat([]*webhooktest.Event{event}, 10)...) {
		require.True(t, response.Accepted(), response)
	}
}

// Each parallel test has its own hook on the one server; the connections of a
// hook are closed with its test.
func TestHooksInParallelTests(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			hook := webhooktest.NewURL(t, server.URL)
			for range 5 {
				response := hook.Send("charge.succeeded", webhooktest.Set("data.object.amount", i))
				require.Equal(t, string(response.Event.Body()), string(response.Body))
			}
		})
	}
}
