package inspector

import (
	"net/http"
	"slices"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A madeCall is a call of the API, and whether it created a payable object.
type madeCall struct {
	stripeapi.Call
	Payable bool `json:"payable,omitempty"`
}

// calls returns the latest calls of the API, newest first: a handler may make calls after
// its response.
func calls(hub *listen.Hub, completes bool) http.HandlerFunc {
	const most = 200
	return func(w http.ResponseWriter, _ *http.Request) {
		latest := []madeCall{}
		if api := hub.API; api != nil {
			for _, call := range api.CallsSince(api.Called() - most) {
				latest = append(latest, madeCall{call, completes && payment.Created(call)})
			}
		}
		slices.Reverse(latest)
		answer(w, map[string]any{"calls": latest})
	}
}
