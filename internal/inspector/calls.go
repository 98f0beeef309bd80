package inspector

import (
	"net/http"
	"slices"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// calls returns the latest calls of the API, newest first: a handler may make some after
// its response.
func calls(hub *listen.Hub) http.HandlerFunc {
	const most = 200
	return func(w http.ResponseWriter, _ *http.Request) {
		latest := []stripeapi.Call{}
		if api := hub.API; api != nil {
			latest = append(latest, api.CallsSince(api.Called()-most)...)
		}
		slices.Reverse(latest)
		answer(w, map[string]any{"calls": latest})
	}
}
