package listen

import (
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// known is the body of an event as Stripe has it, once it is delivered with mutations: as
// the handler gets it. It is nil if Stripe has no such event, for it is forged, or another
// body stands for it.
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

// neverSent reports whether Stripe sends nothing that is changed like this.
func neverSent(mutation string) bool {
	m, err := webhooktest.ParseMutation(mutation)
	return err != nil || m.Forgery() || m.Name == "body"
}
