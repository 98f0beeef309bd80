package listen_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := &listen.Hub{Queue: 3}
		add(t, hub, listen.Endpoint{URL: "/a", Handler: always(500)})
		add(t, hub, listen.Endpoint{URL: "/b", Handler: always(500)})
		submit(t, hub, newEvent(t, "charge.succeeded"))
		synctest.Wait()
		_, err := hub.Submit(t.Context(), listen.Request{Event: newEvent(t, "charge.succeeded")})
		require.ErrorIs(t, err, listen.ErrQueueFull)
		require.EqualError(t, err, "the queue is full: 2 unfinished deliveries, at most 3")
		require.Len(t, hub.Deliveries(0), 2, "all of an event or nothing")
		time.Sleep(time.Minute) // both are given up
		submit(t, hub, newEvent(t, "charge.succeeded"))
		shutdown(t, hub)
	})
}

func TestTheQueueIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := &listen.Hub{QueueBytes: 115 << 10, KeepBytes: 40 << 10, Retries: listen.Schedule{time.Hour}}
		handler := &shop{answers: slices.Repeat([]int{500}, 3)}
		add(t, hub, listen.Endpoint{Handler: handler})
		for range 3 {
			submit(t, hub, newEvent(t, "charge.succeeded", webhooktest.Add("data.object.description", strings.Repeat("x", 30<<10))))
		}
		synctest.Wait()
		_, err := hub.Submit(t.Context(), listen.Request{Event: newEvent(t, "charge.succeeded")})
		require.NoError(t, err)
		_, err = hub.Submit(t.Context(), listen.Request{Event: newEvent(t, "charge.succeeded", webhooktest.Add("data.object.description", strings.Repeat("x", 30<<10)))})
		require.ErrorIs(t, err, listen.ErrQueueFull)
		require.ErrorContains(t, err, "at most 115 kB")
		time.Sleep(time.Hour + time.Second) // all are accepted
		require.Equal(t, 4, hub.Summary().Delivered)
		require.Len(t, hub.Deliveries(0), 1, "as many as may be kept")
		shutdown(t, hub)
	})
}

func TestOnlySoManyAreKept(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := &listen.Hub{Keep: 10}
		add(t, hub, listen.Endpoint{URL: "/a", Handler: always(200), Events: []string{"charge.succeeded"}})
		add(t, hub, listen.Endpoint{URL: "/b", Handler: always(500), Events: []string{"charge.failed"}})
		failing := submit(t, hub, newEvent(t, "charge.failed"))[0]
		for range 30 {
			wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
		}
		kept := hub.Deliveries(0)
		require.Len(t, kept, 10)
		require.Equal(t, failing.ID, kept[0].ID, "what is not finished is not forgotten")
		require.Equal(t, "dlv_23", kept[1].ID)
		require.Equal(t, "dlv_31", kept[9].ID)
		require.Nil(t, kept[9].Body)
		require.Len(t, hub.Deliveries(29), 2)
		require.Empty(t, hub.Deliveries(31))
		_, ok := hub.Delivery("dlv_2")
		require.False(t, ok)
		full, _ := hub.Delivery("dlv_31")
		require.NotEmpty(t, full.Body)
		require.True(t, hub.Undelivered(failing.EventID))
		require.False(t, hub.Undelivered(full.EventID))
		shutdown(t, hub)
	})
}

// The deliveries of one event may be forgotten while the last of them begin.
func TestFewerAreKeptThanAnEventHas(t *testing.T) {
	t.Parallel()
	hub := &listen.Hub{Keep: 1, Chaos: listen.Chaos{Drop: 1}}
	for _, url := range []string{"/a", "/b", "/c"} {
		add(t, hub, listen.Endpoint{URL: url, Handler: always(200)})
	}
	require.Len(t, submit(t, hub, newEvent(t, "charge.succeeded")), 3)
	require.Equal(t, "dlv_3", hub.Deliveries(0)[0].ID)
	require.Equal(t, 3, shutdown(t, hub).Dropped)
}

// All that an attempt brings counts, not only the body of the answer.
func TestWhatAttemptsHold(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	long := strings.Repeat("x", 2000)
	wide := make(http.Header)
	for i := range 20 {
		wide.Set(fmt.Sprintf("X-Wide-%d", i), long)
	}
	api := new(stripeapi.Server)
	ask := func() {
		query := httptest.NewRequest("GET", "/v1/customers?email="+long, nil)
		query.Header.Set("Authorization", "Bearer sk_test_x")
		api.ServeHTTP(httptest.NewRecorder(), query)
	}
	for _, c := range []struct {
		name    string
		header  http.Header // of the request
		handler http.HandlerFunc
	}{
		{"headers of the request", wide, func(http.ResponseWriter, *http.Request) {}},
		{"headers of the response", nil, func(w http.ResponseWriter, _ *http.Request) { maps.Copy(w.Header(), wide) }},
		{"calls of the API", nil, func(http.ResponseWriter, *http.Request) {
			for range 10 {
				ask()
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			hub := &listen.Hub{KeepBytes: 100 << 10, API: api}
			add(t, hub, listen.Endpoint{URL: newServer(t, c.handler), Header: c.header})
			for range 8 {
				wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
			}
			require.LessOrEqual(t, len(hub.Deliveries(0)), 2)
			shutdown(t, hub)
		})
	}
}
