// Package webhooktest tests Stripe webhook handlers offline: it makes the events
// that Stripe would send, signs them as Stripe does, and delivers them to an
// [http.Handler] or a URL, well or badly.
//
//	func TestPaymentIsRecorded(t *testing.T) {
//		shop := NewShop("whsec_test")
//		hook := webhooktest.New(t, shop, "whsec_test")
//		hook.Source.APIVersion = stripe.APIVersion // of your stripe-go; empty: 2023-10-16
//		resp := hook.Send("payment_intent.succeeded", webhooktest.Set("data.object.amount", 4200))
//		require.Equal(t, http.StatusOK, resp.StatusCode)
//		require.Equal(t, 1, shop.Paid())
//	}
//
// # Events
//
// An [Event] is the exact JSON on the wire: in Stripe's layout, with empty lists and
// objects opened over several lines, and with fresh, consistent IDs. A [Source] makes
// events from fixtures, by type. [Set] and [Add] change fields by path, [About] makes an
// event about the same objects as another, [Version] picks a later state of an object,
// [Variant] another shape of it, such as a session that stores a card, and [Existing] makes
// it report on an object that the app has created. Thin events (v2 event notifications) are made the same way, by a type such as v1.charge.refunded or
// v2.core.account.updated, and contain only a reference to their object. [ParseEvent]
// turns your own payload into an event and keeps it byte for byte.
//
// [Source.Flow] makes all events of a business action, such as a payment or the life of a
// subscription, in order of arrival; [Hook.Trigger] delivers them.
//
// # Signing
//
// Every attempt is signed when it is made, with the endpoint's secrets, and no two
// attempts of an event share a timestamp. Like Stripe's, test-mode deliveries have a
// decoy v0 next to v1. [Sign] returns the header alone.
//
// # Mutations
//
// A mutation is a named difference from a good delivery: "unsigned", "body-tampered",
// "age=10m", "padded=60kB". [Mutations] lists them. The names are the same in Go and on
// the command line, and mutations compose:
//
//	hook.Deliver(event, "compact", "rolled-secret=second")
//
// # Delivery
//
// An [Endpoint] delivers: a POST with Stripe's headers, in process or over the network,
// through the same code. It follows no redirects, and only 2xx is success. Whatever the
// handler does (panic, hang, close the connection), the result is a [Response] with a
// one-line Err.
//
// In process, there is no network and the clock is time.Now, so handlers can be tested in
// a [testing/synctest] bubble: hanging until the timeout, or three days of retries, take
// no time.
//
// A [Hook] is a source and an endpoint for a test: it ends the test if it cannot send
// something, and logs each attempt, so a failing test shows the conversation. Outside of
// tests, use [Source] and [Endpoint] directly.
//
// # Related packages
//
// Package contract tests a handler against documented requirements and known bugs.
// Package stripeapi is the Stripe API for handlers that call it. Package verify explains
// why a signature does not verify.
//
// # Compatibility
//
// The package imports only the standard library and has no stripe-go type in its API: it
// tests handlers that use any version of any SDK. [Source.APIVersion] sets the shape of
// events, from 2023-10-16 (the default, that of stripe-go v76) to 2026-10-28.endive.
// stripe-go v78 and later rejects events of versions other than its own: set it to
// stripe.APIVersion.
package webhooktest
