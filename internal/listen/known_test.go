package listen_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// fetched is what the API answers for an event, "" if it does not know it.
func fetched(t *testing.T, api *stripeapi.Server, event *webhooktest.Event) string {
	t.Helper()
	query := httptest.NewRequest("GET", "/v1/events/"+event.ID(), nil)
	query.Header.Set("Authorization", "Bearer sk_test_x")
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, query)
	if answer.Code == http.StatusNotFound {
		return ""
	}
	require.Equal(t, http.StatusOK, answer.Code)
	return answer.Body.String()
}

// The API knows what Stripe knows: each event that Stripe sent, as it was sent first. A
// handler that fetches an event again is safe from forgeries. So it is after a restart.
func TestTheAPIKnowsWhatStripeSent(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, c := range []struct {
		name  string
		sent  [][]string // the mutations of each delivery
		knows []string   // of the delivery whose body the API has; nil: it knows none
	}{
		{"an event", [][]string{nil}, []string{}},
		{"a forgery", [][]string{{"unsigned"}}, nil},
		{"a changed body", [][]string{{"body-tampered"}}, nil},
		{"a signed body that is no event", [][]string{{"body={}"}}, nil},
		{"a genuine variant", [][]string{{"unicode"}}, []string{"unicode"}},
		{"a genuine variant in another way of signing", [][]string{{"junk-v1", "extra-properties"}}, []string{"extra-properties"}},
		{"a forgery of a known event", [][]string{nil, {"body-tampered"}}, []string{}},
		{"a forgery before the event", [][]string{{"body-tampered"}, nil}, []string{}},
		{"a variant of a known event", [][]string{nil, {"extra-properties"}}, []string{}},
		{"an event after its variant", [][]string{{"extra-properties"}, nil}, []string{"extra-properties"}},
	} {
		for _, how := range []string{"submitted again", "replayed"} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "journal")
					hub := &listen.Hub{API: new(stripeapi.Server)}
					journaled(t, path, hub)
					add(t, hub, listen.Endpoint{URL: "/a", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})})
					event := newEvent(t, "charge.succeeded")
					var made listen.Delivery
					for i, mutations := range c.sent {
						var err error
						if i > 0 && how == "replayed" {
							made, err = hub.Replay(t.Context(), made.ID, "", mutations...)
						} else {
							made = first(hub.Submit(t.Context(), listen.Request{Event: event, Mutations: mutations}))(t)
						}
						require.NoError(t, err)
						wait(t, hub, made)
					}
					want := ""
					if c.knows != nil {
						body, err := new(webhooktest.Endpoint).Body(event, c.knows...)
						require.NoError(t, err)
						want = string(body)
					}
					check := func(api *stripeapi.Server) {
						if want == "" {
							require.Empty(t, fetched(t, api, event))
							return
						}
						known := new(stripeapi.Server)
						require.NoError(t, known.Add([]byte(want)))
						require.Equal(t, fetched(t, known, event), fetched(t, api, event))
					}
					check(hub.API)
					shutdown(t, hub)
					again := &listen.Hub{API: new(stripeapi.Server)}
					journaled(t, path, again)
					check(again.API)
					shutdown(t, again)
				})
			})
		}
	}
}

// first takes the first of the deliveries that were made.
func first(made []listen.Delivery, err error) func(t *testing.T) listen.Delivery {
	return func(t *testing.T) listen.Delivery {
		t.Helper()
		require.NoError(t, err)
		return made[0]
	}
}
