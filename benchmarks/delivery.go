package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// deliveryPairs compares a delivery in process with what a test's author would
// write by hand: a request with the headers that Stripe sends, a recorder, a call
// of the handler, a look at the status.
//
// The bound is about delivering, so the peer finds its signature ready and the
// kit, which signs each attempt, pays for that out of its margin. The second
// reading, in which the peer signs each attempt too, shows how much that is.
//
// Each delivery is of an event of its own, made before the clock runs: the kit
// never signs two attempts of one event alike and would wait for the next second.
func deliveryPairs() []pair {
	const deliver, deadline = "deliver in process", "deliver in process, with a deadline"
	const recorder, signing = "httptest, signature made beforehand", "httptest, signing each time"
	bounds := []bound{timeWithin(1.25), moreAllocationsWithin(6)}
	boundsWithDeadline := []bound{timeWithin(1.25), moreAllocationsWithin(12)}
	return []pair{
		{deliver, recorder, 2_000, deliverInProcess(-1), record, bounds},
		{deliver, signing, 2_000, deliverInProcess(-1), signAndRecord, bounds},
		{deadline, recorder, 2_000, deliverInProcess(webhooktest.DefaultTimeout), record, boundsWithDeadline},
		{deadline, signing, 2_000, deliverInProcess(webhooktest.DefaultTimeout), signAndRecord, boundsWithDeadline},
	}
}

// deliverInProcess is the kit. A negative timeout means no deadline.
func deliverInProcess(timeout time.Duration) side {
	endpoint := &webhooktest.Endpoint{Handler: verifying, Timeout: timeout}
	return eachEvent(func(event *webhooktest.Event) func() error {
		return func() error {
			response, err := endpoint.Deliver(context.Background(), event)
			if err != nil {
				return err
			}
			return refused(response)
		}
	})
}

// refused is the error of a delivery that was not accepted.
func refused(r *webhooktest.Response) error {
	if r.Accepted() {
		return nil
	}
	return fmt.Errorf("%s: %s", r, r.Body)
}

// record delivers by hand, with a signature that is ready.
func record(n int) (sample, error) {
	return eachEvent(func(event *webhooktest.Event) func() error {
		signature := stripeSignature(event.Body(), time.Now())
		return func() error { return recordOne(event.Body(), signature) }
	})(n)
}

// signAndRecord delivers by hand and signs as the kit does.
func signAndRecord(n int) (sample, error) {
	return eachEvent(func(event *webhooktest.Event) func() error {
		return func() error {
			var buffer [256]byte
			signature := webhooktest.AppendSignature(buffer[:0], event.Body(), time.Now(), secret)
			return recordOne(event.Body(), string(signature))
		}
	})(n)
}

func recordOne(body []byte, signature string) error {
	request, err := http.NewRequest(http.MethodPost, "/webhook", bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range stripeHeader {
		request.Header.Set(name, value)
	}
	request.Header.Set(webhooktest.SignatureHeader, signature)
	recorder := httptest.NewRecorder()
	verifying.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		return fmt.Errorf("status %d: %s", recorder.Code, recorder.Body)
	}
	return nil
}

// stripeHeader is what Stripe sends beside the signature, and the kit too.
var stripeHeader = map[string]string{
	"Content-Type":    "application/json; charset=utf-8",
	"Cache-Control":   "no-cache",
	"User-Agent":      "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
	"Accept":          "*/*; q=0.5, application/xml",
	"Accept-Encoding": "gzip",
}

// verifying is the handler of Stripe's own example, up to where the user's code
// begins.
var verifying = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	if _, err := webhook.ConstructEvent(body, r.Header.Get(webhooktest.SignatureHeader), secret); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusOK)
})

// eachEvent is a side that does something with one fresh event after the other.
// They are made in batches between the measurements, to spare memory.
func eachEvent(prepare func(*webhooktest.Event) func() error) side {
	const most = 1000
	var source webhooktest.Source
	return func(n int) (total sample, err error) {
		for n > total.ops {
			ops := make([]func() error, min(n-total.ops, most))
			for i := range ops {
				event, err := source.Event(eventType)
				if err != nil {
					return total, err
				}
				ops[i] = prepare(event)
			}
			s, err := measure(len(ops), func() error { return runAll(ops) })
			if err != nil {
				return total, err
			}
			total.add(s)
		}
		return total, nil
	}
}

func runAll(ops []func() error) error {
	for _, op := range ops {
		if err := op(); err != nil {
			return err
		}
	}
	return nil
}
