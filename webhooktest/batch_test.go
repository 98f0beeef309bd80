package webhooktest_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// someEvents yields that many events, each with its own id.
func someEvents(t testing.TB, n int) iter.Seq[*webhooktest.Event] {
	source := webhooktest.Source{Seed: 42}
	return func(yield func(*webhooktest.Event) bool) {
		for range n {
			event, err := source.Event("charge.succeeded")
			if err != nil {
				t.Error(err) // not require: this may be a goroutine of DeliverAll
			}
			if !yield(event) {
				return
			}
		}
	}
}

func TestDeliverAll(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 2, 16, sockets.MaxConnections} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			t.Parallel()
			handler := new(recorder)
			endpoint := &webhooktest.Endpoint{Handler: handler}
			events := slices.Collect(someEvents(t, 200))

			var delivered []*webhooktest.Event
			for response, err := range endpoint.DeliverAll(t.Context(), slices.Values(events), concurrency, "compact") {
				require.NoError(t, err)
				require.True(t, response.Accepted(), response)
				delivered = append(delivered, response.Event)
			}
			if concurrency == 1 {
				require.Equal(t, events, delivered, "in the sequence's order")
			}
			require.ElementsMatch(t, ids(events), ids(delivered))
			require.Len(t, handler.all(), len(events))
			require.NotContains(t, handler.last(t).Body, "\n", "mutations go for each")
		})
	}
}

func ids(events []*webhooktest.Event) []string {
	all := make([]string, len(events))
	for i, event := range events {
		all[i] = event.ID()
	}
	return all
}

// The sequence may be endless: what is left of it is not read when the loop ends.
func TestDeliverAllLeftEarly(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 16} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			t.Parallel()
			endpoint := &webhooktest.Endpoint{Handler: accept}
			n := 0
			for response, err := range endpoint.DeliverAll(t.Context(), endless(t), concurrency) {
				require.NoError(t, err)
				require.NoError(t, response.Err)
				if n++; n == 10 {
					break
				}
			}
			require.Equal(t, 10, n)
		})
	}
}

func endless(t testing.TB) iter.Seq[*webhooktest.Event] {
	return func(yield func(*webhooktest.Event) bool) {
		for {
			for event := range someEvents(t, 100) {
				if !yield(event) {
					return
				}
			}
		}
	}
}

func TestDeliverAllEndsWithTheContext(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 16} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			endpoint := &webhooktest.Endpoint{Handler: accept}
			accepted := 0
			for response, err := range endpoint.DeliverAll(ctx, endless(t), concurrency) {
				require.NoError(t, err, "an interruption is no mistake of the caller's")
				if response.Accepted() {
					accepted++
				}
				if accepted == 10 {
					cancel()
				}
			}
			require.GreaterOrEqual(t, accepted, 10)
		})
	}
}

func TestDeliverAllErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		concurrency int
		mutation    string
		want        string
	}{
		{"nobody delivers", 0, "compact", "concurrency 0: want 1 to 1024"},
		{"fewer than nobody", -1, "compact", "concurrency -1: want 1 to 1024"},
		{"too many", sockets.MaxConnections + 1, "compact", "concurrency 1025: want 1 to 1024"},
		{"unknown mutation", 1, "compacted", `unknown mutation "compacted"`},
		{"unknown mutation, many at a time", 16, "compacted", `unknown mutation "compacted"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			endpoint := &webhooktest.Endpoint{Handler: accept}
			n := 0
			for response, err := range endpoint.DeliverAll(t.Context(), endless(t), test.concurrency, test.mutation) {
				require.ErrorContains(t, err, test.want)
				require.Nil(t, response)
				n++
			}
			require.Equal(t, 1, n, "an error ends the sequence")
		})
	}
}

// barrier is a handler that answers when n requests are there: one after the
// other they would wait forever.
func barrier(n int) http.Handler {
	var waiting sync.WaitGroup
	waiting.Add(n)
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		waiting.Done()
		waiting.Wait()
	})
}

func TestDeliverTogether(t *testing.T) {
	t.Parallel()
	events := slices.Collect(someEvents(t, 10))
	same := slices.Repeat(events[:1], 20)
	for name, events := range map[string][]*webhooktest.Event{"different events": events, "copies of one": same} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := &webhooktest.Endpoint{Handler: barrier(len(events)), Timeout: patience}
			responses, err := endpoint.DeliverTogether(t.Context(), events, "compact")
			require.NoError(t, err)
			for i, response := range responses {
				require.True(t, response.Accepted(), response)
				require.Same(t, events[i], response.Event, "in the order of the events")
			}
		})
	}
}

func TestDeliverTogetherOverNetwork(t *testing.T) {
	t.Parallel()
	endpoint := overNetwork(t, serve(t, barrier(50)).URL)
	responses, err := endpoint.DeliverTogether(t.Context(), slices.Collect(someEvents(t, 50)))
	require.NoError(t, err)
	for _, response := range responses {
		require.True(t, response.Accepted(), response)
	}
}

func TestDeliverTogetherErrors(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler}
	_, err := endpoint.DeliverTogether(t.Context(), slices.Collect(someEvents(t, 3)), "compacted")
	require.ErrorContains(t, err, "unknown mutation")
	require.Empty(t, handler.all(), "nothing is sent")

	responses, err := endpoint.DeliverTogether(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, responses)
}

// The caller may be bound to a thread, as in an init function or a graphical program.
func TestDeliverAllFromALockedThread(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	source := webhooktest.Source{Seed: 1}
	flow, err := source.Flow("checkout-paid")
	require.NoError(t, err)
	delivered := 0
	endpoint := &webhooktest.Endpoint{Handler: accept}
	for response, err := range endpoint.DeliverAll(t.Context(), flow.Events(), 4) {
		require.NoError(t, err)
		require.True(t, response.Accepted())
		delivered++
	}
	require.Positive(t, delivered)
}
