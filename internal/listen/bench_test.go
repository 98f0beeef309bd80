package listen_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// BenchmarkHub is deliveries through the hub, each of an event of its own, from Submit
// to the record of the answer: in this process, over loopback, with a journal, and with
// the API, which learns of each event.
func BenchmarkHub(b *testing.B) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	})
	for _, c := range []struct {
		name                   string
		network, journals, api bool
	}{
		{name: "process"},
		{name: "loopback", network: true},
		{name: "loopback and journal", network: true, journals: true},
		{name: "loopback, journal and API", network: true, journals: true, api: true},
	} {
		b.Run(c.name, func(b *testing.B) {
			hub := &listen.Hub{Queue: b.N + 1, Concurrency: 64}
			if c.journals {
				journaled(b, filepath.Join(b.TempDir(), "journal"), hub)
			}
			if c.api {
				hub.API = new(stripeapi.Server)
			}
			endpoint := listen.Endpoint{Handler: handler}
			if c.network {
				endpoint = listen.Endpoint{URL: newServer(b, handler)}
			}
			add(b, hub, endpoint)
			source := webhooktest.Source{Seed: 7}
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					event, err := source.Event("payment_intent.succeeded")
					if err != nil {
						panic(err)
					}
					if _, err := hub.Submit(context.Background(), listen.Request{Event: event}); err != nil {
						panic(err)
					}
				}
			})
			for hub.Summary().Waiting > 0 {
				for range hub.Follow(context.Background(), fmt.Sprint("dlv_", b.N)) {
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			require.Equal(b, b.N, shutdown(b, hub).Delivered)
		})
	}
}
