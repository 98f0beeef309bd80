package listen

import (
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// register adds an event to the API, if any, at its first delivery, unless it is a forgery.
func register(api *stripeapi.Server, event *webhooktest.Event, mutations []string) {
	if api == nil {
		return
	}
	if body := known(event, mutations); body != nil {
		_ = api.Add(body) // an event of another shape is delivered, but not registered
	}
}

// known returns the body that Stripe's API would show for an event delivered with
// mutations, as the handler receives it. It is nil for an event that Stripe does not
// have: a forgery, or one whose body has been replaced.
func known(event *webhooktest.Event, mutations []string) []byte {
	if event.ID() == "" || slices.ContainsFunc(mutations, neverSent) {
		return nil
	}
	body, err := new(webhooktest.Endpoint).Body(event, mutations...)
	if err != nil {
		return nil // it cannot be delivered
	}
	return body
}

// neverSent reports whether Stripe never sends an event with this mutation.
func neverSent(mutation string) bool {
	m, err := webhooktest.ParseMutation(mutation)
	return err != nil || m.Forgery() || m.Name == "body"
}
