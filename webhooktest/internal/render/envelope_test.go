package render_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// An envelope is an event without its data.
type envelope struct {
	ID              string
	Object          string
	Account         string
	APIVersion      string `json:"api_version"`
	Created         int64
	Livemode        bool
	PendingWebhooks int `json:"pending_webhooks"`
	Request         struct {
		ID             *string
		IdempotencyKey *string `json:"idempotency_key"`
	}
	Type string
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, eventType string
		options         render.Options
		id, account     string // regular expressions
		version         string
		live, requested bool
	}{
		{"the default", "customer.created", render.Options{}, `^evt_1.{23}$`, `^$`, fixtures.DefaultVersion, false, true},
		{"about a payment", "payment_intent.created", render.Options{}, `^evt_3.{23}$`, `^$`, fixtures.DefaultVersion, false, true},
		{"live mode", "customer.created", render.Options{Livemode: true}, `^evt_`, `^$`, fixtures.DefaultVersion, true, true},
		{"another version", "customer.created", render.Options{APIVersion: "2024-06-20"}, `^evt_`, `^$`, "2024-06-20", false, true},
		{"of an account", "customer.created", render.Options{Account: "acct_1"}, `^evt_`, `^acct_1$`, fixtures.DefaultVersion, false, true},
		{"of connected accounts only", "account.application.authorized", render.Options{}, `^evt_`, `^acct_1.{15}$`, fixtures.DefaultVersion, false, false},
		{"caused by no request", "balance.available", render.Options{}, `^evt_`, `^$`, fixtures.DefaultVersion, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			template, err := test.options.Load(test.eventType, 0)
			require.NoError(t, err)
			body, id := template.Event(who)
			var e envelope
			require.NoError(t, json.Unmarshal(body, &e))
			require.Equal(t, id, e.ID)
			require.Regexp(t, test.id, e.ID)
			require.Regexp(t, test.account, e.Account)
			require.Equal(t, []any{"event", test.version, noon.Unix(), test.live, 1, test.eventType},
				[]any{e.Object, e.APIVersion, e.Created, e.Livemode, e.PendingWebhooks, e.Type})
			require.Equal(t, test.requested, e.Request.ID != nil && e.Request.IdempotencyKey != nil)
		})
	}
}

// The keys are in Stripe's order, and the text is laid out as Stripe does.
func TestEnvelopeLayout(t *testing.T) {
	t.Parallel()
	template, err := (&render.Options{Account: "acct_1"}).Load("balance.available", 0)
	require.NoError(t, err)
	body, id := template.Event(who)
	require.Regexp(t, `(?s)^\{
  "id": "`+id+`",
  "object": "event",
  "account": "acct_1",
  "api_version": "2023-10-16",
  "created": 1795348800,
  "data": \{
    "object": \{
      "object": "balance",
.*
  \},
  "livemode": false,
  "pending_webhooks": 1,
  "request": \{
    "id": null,
    "idempotency_key": null
  \},
  "type": "balance\.available"
\}$`, string(body))
}

// TestAboutTheAccount holds that what a connected account sends about itself is about the
// account that sends it, and that other accounts stay others.
func TestAboutTheAccount(t *testing.T) {
	t.Parallel()
	for eventType, path := range map[string]string{
		"account.updated": "id", "account.external_account.created": "account", "capability.updated": "account", "person.created": "account",
		"transfer.created": "",
	} {
		template, err := (&render.Options{Account: "acct_1Seller"}).Load(eventType, 0)
		require.NoError(t, err)
		body, _ := template.Event(who)
		if path == "" {
			require.NotContains(t, string(body), `"destination": "acct_1Seller"`)
			continue
		}
		about, err := rawjson.Get(body, "data.object."+path)
		require.NoError(t, err)
		require.Equal(t, `"acct_1Seller"`, string(about), eventType)
	}
}

func TestThinEnvelope(t *testing.T) {
	t.Parallel()
	template, err := (&render.Options{Account: "acct_1"}).Load("v1.charge.refunded", 0)
	require.NoError(t, err)
	require.True(t, template.Thin)
	body, id := template.Event(who)
	require.Regexp(t, `^\{
  "id": "`+id+`",
  "object": "v2\.core\.event",
  "type": "v1\.charge\.refunded",
  "livemode": false,
  "created": "2026-11-22T12:00:00\.500Z",
  "context": "acct_1",
  "related_object": \{
    "id": "(ch_3\w{23})",
    "type": "charge",
    "url": "/v1/charges/ch_3\w{23}"
  \},
  "reason": \{
    "type": "request",
    "request": \{
      "id": "req_\w{14}",
      "idempotency_key": "[0-9a-f-]{36}"
    \}
  \}
\}$`, string(body))
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, eventType string
		options         render.Options
		version         int
		set             render.Changes
		want            string
	}{
		{"an unknown type", "charge.refundet", render.Options{}, 0, nil, `unknown event type "charge.refundet": did you mean charge.refunded?`},
		{"no version", "charge.refunded", render.Options{APIVersion: "newest"}, 0, nil, `API version "newest"`},
		{"an account with a brace", "charge.refunded", render.Options{Account: "{pi}"}, 0, nil, `account "{pi}"`},
		{"a state that there is not", "customer.subscription.updated", render.Options{}, 99, nil, "version 99: customer.subscription.updated has "},
		{"a path that there is not", "charge.refunded", render.Options{}, 0, render.Changes{"data.object.amuont": json.RawMessage("1")}, `no such path "data.object.amuont"`},
		{"a state of a thin event", "v1.charge.refunded", render.Options{}, 1, nil, render.ErrThin.Error()},
	} {
		_, err := test.options.LoadFlow(&render.FlowEvent{Type: test.eventType, Version: test.version, Set: test.set})
		require.ErrorContains(t, err, test.want, test.name)
	}
}
