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
// An [Event] is the exact JSON that goes on the wire: laid out as Stripe does, the
// brackets of empty lists and objects on lines of their own, with fresh ids that agree
// with each other. A [Source] makes events from
// fixtures, by type; [Set] and [Add] change fields by path, [About] makes an event
// about the same objects as another, [Version] a later state of an object,
// [Variant] another shape of it, such as a session that stores a card, and
// [Existing] makes it tell of an object that the app has created. A
// thin event (v2 event notification) is made like the others, by a type such as
// v1.charge.refunded or v2.core.account.updated, and names its object only. A
// payload of your own becomes an event with [ParseEvent] and stays as it is, byte
// for byte.
//
// [Source.Flow] makes all events of a business action, such as a payment or a
// subscription from its beginning to its end, in the order in which they arrive;
// [Hook.Trigger] delivers them.
//
// # Signing
//
// Every attempt is signed when it is made, with the endpoint's secrets, and no two
// attempts of one event carry the same timestamp. Test-mode deliveries have a
// decoy v0 beside v1, as Stripe's have. [Sign] gives the header alone.
//
// # Mutations
//
// A delivery can differ from a good one in ways that have names: "unsigned",
// "body-tampered", "age=10m", "padded=60kB". [Mutations] lists them. They are the
// same strings in Go and on the command line, and they compose:
//
//	hook.Deliver(event, "compact", "rolled-secret=second")
//
// # Delivery
//
// An [Endpoint] delivers: a POST with Stripe's headers, to a handler in this
// process or over the network, through the same code. It follows no redirect, and
// only 2xx is success. Whatever the handler does (panic, hang, close the
// connection) is a [Response] whose Err says so in a line.
//
// In this process no network is used, and the clock is time.Now, so that handlers
// can be tested in a [testing/synctest] bubble: a handler that hangs until its
// request is given up, or retries spread over three days, take no time.
//
// A [Hook] is a source and an endpoint for a test: it ends the test when
// something cannot be sent and logs each attempt, so that a failing test shows the
// conversation. Without package testing, use [Source] and [Endpoint] themselves.
//
// # Related packages
//
// Package contract runs documented requirements and known bugs against a handler.
// Package stripeapi is the Stripe API for handlers that call it. Package verify finds
// out why a signature does not verify.
//
// # Compatibility
//
// The package imports the standard library only, and no type of stripe-go is in
// its API: it tests handlers written with any version of any SDK. Events have the
// shapes of the API version in [Source.APIVersion], from 2023-10-16, that of stripe-go v76
// and the default, to 2026-10-28.endive. stripe-go v78 and later rejects events of other
// versions than its own: set it to stripe.APIVersion.
package webhooktest
