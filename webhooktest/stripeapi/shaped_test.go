package stripeapi_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Each SDK asks for the API version that it is pinned to.
func TestAnswersHaveTheVersionAskedFor(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const moved, kept = "items.data.0.current_period_end", "current_period_end"
	for name, test := range map[string]struct {
		event, asked       string // versions
		method, path       string
		in                 string // where the object is in the answer
		has, lacks, params string
	}{
		"as it was added":            {"", "", "GET", "/v1/subscriptions/SUB", "", kept, moved, ""},
		"a later version":            {"", "2025-03-31.basil", "GET", "/v1/subscriptions/SUB", "", moved, kept, ""},
		"the newest":                 {"", "2026-10-28.endive", "GET", "/v1/subscriptions/SUB", "", moved, kept, ""},
		"the same later one":         {"basil", "2025-08-27.basil", "GET", "/v1/subscriptions/SUB", "", moved, kept, ""},
		"an earlier one":             {"basil", "2023-10-16", "GET", "/v1/subscriptions/SUB", "", moved, kept, ""},
		"one that the fixtures lack": {"", "2020-08-27", "GET", "/v1/subscriptions/SUB", "", kept, moved, ""},
		"a list":                     {"", "2025-03-31.basil", "GET", "/v1/subscriptions", "data.0.", moved, kept, ""},
		"expanded":                   {"", "2025-03-31.basil", "GET", "/v1/invoices/INV?expand[]=subscription", "parent.subscription_details.subscription.", moved, kept, ""},
		"an object that is made":     {"", "2025-03-31.basil", "GET", "/v1/invoices/INV", "", "parent.type", "subscription", ""},
		"the response to a write":    {"", "2025-03-31.basil", "POST", "/v1/subscriptions/SUB", "", moved, kept, "description=new"},
		"what a write makes":         {"", "2025-03-31.basil", "POST", "/v1/prices", "", "recurring", "recurring.aggregate_usage", "currency=usd&unit_amount=5&product=prod_1&recurring[interval]=month"},
		"a part":                     {"", "2025-03-31.basil", "GET", "/v1/invoices/INV/lines", "data.0.", "pricing.price_details.price", "price", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := new(stripeapi.Server)
			source := webhooktest.Source{APIVersion: test.event}
			event, err := source.Event("customer.subscription.updated")
			require.NoError(t, err)
			require.NoError(t, api.Add(event.Body()))
			subscription, _ := event.Lookup("data.object.id")
			invoice, _ := event.Lookup("data.object.latest_invoice")
			path := strings.NewReplacer("SUB", subscription.(string), "INV", invoice.(string)).Replace(test.path)
			get := func(method, path, params string) *webhooktest.Event {
				r := httptest.NewRequest(method, path, strings.NewReader(params))
				r.Header.Set("Authorization", "Bearer sk_test_1")
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Stripe-Version", test.asked)
				w := httptest.NewRecorder()
				api.ServeHTTP(w, r)
				require.Equal(t, 200, w.Code, w.Body)
				require.True(t, json.Valid(w.Body.Bytes()))
				answer, err := webhooktest.ParseEvent(w.Body.Bytes())
				require.NoError(t, err)
				return answer
			}
			answer := get(test.method, path, test.params)
			_, has := answer.Lookup(test.in + test.has)
			_, lacks := answer.Lookup(test.in + test.lacks)
			require.True(t, has, "%s in %s", test.in+test.has, answer.Body())
			require.False(t, lacks, "%s in %s", test.in+test.lacks, answer.Body())
			same := get("GET", "/v1/events/"+event.ID(), "")
			require.JSONEq(t, string(event.Body()), string(same.Body()), "an event stays as it was delivered")
		})
	}
}
