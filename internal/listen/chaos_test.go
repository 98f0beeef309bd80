package listen_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

func TestParseChaos(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]listen.Chaos{
		"duplicate=0.1,reorder=0.2,delay=0.1,drop=0.05": {Duplicate: 0.1, Reorder: 0.2, Delay: 0.1, Drop: 0.05},
		"drop=1":                {Drop: 1},
		"drop=0":                {},
		"delay=.5, reorder=1e0": {Delay: 0.5, Reorder: 1},
	} {
		got, err := listen.ParseChaos(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := listen.ParseChaos(want.String())
		if want != (listen.Chaos{}) {
			require.NoError(t, err)
			require.Equal(t, want, again)
		}
	}
	for _, text := range []string{"", "lose=0.1", "drop", "drop=", "drop=2", "drop=-0.1", "drop=NaN", "drop=ten", "drop=0.1,"} {
		_, err := listen.ParseChaos(text)
		require.ErrorContains(t, err, "want", text)
	}
}

// chaotic delivers events and returns the hub's deliveries and the order in which the
// shop got them, by number.
func chaotic(t *testing.T, chaos listen.Chaos, events int) (deliveries []listen.Delivery, order []string) {
	t.Helper()
	handler := new(shop)
	hub := &listen.Hub{Chaos: chaos, Concurrency: 1}
	add(t, hub, listen.Endpoint{Handler: handler})
	number := make(map[string]string)
	for i := range events {
		event := newEvent(t, "charge.succeeded")
		number[event.ID()] = fmt.Sprint(i)
		submit(t, hub, event)
		synctest.Wait()
		time.Sleep(time.Second)
	}
	time.Sleep(listen.MaxDelay)
	for _, id := range handler.ids() {
		order = append(order, number[id])
	}
	deliveries = hub.Deliveries(0)
	shutdown(t, hub)
	return deliveries, order
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		deliveries, order := chaotic(t, listen.Chaos{Duplicate: 1, Seed: 7}, 2)
		require.Equal(t, []string{"0", "0", "1", "1"}, order)
		require.Equal(t, "", deliveries[0].ReplayOf)
		require.Equal(t, deliveries[0].ID, deliveries[1].ReplayOf)
		signatures := make(map[string]bool)
		for _, d := range deliveries {
			signatures[d.Attempts[0].Request.Get("Stripe-Signature")] = true
		}
		require.Len(t, signatures, 4)
	})
}

func TestDrops(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		deliveries, order := chaotic(t, listen.Chaos{Drop: 1, Duplicate: 1, Seed: 7}, 2)
		require.Empty(t, order)
		require.Len(t, deliveries, 2)
		require.Equal(t, listen.Dropped, deliveries[0].State)
		require.Equal(t, "dropped by chaos", deliveries[0].Reason)
	})
}

func TestDelays(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := new(shop)
		hub := &listen.Hub{Chaos: listen.Chaos{Delay: 1, Seed: 7}, Speed: 10}
		add(t, hub, listen.Endpoint{Handler: handler})
		for range 20 {
			d := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
			d, _ = hub.Delivery(d.ID)
			require.True(t, d.Next.After(time.Now()), "it says until when it waits")
		}
		time.Sleep(listen.MaxDelay / 10)
		var times []time.Duration
		for _, a := range handler.arrivals() {
			times = append(times, a.after)
		}
		require.Len(t, times, 20)
		require.Greater(t, len(slices.Compact(times)), 15)
		shutdown(t, hub)
	})
}

func TestReordering(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		_, order := chaotic(t, listen.Chaos{}, 10)
		require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, order)
		_, order = chaotic(t, listen.Chaos{Reorder: 0.4, Seed: 7}, 10)
		require.False(t, slices.IsSorted(order), "%v", order)
		slices.Sort(order)
		require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, order)
	})
}

// What is held back comes right after the next one.
func TestOvertaking(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		for seed := uint64(1); ; seed++ {
			handler, start := new(shop), time.Since(epoch)
			hub := &listen.Hub{Chaos: listen.Chaos{Reorder: 0.5, Seed: seed}}
			add(t, hub, listen.Endpoint{Handler: handler})
			first := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
			time.Sleep(time.Second)
			submit(t, hub, newEvent(t, "charge.succeeded"))
			time.Sleep(5 * time.Second)
			shutdown(t, hub)
			got := handler.arrivals()
			if got[1].id != first.EventID || got[0].after != start+time.Second {
				continue // another fate
			}
			require.Equal(t, start+time.Second, got[1].after)
			return
		}
	})
}

// If every event is to be held back, each second one overtakes the one before.
func TestEachSecondOvertakes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		_, order := chaotic(t, listen.Chaos{Reorder: 1}, 6)
		require.Equal(t, []string{"1", "0", "3", "2", "5", "4"}, order)
	})
}

func TestTheLastOneIsNotHeldForEver(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		handler := new(shop)
		hub := &listen.Hub{Chaos: listen.Chaos{Reorder: 1}}
		add(t, hub, listen.Endpoint{Handler: handler})
		wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
		require.Equal(t, 2*time.Second, handler.arrivals()[0].after)
		shutdown(t, hub)
	})
}

func TestChaosIsByRateAndSeed(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		count := func(chaos listen.Chaos) (fates []string) {
			hub := &listen.Hub{Chaos: chaos}
			add(t, hub, listen.Endpoint{Handler: always(200)})
			for range 1000 {
				submit(t, hub, newEvent(t, "charge.succeeded"))
			}
			for _, d := range hub.Deliveries(0) {
				fates = append(fates, fmt.Sprint(d.ID, d.State == listen.Dropped, d.ReplayOf))
			}
			shutdown(t, hub)
			return fates
		}
		some := listen.Chaos{Duplicate: 0.1, Drop: 0.05, Seed: 7}
		first := count(some)
		require.Equal(t, first, count(some))
		require.InDelta(t, 1000*1.095, len(first), 40)
		some.Seed = 8
		require.NotEqual(t, first, count(some))
	})
}
