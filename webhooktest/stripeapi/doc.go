// Package stripeapi is a local Stripe API for the code behind a webhook. A handler
// that calls Stripe back gets plausible, consistent answers, offline, and a test sees
// what the handler called.
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
// api_base, host and port) and give it any sk_test_ key. Live keys are refused.
//
// Set [Server.Key] when other machines can reach the server: only that key is accepted,
// and nothing else is read of a request without it. Host names and the time that a
// request may take to arrive are up to the http.Server.
//
// # Objects
//
// [Server.Add] registers an event. From then on GET /v1/events/{id} answers it, with {} and []
// where the delivery has brackets on several lines, as at Stripe. The object that it carries
// is found at its path, in the state that it has there: /v1/payment_intents/{id}. So are
// objects that are expanded inside. [Server.Put] registers an object that no event carries.
//
// An id inside a registered object or event exists too. GET the customer of a payment,
// and the API makes one from the fixtures, with that id, and with the email address and
// payment method of the payment. The payment's charge has its amount, and so has the
// balance transaction of that charge. An id that nothing refers to is a 404,
// resource_missing.
//
// A thin event carries no object. GET /v2/core/events/{id} has the data of its type, and
// the object that it is about is found at related_object.url: one of API v1 in the state
// that the newest thin event tells of, unless a snapshot event carried it; of one of v2
// no more than its id, type and mode.
//
// Lists filter by the fields of the objects (customer=, status=, created[gte]=), have
// pages (limit, starting_after, ending_before, has_more) and are sorted newest first, as
// Stripe's are. /search understands Stripe's query language. expand[] works four levels
// deep, in lists too, and shows what objects hold on demand, such as the line items of a
// checkout session.
//
// Objects keep the shape that they were registered with: that of their event's API version.
// Those that the API makes, or Put gave, have the shape of 2023-10-16, or of the version
// that brought them. A request with a later Stripe-Version gets them in the shape of that
// version; one with an earlier version, or one that the fixtures lack, as they are. Events
// stay as they were delivered, as at Stripe. Lists filter, expand[] follows and writes
// change the shape that is kept: a parameter that a later version brought makes a field of
// its name, and does not reach the field that it replaced. Stripe-Account is recorded, and
// does not separate accounts: an object is found with and without it.
//
// # Writes
//
// POST creates an object from the fixtures, as it is when it has just been created, with
// the parameters merged in, or updates one. Later requests see the result. Actions such
// as /cancel, /capture and /pay move an object to its next state. DELETE leaves {id,
// object, deleted}, whatever the kind.
//
// Parameters that Stripe requires are required, amounts are integers, and a charge cannot
// be refunded twice. It is still not Stripe: nothing is charged, and no event follows
// from a write. Package payment makes the events that bring what was created to an end.
//
// A PaymentIntent that is confirmed with one of Stripe's test cards
// (https://docs.stripe.com/testing) is declined, with 402 and the decline code, or waits for
// 3-D Secure; [Server.OutcomeOf] says what comes of paying an object. The payment methods
// pm_card_… exist; attaching one makes a copy of it. With [Server.Pages] the url of a new
// Checkout Session or payment link is there.
//
// A request with an Idempotency-Key is executed once. The same request again gets the
// same answer, marked Idempotent-Replayed; another request with that key gets an
// idempotency_error. Errors have Stripe's shape, types and codes.
//
// # Calls
//
// [Server.Calls] returns every request in order, refused ones included: method, path,
// parameters, idempotency key, account, answer. [Server.Object] returns the state that
// writes left.
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
// both while the server runs: does the handler answer 2xx although it could not do its
// work? A failed request has no effect.
//
// # Bounds
//
// A Server keeps up to [KeptEvents] events, [KeptObjects] objects, [KeptCalls] calls and
// [KeptKeys] idempotency keys, and [KeptBytes] of each; it forgets the oldest first. A
// body above [MaxBody] is answered with 413. In an object or event of more than 1 MiB,
// the elements of lists above 64 KiB are shown, but not found, filtered by, paged or
// expanded, and such an answer is not laid out. A page of a list ends early at 16 MiB
// (has_more says so). It starts no goroutines, and the zero value
// works.
//
// The package imports the standard library only.
package stripeapi
