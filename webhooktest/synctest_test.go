package webhooktest_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// bubble runs a test whose clock moves on only when all goroutines wait, begun in
// our days.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(epoch))
		test(t)
	})
}

// A bubble that has not slept is in the year 2000, whose Unix times have nine
// digits.
func TestBubbleOfTheYear2000(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var source webhooktest.Source
		event, err := source.Event("charge.succeeded")
		require.NoError(t, err)
		handler := new(recorder)
		response := deliver(t, &webhooktest.Endpoint{Handler: handler}, event)
		require.True(t, response.Accepted())
		require.NoError(t, webhook.ValidatePayload([]byte(handler.last(t).Body), response.Signature, webhooktest.DefaultSecret))
	})
}

// A bubble begins in the year 2000, when Unix time had nine digits.
func TestBeginningOfABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, mutations := range [][]string{nil, {"compact"}} {
			response := deliver(t, &webhooktest.Endpoint{Handler: accept}, newEvent(t, "charge.succeeded"), mutations...)
			require.Regexp(t, `^t=946684800,v1=[0-9a-f]{64},v0=[0-9a-f]{64}$`, response.Signature)
		}
	})
}

// hang answers when the request is given up.
var hang = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

func TestHangingHandlerInABubble(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		response := deliver(t, &webhooktest.Endpoint{Handler: hang}, newEvent(t, "charge.succeeded"))
		require.ErrorIs(t, response.Err, context.DeadlineExceeded)
		require.EqualError(t, response.Err, "no response from the handler within 30s")
		require.Equal(t, webhooktest.DefaultTimeout, response.Duration)
		require.Equal(t, webhooktest.DefaultTimeout, time.Since(epoch))
	})
}

// Three days of retries, as Stripe makes them in live mode.
func TestThreeDaysOfRetriesInABubble(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		const attempts, pause = 16, 3 * 24 * time.Hour / 15
		handler := new(recorder)
		endpoint := &webhooktest.Endpoint{Handler: handler}
		event := newEvent(t, "charge.succeeded")
		for i := range attempts {
			if i > 0 {
				time.Sleep(pause)
			}
			response := deliver(t, endpoint, event)
			require.Equal(t, epoch.Add(time.Duration(i)*pause), response.Sent.UTC())
			require.Equal(t, response.Sent.Unix(), handler.last(t).timestamp(t), "signed by the clock of the attempt")
		}
		require.Len(t, handler.all(), attempts)
		require.Equal(t, 3*24*time.Hour, time.Since(epoch))
	})
}

func TestBatchesInABubble(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		slow := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) })
		endpoint := &webhooktest.Endpoint{Handler: slow}
		events := slices.Collect(someEvents(t, 32))

		_, err := endpoint.DeliverTogether(t.Context(), events)
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(epoch), "all at the same time")

		for response, err := range endpoint.DeliverAll(t.Context(), slices.Values(events), 8) {
			require.NoError(t, err)
			require.True(t, response.Accepted())
		}
		require.Equal(t, 5*time.Second, time.Since(epoch), "32 events, 8 at a time: 4 s more")
	})
}

// An attempt may be dated four minutes back, no more: receivers tolerate five.
// The copies that find no second of their own wait for the clock.
func TestManyCopiesWaitForTheClock(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		const window, copies = 240, 300
		handler := new(recorder)
		endpoint := &webhooktest.Endpoint{Handler: handler}
		event := newEvent(t, "charge.succeeded")
		for i := range copies {
			deliver(t, endpoint, event)
			require.Equal(t, time.Duration(max(0, i+1-window))*time.Second, time.Since(epoch))
			require.Greater(t, handler.last(t).timestamp(t), time.Now().Unix()-window)
		}
	})
}

// Whose context has ended calls no handler, though one with a deadline would have
// a goroutine of its own.
func TestNothingIsSentAfterTheEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		handler := new(recorder)
		for range 20 {
			response, err := (&webhooktest.Endpoint{Handler: handler}).Deliver(ctx, newEvent(t, "charge.succeeded"))
			require.NoError(t, err)
			require.ErrorIs(t, response.Err, context.Canceled)
		}
		synctest.Wait()
		require.Empty(t, handler.all())
	})
}

func TestCallersDeadline(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]string{-1: "5s", 0: "5s", time.Minute: "5s", time.Second: "1s"} {
		bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			response, err := (&webhooktest.Endpoint{Handler: hang, Timeout: timeout}).Deliver(ctx, newEvent(t, "charge.succeeded"))
			require.NoError(t, err)
			require.EqualError(t, response.Err, "no response from the handler within "+want)
		})
	}
}
