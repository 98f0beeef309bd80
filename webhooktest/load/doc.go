// Package load sends many events to a webhook handler and checks their effects: how many
// the state shows, which events were lost, which were counted twice, and which forgeries
// had an effect. It also reports rates and latencies.
//
//	shop := NewShop("whsec_test")
//	l := load.Load{
//		Endpoint: &webhooktest.Endpoint{Handler: shop, Secrets: []string{"whsec_test"}},
//		Mix:      []load.Share{{Name: "payment_intent.succeeded"}},
//		Count:    10_000,
//		State:    func(context.Context) (any, error) { return shop.Orders(), nil },
//	}
//	report, err := l.Run(t.Context())
//	require.NoError(t, err)
//	require.True(t, report.Verdict.Sound(), report.Verdict)
//
// Every event is unique and freshly signed. With a Rate, events arrive on schedule no
// matter what the handler does, and latency includes the time an event waited for a free connection.
// The verdict needs no expected values: it learns the effect of one clean delivery, and
// scales it.
//
// This is the only package under webhooktest that imports more than the standard library:
// HdrHistogram, for percentiles.
package load
