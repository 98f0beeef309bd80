package webhooktest_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// How these compare with other libraries is measured in the module benchmarks.

func BenchmarkSign(b *testing.B) {
	body, now := bytes.Repeat([]byte("x"), 3000), time.Now()
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		webhooktest.Sign(body, now, webhooktest.DefaultSecret)
	}
}

func BenchmarkAppendSignature(b *testing.B) {
	body, now := bytes.Repeat([]byte("x"), 3000), time.Now()
	var buffer []byte
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		buffer = webhooktest.AppendSignature(buffer[:0], body, now, webhooktest.DefaultSecret)
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	var source webhooktest.Source
	buffer, err := source.AppendEvent(nil, "payment_intent.succeeded")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(buffer)))
	for b.Loop() {
		buffer, _ = source.AppendEvent(buffer[:0], "payment_intent.succeeded") // it worked before
	}
}

func BenchmarkDeliver(b *testing.B) {
	benchmarkDeliver(b, &webhooktest.Endpoint{Handler: reading, Timeout: -1})
}

func BenchmarkDeliverWithDeadline(b *testing.B) {
	benchmarkDeliver(b, &webhooktest.Endpoint{Handler: reading})
}

func BenchmarkDeliverOverLoopback(b *testing.B) {
	server := httptest.NewServer(reading)
	b.Cleanup(server.Close)
	benchmarkDeliver(b, &webhooktest.Endpoint{URL: server.URL})
}

// BenchmarkDeliverAll makes, signs and delivers a new event each time, 16 at once.
func BenchmarkDeliverAll(b *testing.B) {
	server := httptest.NewServer(reading)
	b.Cleanup(server.Close)
	endpoint := &webhooktest.Endpoint{URL: server.URL}
	b.Cleanup(endpoint.Close)
	var source webhooktest.Source
	events := func(yield func(*webhooktest.Event) bool) {
		for range b.N { // b.Loop belongs to the benchmark's own goroutine
			event, err := source.Event("payment_intent.succeeded")
			if err != nil {
				b.Error(err)
				return
			}
			if !yield(event) {
				return
			}
		}
	}
	b.ReportAllocs()
	for response, err := range endpoint.DeliverAll(b.Context(), events, 16) {
		if err != nil {
			b.Fatal(err)
		}
		if !response.Accepted() {
			b.Fatal(response)
		}
	}
}

// reading is a handler that does what every handler must.
var reading = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
})

// benchmarkDeliver makes and delivers a new event each time: the attempts of one event would
// wait for a second of their own.
func benchmarkDeliver(b *testing.B, endpoint *webhooktest.Endpoint) {
	b.Cleanup(endpoint.Close)
	var source webhooktest.Source
	b.ReportAllocs()
	for b.Loop() {
		event, err := source.Event("payment_intent.succeeded")
		if err != nil {
			b.Fatal(err)
		}
		response, err := endpoint.Deliver(b.Context(), event)
		if err != nil {
			b.Fatal(err)
		}
		if !response.Accepted() {
			b.Fatal(response)
		}
	}
}
