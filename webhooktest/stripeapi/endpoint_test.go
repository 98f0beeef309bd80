package stripeapi_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

func TestEndpoints(t *testing.T) {
	var told []string
	api := &stripeapi.Server{}
	api.OnEndpoint = func(change stripeapi.Change, e stripeapi.Endpoint) error {
		api.Called() // the server can be called from its hooks
		if strings.Contains(e.URL, "refused") {
			return errors.New("not this one")
		}
		require.Equal(t, change == stripeapi.Created, strings.HasPrefix(e.Secret, "whsec_"))
		told = append(told, string(change)+" "+e.URL)
		return nil
	}
	sc := newClient(t, api, testKey)
	made, err := sc.WebhookEndpoints.New(&stripe.WebhookEndpointParams{
		URL: stripe.String("https://shop.example.com/a"), EnabledEvents: stripe.StringSlice([]string{"charge.succeeded", "invoice.paid"}),
		APIVersion: stripe.String("2023-10-16"), Description: stripe.String("till"), Metadata: map[string]string{"n": "1"}, Connect: stripe.Bool(true),
	})
	require.NoError(t, err)
	require.Regexp(t, "^whsec_[0-9A-Za-z]{32}$", made.Secret)
	require.Equal(t, []any{"https://shop.example.com/a", []string{"charge.succeeded", "invoice.paid"}, "2023-10-16", "enabled", "till", map[string]string{"n": "1"}},
		[]any{made.URL, made.EnabledEvents, made.APIVersion, made.Status, made.Description, made.Metadata})

	got, err := sc.WebhookEndpoints.Get(made.ID, nil)
	require.NoError(t, err)
	require.Empty(t, got.Secret, "shown once")
	require.Equal(t, made.EnabledEvents, got.EnabledEvents)

	got, err = sc.WebhookEndpoints.Update(made.ID, &stripe.WebhookEndpointParams{URL: stripe.String("https://shop.example.com/b"), Disabled: stripe.Bool(true), Metadata: map[string]string{"n": "", "m": "2"}})
	require.NoError(t, err)
	require.Equal(t, []any{"https://shop.example.com/b", "disabled", made.EnabledEvents, "", map[string]string{"m": "2"}},
		[]any{got.URL, got.Status, got.EnabledEvents, got.Secret, got.Metadata})

	elsewhere := api.AddEndpoint(stripeapi.Endpoint{URL: "http://localhost:4242", EnabledEvents: []string{"*"}, Secret: "whsec_hidden"})
	require.Equal(t, 2, count(t, sc.WebhookEndpoints.List(nil)))
	answer := request(t, api, "GET", "/v1/webhook_endpoints", "")
	require.NotContains(t, answer.Body.String(), "whsec")
	api.RemoveEndpoint(elsewhere.ID)

	_, err = sc.WebhookEndpoints.New(&stripe.WebhookEndpointParams{URL: stripe.String("https://refused.example.com"), EnabledEvents: stripe.StringSlice([]string{"*"})})
	require.Equal(t, "not this one", stripeError(t, err).Msg)
	_, err = sc.WebhookEndpoints.Del(made.ID, nil)
	require.NoError(t, err)
	_, err = sc.WebhookEndpoints.Get(made.ID, nil)
	require.Equal(t, 404, stripeError(t, err).HTTPStatusCode)
	require.Zero(t, count(t, sc.WebhookEndpoints.List(nil)))
	require.Equal(t, []string{"created https://shop.example.com/a", "updated https://shop.example.com/b", "deleted https://shop.example.com/b"}, told)
}

func TestEndpointRefusals(t *testing.T) {
	for body, message := range map[string]string{
		"":                               "Missing required param: url",
		"url=https://a.example":          "Missing required param: enabled_events",
		"url=ftp://a&enabled_events[]=*": "want an http or https URL",
		"url=https://a&enabled_events=":  "want event types, or *",
		"url=https://a&enabled_events[]=*&api_version=2025-04-01.basil":     "Invalid Stripe API version: 2025-04-01.basil. Known here are those from 2023-10-16 to 2026-10-28.endive.",
		"url=https://a&enabled_events[]=*&enabled_events[]=charge.suceeded": "Invalid enabled_events[1]: must be an event type or *; unknown event type \\\"charge.suceeded\\\": did you mean charge.succeeded?",
		"url=https://a&enabled_events[]=*&api_version=basil":                "Invalid Stripe API version: basil.",
	} {
		answer := request(t, &stripeapi.Server{}, "POST", "/v1/webhook_endpoints", body)
		require.Equal(t, 400, answer.Code, body)
		require.Contains(t, answer.Body.String(), message)
	}
}
