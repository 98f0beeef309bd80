// Package stripeapi is a local Stripe API for the code behind a webhook. Handlers that
// call Stripe get plausible, consistent responses, offline, and tests can inspect their
// calls.
//
//	api := &stripeapi.Server{}
//	server := httptest.NewServer(api)
//	defer server.Close()
//
//	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
//		URL: stripe.String(server.URL),
//	})
//
// Any Stripe SDK works, in any language: point its API base at the server (apiBase,
// api_base, host and port) and use any sk_test_ key. Live keys are refused.
//
// Set [Server.Key] if other machines can reach the server: a request without that key
// is rejected before it is read. Host names, and the time for a request to arrive, are up to the
// http.Server.
//
// # Objects
//
// [Server.Add] registers an event, available at GET /v1/events/{id} in the API's layout
// ({} and [] for empty values). Its object is available at its own path, such as
// /v1/payment_intents/{id}, in the event's state. So are the objects
// expanded inside it. [Server.Put] registers an object that no event contains.
//
// IDs inside a registered object or event exist, too. GET the customer of a payment, and
// the API makes one from the fixtures with that ID, and with the email address and
// payment method of the payment. The payment's charge has the same amount, and so does
// the balance transaction of that charge. Any other ID returns a 404, resource_missing.
//
// Lists, /search and expand[] are supported, and responses have the shape of the request's
// Stripe-Version: see [Server].
//
// POST creates an object from the fixtures, in its initial state with the parameters merged
// in, or updates one. Later requests see the result. Actions such as /cancel, /capture and
// /pay move an object to its next state. DELETE leaves {id, object, deleted}, for every
// kind.
//
// Missing required parameters and amounts that are not integers are errors. A charge cannot be
// refunded twice, and no object can be moved to the state that it is in, such as canceled. A
// subscription has an invoice of its items, which its PaymentIntent pays. Still, this is not
// Stripe: nothing is charged, and writes send no events. Package payment makes the events that
// complete what was created.
//
// A request with an Idempotency-Key is executed once. Stripe's test cards decline, or wait
// for 3-D Secure. Errors have Stripe's shape, types and codes.
//
// # Calls
//
// [Server.Calls] returns every request in order, including refused ones: method, path,
// parameters, idempotency key, account, response. [Server.Object] returns an object after
// all writes.
//
//	before := api.Called()
//	hook.Send("invoice.payment_failed")
//	for _, call := range api.CallsSince(before) {
//		if call.Write() && call.IdempotencyKey == "" {
//			t.Errorf("%s %s: no Idempotency-Key: a redelivered event would repeat the write", call.Method, call.Path)
//		}
//	}
//
// # Faults
//
// [Server.Fail] makes requests fail, by rate or by path, and [Server.Slow] delays them,
// both on a running server: does the handler answer 2xx even though its work failed? A
// failed request has no effect.
//
// The package imports only the standard library.
package stripeapi
