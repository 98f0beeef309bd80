package webhooktest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Stripe signs each attempt anew, so no two attempts of one event look like a
// replay: each has a second of its own, though all are made in the same one.
func TestAttemptsNeverShareATimestamp(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler, Secrets: []string{secret}}
	event := newEvent(t, "charge.succeeded")

	attempts := [][]string{nil, {"age=1s"}, nil, {"age=2s"}, {"age=-1s"}, {"age=30s"}, {"timestamp-tampered"}, nil, {"unsigned"}, {"body-tampered"}, {"timestamp-tampered"}, {"wrong-secret"}, nil}
	for _, mutations := range attempts {
		deliver(t, endpoint, event, mutations...)
	}
	copies := slices.Repeat([]*webhooktest.Event{event}, 100)
	_, err := endpoint.DeliverTogether(t.Context(), copies)
	require.NoError(t, err)
	for response, err := range endpoint.DeliverAll(t.Context(), slices.Values(copies), 16) {
		require.NoError(t, err)
		require.NoError(t, webhook.ValidatePayload(event.Body(), response.Signature, secret), "within the tolerance")
	}

	seen := make(map[string]bool)
	for _, got := range handler.all() {
		if got.signature() == "" {
			continue
		}
		timestamp := got.elements("t")[0]
		require.False(t, seen[timestamp], "t=%s twice", timestamp)
		seen[timestamp] = true
	}
	require.Len(t, seen, len(attempts)-1+2*len(copies))
}

// Different events may share a timestamp: the signature differs anyway.
func TestFirstAttemptIsDatedNow(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler, Now: stopped(epoch)}
	for range 3 {
		source := new(webhooktest.Source)
		event, err := source.Event("charge.succeeded")
		require.NoError(t, err)
		deliver(t, endpoint, event)
		require.Equal(t, epoch.Unix(), handler.last(t).timestamp(t))
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler}
	event := newEvent(t, "charge.succeeded")

	deliver(t, endpoint, event, "replay")
	require.Equal(t, string(event.Body()), handler.last(t).Body, "a first attempt is sent as it is")

	for _, mutations := range [][]string{nil, {"compact"}, {"unsigned"}, {"header=X-Test: yes", "chunked"}} {
		deliver(t, endpoint, event, mutations...)
		original := handler.last(t)
		for range 2 { // the replay of a replay is the same again
			deliver(t, endpoint, event, "replay")
			require.Equal(t, original, handler.last(t), mutations)
		}
	}
}

// An attempt may be dated back to when an earlier one was made.
func TestAgeOfAnEarlierAttempt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := new(recorder)
		endpoint := &webhooktest.Endpoint{Handler: handler}
		event := newEvent(t, "charge.succeeded")
		deliver(t, endpoint, event)
		time.Sleep(10 * time.Minute)
		deliver(t, endpoint, event, "age=10m")
		require.Equal(t, epoch.Unix()-1, handler.last(t).timestamp(t))
	})
}

// A replay that is changed on its way leaves the attempt that it repeats alone.
func TestReplayWithAnotherHeader(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler}
	event := newEvent(t, "charge.succeeded")
	deliver(t, endpoint, event, "header=X-Test: original")
	original := handler.last(t)
	copies := slices.Repeat([]*webhooktest.Event{event}, 32)
	for _, err := range endpoint.DeliverAll(t.Context(), slices.Values(copies), 8, "replay", "header=X-Test: changed") {
		require.NoError(t, err)
	}
	require.Equal(t, "changed", handler.last(t).Header.Get("X-Test"))
	require.Equal(t, original.signature(), handler.last(t).signature())
}

func TestAllSecondsUsed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		endpoint := &webhooktest.Endpoint{Handler: accept, Now: stopped(time.Now())}
		event := newEvent(t, "charge.succeeded")
		_, err := endpoint.DeliverTogether(t.Context(), slices.Repeat([]*webhooktest.Event{event}, 240))
		require.NoError(t, err)
		_, err = endpoint.Deliver(t.Context(), event)
		require.ErrorContains(t, err, "sent 240 times and the clock stands still: no two attempts may share a timestamp")
	})
}

func TestWaitingForASecondEndsWithTheContext(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		endpoint := &webhooktest.Endpoint{Handler: accept}
		event := newEvent(t, "charge.succeeded")
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		_, err := endpoint.DeliverTogether(ctx, slices.Repeat([]*webhooktest.Event{event}, 240))
		require.NoError(t, err)
		_, err = endpoint.DeliverTogether(ctx, slices.Repeat([]*webhooktest.Event{event}, 60))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "waiting for a second in which it was not sent")
	})
}

// So many copies would be signed over minutes, the first of them too old at the end.
func TestTooManyCopiesTogether(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "charge.succeeded")
	_, err := (&webhooktest.Endpoint{Handler: accept}).DeliverTogether(t.Context(), slices.Repeat([]*webhooktest.Event{event}, 241))
	require.ErrorContains(t, err, "more than 240 copies at the same time")
}

// What could not be sent before the end of the context is no outcome of a batch.
func TestBatchThatWaitsEndsWithTheContext(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 8} {
		bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 9500*time.Millisecond)
			defer cancel()
			copies := slices.Repeat([]*webhooktest.Event{newEvent(t, "charge.succeeded")}, 300)
			delivered := 0
			for response, err := range (&webhooktest.Endpoint{Handler: accept}).DeliverAll(ctx, slices.Values(copies), concurrency) {
				require.NoError(t, err)
				require.NoError(t, response.Err)
				delivered++
			}
			require.Equal(t, 240+9, delivered, "a second for each after the first 240")
		})
	}
}
