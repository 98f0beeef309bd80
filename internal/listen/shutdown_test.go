package listen_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := &shop{takes: 5 * time.Second}
		hub := &listen.Hub{Concurrency: 1}
		add(t, hub, listen.Endpoint{URL: "/a", Handler: handler})
		first := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		second := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		synctest.Wait()
		require.Equal(t, 1, hub.InFlight())
		summary := shutdown(t, hub)
		require.Equal(t, 5*time.Second, time.Since(epoch))
		require.Equal(t, 1, summary.Delivered)
		require.Equal(t, 1, summary.Waiting)
		require.Equal(t, second.ID, summary.Undelivered[0].ID)
		require.Nil(t, summary.Undelivered[0].Body)
		require.Len(t, handler.arrivals(), 1)
		d, ok := hub.Delivery(first.ID)
		require.True(t, ok)
		require.Equal(t, listen.Delivered, d.State)
		_, err := hub.Submit(t.Context(), listen.Request{Event: newEvent(t, "charge.succeeded")})
		require.ErrorIs(t, err, listen.ErrClosed)
		require.NoError(t, hub.Err())
	})
}

func TestShutdownBreaksOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		hub := &listen.Hub{Timeout: time.Hour}
		add(t, hub, listen.Endpoint{Handler: hang})
		d := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		summary := hub.Shutdown(ctx)
		require.Equal(t, 10*time.Second, time.Since(epoch))
		require.Equal(t, 0, summary.Attempts, "nobody knows what came of it")
		require.Equal(t, d.ID, summary.Undelivered[0].ID)
		require.Equal(t, listen.Waiting, summary.Undelivered[0].State)
	})
}

// Whatever goes on meanwhile, a shutdown ends it: no panic, no race, and every delivery
// is counted once.
func TestShutdownAmidChanges(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	hub := new(listen.Hub)
	var busy sync.WaitGroup
	enough, ended := make(chan struct{}), make(chan struct{})
	for _, id := range []string{"we_1", "we_2"} {
		busy.Go(func() {
			var err error
			for err == nil {
				_, err = hub.AddEndpoint(listen.Endpoint{ID: id, Handler: always(200), Secret: secret})
				hub.Endpoints()
			}
			assert.ErrorIs(t, err, listen.ErrClosed)
		})
		busy.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
					hub.RemoveEndpoint(id)
				}
			}
		})
	}
	busy.Go(func() {
		var err error
		for n := 0; !errors.Is(err, listen.ErrClosed); n++ {
			if n == 50 {
				close(enough)
			}
			event, made := source.Event("charge.succeeded")
			assert.NoError(t, made)
			_, err = hub.Submit(context.Background(), listen.Request{Event: event})
		}
	})
	busy.Go(func() {
		changes, _ := hub.Watch()
		for range changes {
		}
	})
	<-enough
	s := shutdown(t, hub)
	close(ended)
	busy.Wait()
	require.Equal(t, s, hub.Summary())
	require.Equal(t, s.Deliveries, s.Delivered+s.GivenUp+s.Waiting)
}
