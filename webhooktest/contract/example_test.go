package contract_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A Shop is a handler that verifies signatures, but does not remember the events
// that it has processed.
type Shop struct{ payments []any }

func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), "whsec_test")
	if err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	if event.Type == "payment_intent.succeeded" {
		s.payments = append(s.payments, event.Data.Object["id"])
	}
}

// subject is a shop of its own, and what the contract needs to know of it.
func (s *Shop) subject() contract.Subject {
	return contract.Subject{
		Handler: s,
		Secret:  "whsec_test",
		Handles: []string{"payment_intent.succeeded"},
		State:   func(context.Context) (any, error) { return s.payments, nil },
	}
}

func ExampleCheck() {
	shop := new(Shop)
	report, err := contract.Check(context.Background(), contract.Suite{
		New:  shop.subject,
		Only: []string{"signature/unsigned", "idempotency/redelivered"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range report.Cases {
		fmt.Println(result.Verdict, result.ID)
		if result.Verdict == contract.Fail {
			fmt.Println(" ", result.Requirement)
			fmt.Println("  hint:", result.Hint)
		}
	}
	// Output:
	// pass signature/unsigned
	// fail idempotency/redelivered
	//   An event that is delivered three times, signed each time, changes the state as if it had come once.
	//   hint: Store the id of each processed event, in one transaction with what it does.
}

// Run the contract in a test, each case as a subtest.
func ExampleRun() {
	testContract := func(t *testing.T) { // func TestContract(t *testing.T)
		contract.Run(t, func(*testing.T) contract.Subject {
			return new(Shop).subject()
		})
	}
	_ = testContract
}

// Run your own cases, which fakestripe init, record and import write.
func ExampleRunDir() {
	testWebhooks := func(t *testing.T) { // func TestWebhooks(t *testing.T)
		contract.RunDir(t, "testdata/webhooks", func(*testing.T) contract.Subject {
			return new(Shop).subject()
		})
	}
	_ = testWebhooks
}
