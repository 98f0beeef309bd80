// Package stripeapi is a local Stripe API for the code behind a webhook: a handler
// that calls Stripe back gets plausible, consistent answers, offline, and a test
// sees what it asked.
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
// api_base, host and port) and give it any sk_test_ key. Live keys are refused. A
// server that other machines can reach needs a [Server.Key], which is then the only
// one; who has it not is refused before anything else of the request is read. Which
// names a server is called by, and how long a request may take to arrive, is for the
// http.Server to say.
//
// # What it knows
//
// [Server.Add] says that an event happened. From then on GET /v1/events/{id} answers
// it byte for byte, and the object that it carries is found at its path, in the state
// that it has there: /v1/payment_intents/{id}. So are objects that are expanded
// inside. [Server.Put] gives objects that no event carries.
//
// An id that an added object or event refers to exists too. Who fetches the customer
// of a payment gets a customer made from the fixtures, with that id, and the email
// address and payment method that the payment has; the payment's charge has its
// amount, and the balance transaction of that charge exists in turn. What nothing
// refers to is a 404, resource_missing.
//
// Lists filter by the fields of the objects (customer=, status=, created[gte]=), have
// pages (limit, starting_after, ending_before, has_more) and are sorted as Stripe's
// are, newest first. /search understands Stripe's query language. expand[] works four
// levels deep, in lists too, and shows what objects hold on demand, such as the line
// items of a checkout session.
//
// # What it does
//
// Writes are answered with what would plausibly be the result: an object from the
// fixtures as it is when it has just been created, with the parameters merged in, and
// kept, so that a later GET returns it. Actions such as /cancel, /capture and /pay
// move an object on; DELETE leaves {id, object, deleted}. It is not Stripe: nothing is
// charged, and no event follows from a write. Parameters that Stripe requires are
// required, amounts are integers, and a charge cannot be given back twice.
//
// Requests with an Idempotency-Key are done once: the same request gets the same
// answer again, marked Idempotent-Replayed, another request with that key an
// idempotency_error. Errors have Stripe's shape, types and codes.
//
// Objects have the shapes that they were added with, and those that are made have the
// shapes of API version 2023-10-16; the Stripe-Version of a request is echoed, not
// obeyed. Stripe-Account is recorded, but not a border: the objects of all accounts
// are found with and without it. Deleted objects are answered as {id, object,
// deleted}, whatever their kind.
//
// # What a test sees
//
// [Server.Calls] has every request in order, those that were refused too: method,
// path, parameters, idempotency key, account, answer. [Server.Object] has the state
// that writes left.
//
//	before := api.Called()
//	hook.Send("invoice.payment_failed")
//	for _, call := range api.CallsSince(before) {
//		if call.Write() && call.IdempotencyKey == "" {
//			t.Errorf("%s %s: no Idempotency-Key: a redelivered event does it again", call.Method, call.Path)
//		}
//	}
//
// # Trouble
//
// [Server.Fail] makes requests fail, by rate or by path, and [Server.Slow] makes them
// wait, both while the server runs: does the handler answer 2xx although it could not
// do its work? A failed request did nothing.
//
// # Bounds
//
// A Server remembers up to [KeptEvents] events, [KeptObjects] objects, [KeptCalls]
// calls and [KeptKeys] idempotency keys, and [KeptBytes] of each; the oldest are
// forgotten. Bodies above [MaxBody] are answered with 413. It starts no goroutines,
// and the zero value works.
//
// The package imports the standard library only.
package stripeapi
