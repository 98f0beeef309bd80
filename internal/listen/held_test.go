package listen

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Whatever becomes of large events, what the hub holds of them stays within its bound:
// the texts that can be reached from it are added up.
func TestWhatIsHeldOfLargeEvents(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes megabytes in: run it without -short")
	}
	if racetest.Enabled {
		t.Skip("the race detector reads megabytes for minutes: one goroutine after the other works here")
	}
	const size, bound = 1 << 20, 20 << 20
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, c := range []struct {
		name      string
		endpoint  *Endpoint
		mutations []string
	}{
		{"delivered", &Endpoint{URL: "/", Handler: ok}, nil},
		{"delivered in another version", &Endpoint{URL: "/", Handler: ok, APIVersion: "2025-03-31.basil"}, nil},
		{"mutated", &Endpoint{URL: "/", Handler: ok}, []string{"compact"}},
		{"wanted by nobody", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			hub := &Hub{API: new(stripeapi.Server), KeepBytes: bound, QueueBytes: bound}
			if c.endpoint != nil {
				_, err := hub.AddEndpoint(*c.endpoint)
				require.NoError(t, err)
			}
			for i := range 40 {
				event, err := webhooktest.ParseEvent(fmt.Appendf(nil, `{"id":"evt_%d","object":"event","type":"a","text":"%s"}`, i, strings.Repeat("x", size)))
				require.NoError(t, err)
				made, err := hub.Submit(t.Context(), Request{Event: event, Mutations: c.mutations})
				require.NoError(t, err)
				for _, d := range made {
					for range hub.Follow(t.Context(), d.ID) {
					}
				}
			}
			require.LessOrEqual(t, held(hub), bound)
			hub.Shutdown(t.Context())
		})
	}
}

// held is how many bytes the texts have that a hub keeps, each once. What a mutation
// made is not seen from here: it is as large as the event.
func held(h *Hub) (bytes int) {
	seen := make(map[*byte]bool)
	count := func(text []byte, times int) {
		if len(text) > 0 && !seen[&text[0]] {
			seen[&text[0]] = true
			bytes += times * len(text)
		}
	}
	for _, t := range h.history.order {
		times := 1
		if len(t.mutations) > 0 {
			times = 2
		}
		count(t.event.Body(), times)
		count(t.Body, 1)
	}
	for _, original := range h.history.events.byID {
		count(original.Body(), 1)
	}
	for _, event := range h.history.events.unwanted.events {
		count(event.Body(), 1)
	}
	return bytes
}
