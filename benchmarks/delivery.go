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

// deliveryPairs compares a delivery in process with a test author's handwritten one: a
// request with Stripe's headers, a recorder, a call of the handler, a check of the
// status.
//
// The bound is for the delivery, so the peer's signature is precomputed, while the kit
// pays for signing each attempt. The second pair, with a peer that signs each attempt,
// too, shows the cost of that.
//
// Each delivery has its own event, made outside of the timed part: the kit never signs
// two attempts of one event alike and would wait for the next second.
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

// refused is the error of a refused delivery.
func refused(r *webhooktest.Response) error {
	if r.Accepted() {
		return nil
	}
	return fmt.Errorf("%s: %s", r, r.Body)
}

// record delivers by hand, with a precomputed signature.
func record(n int) (sample, error) {
	return eachEvent(func(event *webhooktest.Event) func() error {
		signature := stripeSignature(event.Body(), time.Now())
		return func() error { return recordOne(event.Body(), signature) }
	})(n)
}

// signAndRecord delivers by hand and signs like the kit.
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

// stripeHeader is Stripe's headers besides the signature, also sent by the kit.
var stripeHeader = map[string]string{
	"Content-Type":    "application/json; charset=utf-8",
	"Cache-Control":   "no-cache",
	"User-Agent":      "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
	"Accept":          "*/*; q=0.5, application/xml",
	"Accept-Encoding": "gzip",
}

// verifying is the handler from Stripe's example, up to the user's code.
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

// eachEvent is a side that processes fresh events one by one. It makes them in batches
// between measurements, to save memory.
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
