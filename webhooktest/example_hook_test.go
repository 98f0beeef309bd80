package webhooktest_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A failure is what a test prints when it fails.
type failure struct{ testing.TB }

func (failure) Helper()                           {}
func (failure) Context() context.Context          { return context.Background() }
func (failure) Cleanup(func())                    {}
func (failure) Log(...any)                        {}
func (failure) Logf(string, ...any)               {}
func (failure) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// The handler forgets that Stripe may deliver an event twice. In your tests, t is
// the argument of the test function.
func ExampleHook() {
	var t testing.TB = failure{}
	paid := 0
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { paid++ })

	hook := webhooktest.New(t, handler, "whsec_test")
	payment := hook.Event("payment_intent.succeeded", webhooktest.Set("data.object.amount", 4200))
	hook.Deliver(payment)
	hook.Deliver(payment) // signed again, like Stripe's retries
	if paid != 1 {
		t.Errorf("the payment counted %d times, want 1", paid)
	}
	if hook.Deliver(payment, "body-tampered").Accepted() {
		t.Errorf("a forged event was accepted")
	}
	// Output:
	// the payment counted 2 times, want 1
	// a forged event was accepted
}
