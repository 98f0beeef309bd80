package contract_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What a canceled request leaves half done is done when the event comes again, or nothing was.
func TestRequestsThatEndHalfway(t *testing.T) {
	t.Parallel()
	const halfway = "resilience/hang-up-halfway"
	for _, test := range []struct {
		name string
		take func(ctx context.Context, seen, rows map[string]string, event, object string) error
		want contract.Verdict
	}{
		{"marks, and then works", func(ctx context.Context, seen, rows map[string]string, event, object string) error {
			if seen[event] != "" {
				return nil
			}
			seen[event] = "yes"
			if err := ctx.Err(); err != nil {
				return err
			}
			rows[event] = object
			return nil
		}, contract.Fail},
		{"works, and then marks", func(ctx context.Context, seen, rows map[string]string, event, object string) error {
			for i := range 2 {
				if _, done := rows[event]; i == 1 && !done {
					rows[event] = object
				}
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			seen[event] = "yes"
			return nil
		}, contract.Pass},
		{"counts twice what it does not mark", func(ctx context.Context, seen, rows map[string]string, event, object string) error {
			if seen[event] != "" {
				return nil
			}
			rows[event] += object + " "
			if err := ctx.Err(); err != nil {
				return err
			}
			seen[event] = "yes"
			return nil
		}, contract.Fail},
		{"keeps a claim that nobody takes back", func(ctx context.Context, seen, rows map[string]string, event, object string) error {
			if seen[event] == "at work" {
				return &zooError{409, "in progress"}
			}
			seen[event] = "at work"
			if err := ctx.Err(); err != nil {
				return err
			}
			rows[event], seen[event] = object, "yes"
			return nil
		}, contract.Pass}, // it may time out, long before Stripe's next attempt
		{"works on in a context of its own", func(ctx context.Context, seen, rows map[string]string, event, object string) error {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
			defer cancel()
			if err := ctx.Err(); err != nil || seen[event] != "" {
				return err
			}
			rows[event], seen[event] = object, "yes"
			return nil
		}, contract.Skip},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				seen, rows := make(map[string]string), make(map[string]string)
				subject := zooApp(t, []string{"payment_intent.succeeded"}, 0, func(d *zooDelivery) error {
					if d.event.Type != "payment_intent.succeeded" {
						return nil
					}
					return test.take(d.r.Context(), seen, rows, d.event.ID, zooField(d, "id"))
				}, func() any { return maps.Clone(rows) })
				_, byID := results(t, subject, halfway)
				require.Equal(t, test.want, byID[halfway].Verdict, "%s", byID[halfway])
			})
		})
	}
}
