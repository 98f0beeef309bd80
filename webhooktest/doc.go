// Package webhooktest tests Stripe webhook handlers offline: it makes the events that
// Stripe would send, signs them as Stripe does, and delivers them to an [http.Handler] or
// a URL, correctly or incorrectly.
//
//	func TestPaymentIsRecorded(t *testing.T) {
//		shop := NewShop("whsec_test")
//		hook := webhooktest.New(t, shop, "whsec_test")
//		hook.Source.APIVersion = stripe.APIVersion // your stripe-go's version; default 2023-10-16
//		resp := hook.Send("payment_intent.succeeded", webhooktest.Set("data.object.amount", 4200))
//		require.Equal(t, http.StatusOK, resp.StatusCode)
//		require.Equal(t, 1, shop.Paid())
//	}
//
// Package contract tests a handler against documented requirements and known bugs.
// Package stripeapi is the Stripe API for handlers that call it. Package verify explains
// why a signature does not verify.
//
// # Events
//
// An [Event] is the exact JSON on the wire, in Stripe's layout, with fresh, consistent IDs.
// A [Source] makes events by type, thin ones too (v1.charge.refunded); [Source.Flow] makes
// all events of a business action in order of arrival; [ParseEvent] keeps your own payload
// byte for byte. [Set], [Add] and [Remove] change fields by path. [About] makes an event
// about the same objects as another, [Existing] about an object that the app created;
// [Object] uses your own object. [Alike] makes ids that hardly differ from another event's.
// [Version] picks a later state of an object, [Variant] another shape of it.
//
// # Delivery
//
// An [Endpoint] delivers: a POST with Stripe's headers, in process or over the network,
// through the same code. It signs each attempt when it is made, follows no redirects, and
// treats only 2xx as success. Whatever the handler does (panic, hang, close the
// connection), the result is a [Response] with a one-line Err. In process, handlers can be
// tested in a [testing/synctest] bubble: three days of retries take no real time.
//
// A [Hook] is a source and an endpoint for a test. It ends the test if it cannot send, and
// logs each attempt.
//
// A mutation is a named change to a correct delivery: "unsigned", "body-tampered",
// "age=10m". [Mutations] lists them. The names are the same on the command line, and
// mutations compose:
//
//	hook.Deliver(event, "compact", "rolled-secret=second")
//
// # Compatibility
//
// The package imports only the standard library, and tests handlers that use any version of
// any SDK. [Source.APIVersion] sets the shape of events, from 2023-10-16 (the default, for
// stripe-go v76) to 2026-10-28.endive. stripe-go v78 and later rejects events of versions
// other than its own: set it to stripe.APIVersion.
package webhooktest
