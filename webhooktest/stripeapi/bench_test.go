package stripeapi_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// BenchmarkServer measures requests to an API that knows of few payments, and of as
// many as it keeps.
func BenchmarkServer(b *testing.B) {
	for _, payments := range []int{10, stripeapi.KeptEvents} {
		api := &stripeapi.Server{Seed: 1}
		source := webhooktest.Source{Seed: 1}
		var ids, customers, events []string
		for range payments {
			event, err := source.Event("payment_intent.succeeded")
			require.NoError(b, err)
			require.NoError(b, api.Add(event.Body()))
			id, _ := event.Lookup("data.object.id")
			customer, _ := event.Lookup("data.object.customer")
			ids, customers, events = append(ids, id.(string)), append(customers, customer.(string)), append(events, event.ID())
		}
		run := func(name, method string, path func(i int) string, body string) {
			b.Run(fmt.Sprintf("%s/of=%d", name, payments), func(b *testing.B) {
				for i := range b.N {
					if code := do(api, method, path(i%payments), body); code != 200 {
						b.Fatal(code)
					}
				}
			})
		}
		run("event", "GET", func(i int) string { return "/v1/events/" + events[i] }, "")
		run("known", "GET", func(i int) string { return "/v1/payment_intents/" + ids[i] }, "")
		run("inferred", "GET", func(i int) string { return "/v1/customers/" + customers[i] }, "")
		run("update", "POST", func(i int) string { return "/v1/payment_intents/" + ids[i] }, "metadata[a]=b")
		run("create", "POST", func(int) string { return "/v1/customers" }, "name=Rosa")
		run("list", "GET", func(int) string { return "/v1/payment_intents" }, "")
		run("events", "GET", func(int) string { return "/v1/events" }, "")
	}
}

func BenchmarkAdd(b *testing.B) {
	api := &stripeapi.Server{Seed: 1}
	source := webhooktest.Source{Seed: 1}
	for range b.N {
		event, err := source.Event("payment_intent.succeeded")
		require.NoError(b, err)
		require.NoError(b, api.Add(event.Body()))
	}
}

// BenchmarkFirstList measures the list that makes known whom many payments are about:
// nobody has asked for one of their customers before.
func BenchmarkFirstList(b *testing.B) {
	for _, payments := range []int{100, 1000, stripeapi.KeptEvents} {
		b.Run(fmt.Sprintf("of=%d", payments), func(b *testing.B) {
			source := webhooktest.Source{Seed: 1}
			events := make([][]byte, payments)
			for i := range events {
				event, err := source.Event("payment_intent.succeeded")
				require.NoError(b, err)
				events[i] = event.Body()
			}
			for range b.N {
				b.StopTimer()
				api := new(stripeapi.Server)
				for _, event := range events {
					require.NoError(b, api.Add(event))
				}
				b.StartTimer()
				if code := do(api, "GET", "/v1/customers?limit=1", ""); code != 200 {
					b.Fatal(code)
				}
			}
		})
	}
}
