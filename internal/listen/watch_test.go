package listen_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

func TestWatch(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		changes, cancel := hub.Watch()
		add(t, hub, listen.Endpoint{Handler: &shop{answers: []int{500}}})
		wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
		var states []string
		for range 5 {
			d := <-changes
			require.Nil(t, d.Body)
			states = append(states, d.State)
		}
		require.Equal(t, []string{listen.Waiting, listen.Sending, listen.Waiting, listen.Sending, listen.Delivered}, states)
		require.Empty(t, changes)
		cancel()
		cancel()
		_, open := <-changes
		require.False(t, open)

		changes, _ = hub.Watch()
		shutdown(t, hub)
		_, open = <-changes
		require.False(t, open)
		changes, _ = hub.Watch()
		_, open = <-changes
		require.False(t, open)
	})
}

func TestASlowReaderLearnsThatItLostSomething(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		changes, cancel := hub.Watch()
		defer cancel()
		add(t, hub, listen.Endpoint{Handler: always(200)})
		for range 1000 {
			submit(t, hub, newEvent(t, "charge.succeeded"))
		}
		synctest.Wait()
		told := 0
		for (<-changes).ID != "" {
			told++
		}
		require.Positive(t, told)
		require.Empty(t, changes)
		require.Len(t, hub.Deliveries(0), 1000, "what it loads then has all")
		submit(t, hub, newEvent(t, "charge.succeeded"))
		require.Equal(t, "dlv_1001", (<-changes).ID, "and it is told of what comes after")
		shutdown(t, hub)
	})
}

func TestFollow(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		add(t, hub, listen.Endpoint{Handler: always(500)})
		d := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		attempts := -1
		for d = range hub.Follow(t.Context(), d.ID) {
			require.GreaterOrEqual(t, len(d.Attempts), attempts)
			attempts = len(d.Attempts)
		}
		require.Equal(t, 4, attempts)

		for range hub.Follow(t.Context(), "dlv_99") {
			t.Fatal("there is none")
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		waiting := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		for range hub.Follow(ctx, waiting.ID) {
			cancel()
		}
		go shutdown(t, hub)
		for d = range hub.Follow(t.Context(), waiting.ID) {
		}
		require.False(t, d.Finished(), "shut down before")
		synctest.Wait()
	})
}
