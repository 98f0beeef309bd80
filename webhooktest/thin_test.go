package webhooktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// thinSource makes events at a moment that is no full second.
func thinSource() *webhooktest.Source {
	at := time.Date(2026, time.November, 22, 10, 0, 0, 348e6, time.FixedZone("", 3600))
	return &webhooktest.Source{Seed: 7, Now: stopped(at)}
}

func TestThinEvent(t *testing.T) {
	t.Parallel()
	event := next(t, thinSource(), "v1.payment_intent.succeeded")
	require.Equal(t, `{
  "id": "evt_65`+event.ID()[len("evt_65"):]+`",
  "object": "v2.core.event",
  "type": "v1.payment_intent.succeeded",
  "livemode": false,
  "created": "2026-11-22T09:00:00.348Z",
  "context": null,
  "related_object": {
    "id": "`+at(t, event, "related_object.id").(string)+`",
    "type": "payment_intent",
    "url": "/v1/payment_intents/`+at(t, event, "related_object.id").(string)+`"
  },
  "reason": {
    "type": "request",
    "request": {
      "id": "`+at(t, event, "reason.request.id").(string)+`",
      "idempotency_key": "`+at(t, event, "reason.request.idempotency_key").(string)+`"
    }
  }
}`, string(event.Body()))
	require.Equal(t, "v1.payment_intent.succeeded", event.Type())
	require.Regexp(t, `^evt_65[0-9A-Za-z]{44}$`, event.ID())
	require.Equal(t, string(event.Body()), string(next(t, thinSource(), "v1.payment_intent.succeeded").Body()), "the same seed, the same bytes")

	appended, err := thinSource().AppendEvent([]byte("before "), "v1.payment_intent.succeeded")
	require.NoError(t, err)
	require.Equal(t, "before "+string(event.Body()), string(appended))
}

func TestThinEnvelope(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, eventType string
		source          *webhooktest.Source
		edits           []webhooktest.Edit
		path            string
		want            any
	}{
		{"caused by nobody's request", "v1.billing.meter.no_meter_found", &webhooktest.Source{}, nil, "reason", nil},
		{"about no object", "v1.billing.meter.no_meter_found", &webhooktest.Source{}, nil, "related_object", nil},
		{"live", "v2.core.account.created", &webhooktest.Source{Livemode: true}, nil, "livemode", true},
		{"of a connected account", "v2.core.account.created", &webhooktest.Source{Account: "acct_1Shop"}, nil, "context", "acct_1Shop"},
		{"unversioned", "v2.core.account.created", &webhooktest.Source{APIVersion: "2025-03-31.basil"}, nil, "type", "v2.core.account.created"},
		{"an id", "v1.charge.refunded", &webhooktest.Source{}, []webhooktest.Edit{webhooktest.Set("related_object.id", "ch_mine")}, "related_object.id", "ch_mine"},
		{"a time", "v1.charge.refunded", &webhooktest.Source{}, []webhooktest.Edit{webhooktest.Set("created", time.Unix(1700000000, 5e8))}, "created", "2023-11-14T22:13:20.500Z"},
		{"a context", "v1.charge.refunded", &webhooktest.Source{}, []webhooktest.Edit{webhooktest.Set("context", "acct_1A/acct_1B")}, "context", "acct_1A/acct_1B"},
		{"the snapshot event", "v1.charge.refunded", &webhooktest.Source{}, []webhooktest.Edit{webhooktest.Set("snapshot_event", "evt_1A")}, "snapshot_event", "evt_1A"},
		{"what is new", "v1.charge.refunded", &webhooktest.Source{}, []webhooktest.Edit{webhooktest.Add("future.field", 1)}, "future.field", 1.0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, at(t, next(t, test.source, test.eventType, test.edits...), test.path))
		})
	}
}

func TestThinAbout(t *testing.T) {
	t.Parallel()
	source := thinSource()
	payment := next(t, source, "payment_intent.succeeded")
	thin := next(t, source, "v1.payment_intent.succeeded", webhooktest.About(payment), webhooktest.Set("snapshot_event", payment.ID()))
	require.Equal(t, at(t, payment, "data.object.id"), at(t, thin, "related_object.id"))
	charge := next(t, source, "v1.charge.succeeded", webhooktest.About(thin))
	require.Equal(t, at(t, payment, "data.object.latest_charge"), at(t, charge, "related_object.id"))
	account := next(t, source, "v2.core.account.created")
	person := next(t, source, "v2.core.account_person.created", webhooktest.About(account))
	require.Contains(t, at(t, person, "related_object.url"), at(t, account, "related_object.url").(string)+"/persons/person_61")
	require.NotEqual(t, at(t, account, "related_object.id"), at(t, next(t, source, "v2.core.account.created"), "related_object.id"))
}

func TestThinMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, eventType string
		edit            webhooktest.Edit
		is              error
		want            string
	}{
		{"a state", "v1.customer.subscription.updated", webhooktest.Version(2), nil, "version 2: a thin event carries nothing of its object"},
		{"an object's field", "v1.charge.refunded", webhooktest.Set("data.object.amount", 1), nil, `path "data.object.amount": a thin event carries nothing of its object`},
		{"an added one", "v1.charge.refunded", webhooktest.Add("data.object.amount", 1), nil, "a thin event carries nothing of its object"},
		{"an account, which is the context here", "v1.charge.refunded", webhooktest.Set("account", "acct_1"), nil, `path "account": a thin event carries nothing of its object, and its account as context`},
		{"a typo", "v1.charge.refundet", webhooktest.Set("id", "evt_1"), fixtures.ErrUnknownType, "did you mean v1.charge.refunded"},
		{"a forgotten version", "core.account.created", webhooktest.Set("id", "evt_1"), fixtures.ErrUnknownType, "did you mean v2.core.account.created"},
		{"a type without a counterpart", "v1.sku.created", webhooktest.Set("id", "evt_1"), fixtures.ErrUnknownType, "did you mean v1."},
		{"a path", "v1.../../counterparts", webhooktest.Set("id", "evt_1"), fixtures.ErrUnknownType, "did you mean v1."},
		{"a snapshot event that has a counterpart", "charge.refunded", webhooktest.Set("snapshot_event", "evt_1"), webhooktest.ErrNoPath, "snapshot_event"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := thinSource().Event(test.eventType, test.edit)
			require.ErrorContains(t, err, test.want)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
		})
	}
	flow, err := thinSource().Flow("v1.payment_intent.succeeded")
	require.NoError(t, err)
	require.Len(t, flow.Steps, 1)
	require.Equal(t, "v1.payment_intent.succeeded", flow.Steps[0].Event.Type())
}

// The caller's own payload may be an event that was fetched, with data.
func TestThinPayloadOfOnesOwn(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"id":"evt_1","object":"v2.core.event","type":"v1.x","data":{"a":1}}`)
	edited, err := event.Edit(webhooktest.Set("data.a", 2), webhooktest.Add("data.b", 3))
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"evt_1","object":"v2.core.event","type":"v1.x","data":{"a":2,"b":3}}`, string(edited.Body()))
}

func TestThinMutations(t *testing.T) {
	t.Parallel()
	refund, meter := next(t, thinSource(), "v1.charge.refunded"), next(t, thinSource(), "v1.billing.meter.no_meter_found")
	for _, mutation := range []string{"unicode", "escaped-unicode", "odd-escapes", "odd-numbers", "nulls", "padded=60kB"} {
		_, err := (&webhooktest.Endpoint{Handler: accept}).Deliver(t.Context(), refund, mutation)
		require.ErrorContains(t, err, "mutation "+strings.TrimSuffix(mutation, "=60kB")+": a thin event carries nothing of its object")
	}
	_, err := (&webhooktest.Endpoint{Handler: accept}).Deliver(t.Context(), refund, "newer-version")
	require.ErrorContains(t, err, "mutation newer-version: nothing to change: a thin event has no version")
	before := at(t, refund, "related_object.id").(string)
	for _, test := range []struct {
		event          *webhooktest.Event
		mutation, path string
		check          func(t *testing.T, value any)
	}{
		{refund, "body-tampered", "related_object.id", func(t *testing.T, value any) {
			require.NotEqual(t, before, value)
			require.Len(t, value, len(before))
		}},
		{meter, "body-tampered", "id", func(t *testing.T, value any) { require.NotEqual(t, meter.ID(), value) }},
		{refund, "event-age=72h", "created", func(t *testing.T, value any) {
			created, err := time.Parse(time.RFC3339, value.(string))
			require.NoError(t, err)
			require.WithinDuration(t, epoch.Add(-72*time.Hour), created, time.Minute)
		}},
		{refund, "extra-properties", "related_object.future_field.enabled", func(t *testing.T, value any) { require.Equal(t, true, value) }},
		{meter, "extra-properties", "future_field.enabled", func(t *testing.T, value any) { require.Equal(t, true, value) }},
		{refund, "long-ids", "related_object.url", func(t *testing.T, value any) {
			id, found := strings.CutPrefix(value.(string), "/v1/charges/")
			require.True(t, found)
			require.Len(t, id, 255)
			require.True(t, strings.HasPrefix(id, before))
		}},
	} {
		t.Run(test.mutation, func(t *testing.T) {
			t.Parallel()
			test.check(t, at(t, parse(t, mutated(t, test.event, test.mutation)), test.path))
		})
	}
}

// Thin events are signed as all others are.
func TestThinSignature(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler}
	deliver(t, endpoint, next(t, new(webhooktest.Source), "v2.core.event_destination.ping"))
	got := handler.last(t)
	require.NoError(t, webhook.ValidatePayload([]byte(got.Body), got.signature(), webhooktest.DefaultSecret))
}
