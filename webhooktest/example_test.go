package webhooktest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// shop is a handler as an application has one.
func shop(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), webhooktest.DefaultSecret)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Printf("shop: %s of %v\n", event.Type, event.Data.Object["amount"])
}

// An endpoint works outside tests, too.
func ExampleEndpoint() {
	var source webhooktest.Source
	event, err := source.Event("payment_intent.succeeded", webhooktest.Set("data.object.amount", 4200))
	if err != nil {
		fmt.Println(err)
		return
	}
	endpoint := webhooktest.Endpoint{Handler: http.HandlerFunc(shop)}
	for _, mutation := range []string{"compact", "unsigned", "stale", "body-tampered"} {
		response, err := endpoint.Deliver(context.Background(), event, mutation)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %d %q\n", mutation, response.StatusCode, response.Excerpt())
	}
	// Output:
	// shop: payment_intent.succeeded of 4200
	// compact: 200 ""
	// unsigned: 400 "webhook has no Stripe-Signature header"
	// stale: 400 "timestamp wasn't within tolerance"
	// body-tampered: 400 "webhook had no valid signature"
}

// An event is delivered ten times at once; each attempt is signed anew.
func ExampleEndpoint_DeliverTogether() {
	var source webhooktest.Source
	event, _ := source.Event("charge.succeeded")
	endpoint := webhooktest.Endpoint{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	responses, err := endpoint.DeliverTogether(context.Background(), slices.Repeat([]*webhooktest.Event{event}, 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	signatures := make(map[string]bool)
	for _, response := range responses {
		signatures[response.Signature] = true
	}
	fmt.Println(len(responses), "attempts,", len(signatures), "signatures")
	// Output: 10 attempts, 10 signatures
}

func ExampleSign() {
	body := []byte(`{"id":"evt_1","object":"event"}`)
	fmt.Println(webhooktest.Sign(body, time.Unix(1700000000, 0), "whsec_fakestripe_vector_1"))
	// Output: t=1700000000,v1=cecea12238c825b2dbe81a9497cd7114f35b3b15cc9c4d0041f96f3b181255b8
}

func ExampleSource_Event() {
	var source webhooktest.Source
	event, err := source.Event("payment_intent.succeeded",
		webhooktest.Set("data.object.amount", 4200),
		webhooktest.Set("data.object.metadata.order_id", "A-17"))
	if err != nil {
		fmt.Println(err)
		return
	}
	amount, _ := event.Lookup("data.object.amount")
	order, _ := event.Lookup("data.object.metadata.order_id")
	fmt.Println(event.Type(), amount, order)

	_, err = source.Event("payment_intent.succeeded", webhooktest.Set("data.object.amout", 4200))
	fmt.Println("a typo is an error:", errors.Is(err, webhooktest.ErrNoPath))
	// Output:
	// payment_intent.succeeded 4200 A-17
	// a typo is an error: true
}

// Two updates of one subscription, and the older one comes last.
func ExampleVersion() {
	var source webhooktest.Source
	created, _ := source.Event("customer.subscription.created")
	for _, n := range []int{2, 1} {
		updated, err := source.Event("customer.subscription.updated", webhooktest.About(created), webhooktest.Version(n))
		if err != nil {
			fmt.Println(err)
			return
		}
		id, _ := created.Lookup("data.object.id")
		same, _ := updated.Lookup("data.object.id")
		status, _ := updated.Lookup("data.object.status")
		fmt.Println(same == id, status)
	}
	// Output:
	// true past_due
	// true active
}

func ExampleMutations() {
	for _, m := range webhooktest.Mutations()[:4] {
		fmt.Printf("%-20s %s\n", m, m.Doc)
	}
	// Output:
	// unsigned             no Stripe-Signature header
	// empty-signature      a Stripe-Signature header without a value
	// wrong-secret         signed with a secret that the endpoint does not have
	// secret=whsec_other   signed with this secret instead
}
