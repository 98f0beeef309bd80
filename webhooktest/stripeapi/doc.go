// Package stripeapi is a local Stripe API for the code behind a webhook. Handlers that
// call Stripe get plausible, consistent answers, offline, and tests can inspect their
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
// Set [Server.Key] if other machines can reach the server: without that key, a request is
// refused unread. Host names, and the time for a request to arrive, are up to the
// http.Server.
//
// # Objects
//
// [Server.Add] registers an event, available at GET /v1/events/{id} in the API's layout
// ({} and [] for empty values). Its object is available at its own path, such as
// /v1/payment_intents/{id}, in the event's state. So are objects expanded inside.
// [Server.Put] registers an object that no event contains.
//
// IDs inside a registered object or event exist, too. GET the customer of a payment, and
// the API makes one from the fixtures with that ID, and with the email address and
// payment method of the payment. The payment's charge has its amount, and so has the
// balance transaction of that charge. An ID mentioned nowhere is a 404, resource_missing.
//
// A thin event contains no object. GET /v2/core/events/{id} returns it with the data of
// its type, and related_object.url leads to its object: for API v1, in the state of the
// newest thin event or, if there is one, of a snapshot event; for v2, only ID, type and
// mode are known.
//
// Lists filter by the fields of objects (customer=, status=, created[gte]=), have pages
// (limit, starting_after, ending_before, has_more) and are sorted newest first, like
// Stripe's. /search supports Stripe's query language. expand[] works four levels deep,
// also in lists, and includes on-demand fields such as the line items of a checkout
// session.
//
// Objects keep the shape they were registered with: that of their event's API version.
// Objects made by the API or given to Put have the shape of 2023-10-16, or of the version
// that introduced them. A request with a later Stripe-Version gets objects in the shape
// of that version; with an earlier or unknown version, as they are. Events stay as
// delivered, as at Stripe. Filters, expand[] and writes use the stored shape: a parameter
// introduced by a later version sets a field of its own name, not the field it replaced.
// Stripe-Account is recorded but does not separate accounts: objects are visible with and
// without it.
//
// # Writes
//
// POST creates an object from the fixtures, in its initial state with the parameters
// merged in, or updates one. Later requests see the result. Actions such as /cancel,
// /capture and /pay move an object to its next state. DELETE leaves {id, object,
// deleted}, for every kind.
//
// Required parameters are required, amounts are integers, and a charge cannot be refunded
// twice. It is still not Stripe: nothing is charged, and writes send no events. Package
// payment makes the events that complete what was created.
//
// Confirming a PaymentIntent with one of Stripe's test cards
// (https://docs.stripe.com/testing) declines it, with 402 and the decline code, or waits for
// 3-D Secure; [Server.OutcomeOf] tells the outcome of a payment. The payment methods pm_card_…
// exist; attaching one makes a copy. With [Server.Pages], new Checkout Sessions and payment
// links have their url there.
//
// A request with an Idempotency-Key is executed once. Repeated, it gets the same answer,
// marked Idempotent-Replayed; a different request with the same key gets an
// idempotency_error. Errors have Stripe's shape, types and codes.
//
// # Calls
//
// [Server.Calls] returns every request in order, including refused ones: method, path,
// parameters, idempotency key, account, answer. [Server.Object] returns an object after
// all writes.
//
//	before := api.Called()
//	hook.Send("invoice.payment_failed")
//	for _, call := range api.CallsSince(before) {
//		if call.Write() && call.IdempotencyKey == "" {
//			t.Errorf("%s %s: no Idempotency-Key: a redelivered event does it again", call.Method, call.Path)
//		}
//	}
//
// # Faults
//
// [Server.Fail] makes requests fail, by rate or by path, and [Server.Slow] delays them,
// both on a running server: does the handler answer 2xx even though its work failed? A
// failed request has no effect.
//
// # Bounds
//
// A Server keeps up to [KeptEvents] events, [KeptObjects] objects, [KeptCalls] calls and
// [KeptKeys] idempotency keys, and [KeptBytes] of each; it forgets the oldest first. A
// body above [MaxBody] is a 413. For an object or event of more than 1 MiB, the elements
// of lists above 64 KiB are shown, but not found, filtered, paged or expanded, and the
// answer is compact JSON. A page ends early at 16 MiB (see has_more). A Server starts no
// goroutines, and its zero value works.
//
// The package imports only the standard library.
package stripeapi
