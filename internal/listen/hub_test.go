package listen_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestADeliveryIsRetriedUntilItIsAccepted(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := &shop{answers: []int{500, 302}}
		hub := new(listen.Hub)
		endpoint := add(t, hub, listen.Endpoint{Handler: handler})
		made := submit(t, hub, newEvent(t, "charge.succeeded"))
		require.Len(t, made, 1)
		require.Equal(t, listen.Waiting, made[0].State)
		d := wait(t, hub, made[0])

		require.Equal(t, listen.Delivered, d.State)
		require.Equal(t, "dlv_1", d.ID)
		require.Equal(t, endpoint.ID, d.Endpoint)
		var statuses []int
		for i, a := range d.Attempts {
			require.Equal(t, i+1, a.Number)
			require.NotEmpty(t, a.Request.Get("Stripe-Signature"))
			statuses = append(statuses, a.Status)
		}
		require.Equal(t, []int{500, 302, 200}, statuses)

		got := handler.arrivals() // each verified by stripe-go
		require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second}, []time.Duration{got[0].after, got[1].after, got[2].after})
		require.NotEqual(t, got[0].signature, got[1].signature)
		require.NotEqual(t, got[1].signature, got[2].signature)
		require.Equal(t, listen.Summary{Events: 1, Deliveries: 1, Attempts: 3, Delivered: 1, Undelivered: []listen.Delivery{}}, shutdown(t, hub))
	})
}

func TestADeliveryIsGivenUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := &listen.Hub{Retries: listen.Schedule{time.Hour}, Speed: 3600}
		add(t, hub, listen.Endpoint{Handler: always(404)})
		d := wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
		require.Equal(t, listen.GivenUp, d.State)
		require.Equal(t, "not accepted in 2 attempts", d.Reason)
		require.Equal(t, time.Second, time.Since(epoch), "an hour at that speed")
		summary := shutdown(t, hub)
		require.Equal(t, 1, summary.GivenUp)
		require.Len(t, summary.Undelivered, 1)
	})
}

func TestThreeDaysOfRetries(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := &shop{answers: slices.Repeat([]int{503}, 15)}
		hub := &listen.Hub{Retries: listen.Live()}
		add(t, hub, listen.Endpoint{Handler: handler})
		d := wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
		require.Equal(t, listen.Delivered, d.State)
		require.Len(t, d.Attempts, 16)
		require.InDelta(t, 72*time.Hour, time.Since(epoch), float64(time.Second))
		seen := make(map[string]bool)
		for _, a := range handler.arrivals() {
			require.False(t, seen[a.signature])
			seen[a.signature] = true
		}
		shutdown(t, hub)
	})
}

func TestASlowEndpointHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		slow, quick := &shop{takes: 20 * time.Second}, new(shop)
		hub := &listen.Hub{Concurrency: 3}
		add(t, hub, listen.Endpoint{URL: "/slow", Handler: slow})
		add(t, hub, listen.Endpoint{URL: "/quick", Handler: quick})
		for range 10 {
			require.Len(t, submit(t, hub, newEvent(t, "charge.succeeded")), 2)
		}
		synctest.Wait()
		require.Len(t, quick.arrivals(), 10)
		require.Len(t, slow.arrivals(), 3)
		time.Sleep(90 * time.Second)
		require.Len(t, slow.arrivals(), 10)
		require.Equal(t, 3, slow.most, "side by side, within the bound")
		shutdown(t, hub)
	})
}

func TestAMutatedDeliveryIsTriedOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := &listen.Hub{Chaos: listen.Chaos{Drop: 1}}
		add(t, hub, listen.Endpoint{Handler: new(shop)})
		d := wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"), "secret=whsec_hidden")[0])
		require.Equal(t, listen.GivenUp, d.State)
		require.Equal(t, "mutated deliveries are tried once", d.Reason)
		require.Equal(t, []string{"secret=…"}, d.Mutations)
		require.Len(t, d.Attempts, 1)
		require.Equal(t, 400, d.Attempts[0].Status)
		require.Contains(t, d.Attempts[0].ResponseBody, "no valid signature")
		require.Empty(t, shutdown(t, hub).Undelivered, "an experiment is not owed")
	})
}

func TestWrongMutations(t *testing.T) {
	t.Parallel()
	hub := new(listen.Hub)
	defer shutdown(t, hub)
	add(t, hub, listen.Endpoint{Handler: always(200)})
	for mutation, want := range map[string]string{
		"tampered":  `unknown mutation "tampered"`,
		"age=old":   `mutation age: `,
		"unsigned=": "mutation unsigned takes no value",
	} {
		_, err := hub.Submit(t.Context(), listen.Request{Event: newEvent(t, "charge.succeeded"), Mutations: []string{mutation}})
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, hub.Deliveries(0))
}

func TestARehearsalLeavesNoTrace(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := new(shop)
		hub := new(listen.Hub)
		add(t, hub, listen.Endpoint{Handler: handler})
		event := newEvent(t, "charge.succeeded")
		wait(t, hub, submit(t, hub, event, "replay")[0]) // the first attempt is sent as it is
		d := wait(t, hub, submit(t, hub, event, "replay")[0])
		require.Equal(t, listen.Delivered, d.State)
		got := handler.arrivals()
		require.Equal(t, got[0].signature, got[1].signature)
		require.Contains(t, got[0].signature, fmt.Sprintf("t=%d,", epoch.Unix()))
		shutdown(t, hub)
	})
}

func TestTheSameEventAgain(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := new(shop)
		hub := new(listen.Hub)
		endpoint := add(t, hub, listen.Endpoint{URL: "/a", Handler: handler})
		add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200)})
		event := newEvent(t, "charge.succeeded")
		first := submit(t, hub, event)
		wait(t, hub, first[0])
		wait(t, hub, first[1])

		again, err := hub.Replay(t.Context(), first[0].ID, "")
		require.NoError(t, err)
		require.Equal(t, "dlv_3", again.ID)
		require.Equal(t, first[0].ID, again.ReplayOf)
		wait(t, hub, again)

		copied, err := webhooktest.ParseEvent(event.Body()) // as another process hands it over
		require.NoError(t, err)
		wait(t, hub, submit(t, hub, copied)[0])
		require.NoError(t, hub.Retry(event.ID(), ""))
		require.NoError(t, hub.Retry(event.ID(), endpoint.ID))
		time.Sleep(time.Second)

		signatures := make(map[string]bool)
		for _, a := range handler.arrivals() {
			require.Equal(t, event.ID(), a.id)
			signatures[a.signature] = true
		}
		require.Len(t, signatures, 5, "all in one second, and no two alike")

		_, err = hub.Replay(t.Context(), "dlv_99", "")
		require.ErrorIs(t, err, listen.ErrNotKept)
		require.ErrorIs(t, hub.Retry("evt_none", ""), listen.ErrNotKept)
		require.EqualError(t, hub.Retry(event.ID(), "we_none"), `no endpoint "we_none"`)
		hub.RemoveEndpoint(endpoint.ID)
		_, err = hub.Replay(t.Context(), first[0].ID, "")
		require.ErrorContains(t, err, "endpoint "+endpoint.ID)
		shutdown(t, hub)
	})
}

func TestAnEventThatNobodyWantedCanBeDeliveredLater(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		event := newEvent(t, "charge.succeeded")
		require.Empty(t, submit(t, hub, event))
		handler := new(shop)
		add(t, hub, listen.Endpoint{Handler: handler})
		require.NoError(t, hub.Retry(event.ID(), ""))
		synctest.Wait()
		require.Equal(t, []string{event.ID()}, handler.ids())
		shutdown(t, hub)
	})
}

func TestAnUnusualEvent(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		add(t, hub, listen.Endpoint{Handler: always(200)})
		for _, body := range []string{`{}`, `{"id": 7}`, `{"id":"evt_1","type":"` + "\xff" + `"}`} {
			event, err := webhooktest.ParseEvent([]byte(body))
			if err != nil {
				continue // it is no JSON
			}
			d := wait(t, hub, submit(t, hub, event)[0])
			require.Equal(t, body, string(d.Body))
			require.Equal(t, listen.Delivered, d.State)
		}
		shutdown(t, hub)
	})
}
