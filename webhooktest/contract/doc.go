// Package contract checks a Stripe webhook handler against the webhook contract: documented
// requirements and known bugs, each a case with its source. docs/contract.md in the module
// lists them.
//
//	func TestContract(t *testing.T) {
//		contract.Run(t, func(t *testing.T) contract.Subject {
//			shop := NewShop("whsec_test") // replace NewShop with your handler
//			return contract.Subject{
//				Handler:    shop,
//				Secret:     "whsec_test",
//				APIVersion: stripe.APIVersion, // your stripe-go's version; default 2023-10-16
//				Handles:    []string{"payment_intent.succeeded"},
//				State:      func(context.Context) (any, error) { return shop.Orders(), nil },
//			}
//		})
//	}
//
// [Run] makes each case a subtest; [Check] returns a [Report] instead.
//
// # Subject
//
// A [Subject] describes the handler: where it is, its signing secret, and what it does.
// Only Handler or URL is required. A case that needs more is skipped, and the reason names
// the missing field. With Handles, the contract covers your app's event types; with State,
// it judges effects; with API, the handler's calls to Stripe. A handler that uses stripe-go
// v78 or later needs its APIVersion.
//
// State returns what the handler has stored, as any value that encoding/json encodes. You
// write no expected values: bad delivery (twice, ten at once, out of order) must leave the
// same state as one clean delivery. IDs and times may differ. Values that change without
// an event are detected beforehand and ignored.
//
// Many handlers look up an order, a user or a customer in their own database. Prepare
// creates one for each new Stripe object:
//
//	Prepare: func(ctx context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
//		order := shop.NewOrder(4800, "usd")
//		return []webhooktest.Edit{webhooktest.Set("data.object.metadata.order_id", order.ID)}, nil
//	},
//
// Prepare is called for each handled type. An edit whose path only one type has is limited to
// that type: webhooktest.Set(…).For("checkout.session.completed").
//
// A handler that looks up an object that the app created in Stripe needs Create, which calls
// the app's own checkout, and API, the stripeapi.Server that the app calls: the next event
// is about the object that reaches the API.
//
// # Verdicts
//
// Each case is a must, a should, or an info. A failed must is a [Fail] and fails the test;
// a failed should is a [Warn], an info an [Info], and both are logged. [Skip] means that
// the case does not apply or needs more of the Subject, [Inconclusive] that it could not be
// judged. A [Waiver] accepts a failure until a given date. If the handler refuses the first
// genuine event, the rest is skipped, and a diagnosis gives the probable reason.
//
// # Your own cases
//
// [RunDir] runs a folder of JSON files in the same format, specified in fixtures/README.md.
// fakestripe init, record and import write them. With FAKESTRIPE_UPDATE=1 in the
// environment, RunDir writes their golden files.
package contract
