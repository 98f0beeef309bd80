package webhooktest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// requireLayout wants a body that is laid out as Stripe's deliveries are.
func requireLayout(t *testing.T, body []byte) {
	t.Helper()
	require.Equal(t, string(layout.Opened.Indent(body, "")), string(body))
}

func TestEventsAreLaidOut(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, version := range realpart.Sample([]string{fixtures.DefaultVersion, "2025-03-31.basil", "latest"}, 2) {
		source := webhooktest.Source{APIVersion: version, Seed: 1}
		name, err := fixtures.FindVersion(version)
		require.NoError(t, err)
		empty := 0
		for _, eventType := range fixtures.Types(name) {
			event, err := source.Event(eventType)
			require.NoError(t, err)
			requireLayout(t, event.Body())
			empty += strings.Count(string(event.Body()), "[\n\n")
		}
		require.Positive(t, empty, "no event has an empty list")
	}
	var source webhooktest.Source
	for _, eventType := range fixtures.ThinTypes() {
		event, err := source.Event(eventType)
		require.NoError(t, err)
		require.Equal(t, string(layout.Closed.Indent(event.Body(), "")), string(event.Body()), "as the documentation shows it")
	}
	for _, name := range fixtures.Flows() {
		flow, err := source.Flow(name)
		require.NoError(t, err)
		for _, step := range flow.Steps {
			if !strings.HasPrefix(step.Event.Type(), "v1.") {
				requireLayout(t, step.Event.Body())
			}
		}
	}
}

// What Stripe delivers is told from what JSON.stringify(JSON.parse(body), null, 2) makes of it.
func TestEmptyIsOpened(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "invoice.paid", webhooktest.Set("data.object.custom_fields", []string{}), webhooktest.Set("data.object.metadata", struct{}{}))
	require.Contains(t, string(event.Body()), "\n      \"custom_fields\": [\n\n      ],\n")
	require.Contains(t, string(event.Body()), "\n      \"metadata\": {\n      },\n")
}

func TestEditsKeepTheLayout(t *testing.T) {
	t.Parallel()
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	for name, edits := range map[string][]webhooktest.Edit{
		"an empty list":              {webhooktest.Set("data.object.lines.data", []any{})},
		"an empty object":            {webhooktest.Set("data.object.metadata", raw(" { } "))},
		"compact JSON":               {webhooktest.Set("data.object.metadata", raw(`{"a":"b","c":{},"d":[[],{"e":[]}]}`))},
		"JSON with lines":            {webhooktest.Set("data.object.metadata", raw("{\n\t\"a\": [\n\t],\r\n\"b\":1.0}"))},
		"a new field":                {webhooktest.Add("data.object.new.field.list", raw("[]"))},
		"an element":                 {webhooktest.Add("data.object.lines.data.1", raw(`{"metadata":{},"discounts":[]}`))},
		"into what was empty":        {webhooktest.Set("data.object.metadata", raw("{}")), webhooktest.Set("data.object.metadata.a", raw("[]"))},
		"what was empty, once again": {webhooktest.Set("data.object.metadata", raw("{}")), webhooktest.Set("data.object.metadata", raw("[{}]"))},
		"all objects and lists gone": {webhooktest.Set("data", nil), webhooktest.Set("request", nil), webhooktest.Set("data", raw("{}"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireLayout(t, newEvent(t, "invoice.paid", edits...).Body())
		})
	}
}

// A payload of the user's own is edited in its own layout: the API answers with closed lists.
func TestEditsKeepTheLayoutOfOwnPayloads(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"{\n  \"id\": \"evt_1\",\n  \"data\": [],\n  \"type\": \"x\"\n}",
		`{"id":"evt_1","data":[],"type":"x"}`,
		"{\n  \"id\": \"evt_1\",\n  \"data\": [\n\n  ],\n  \"type\": \"x\"\n}",
	} {
		event, err := parse(t, body).Edit(webhooktest.Set("type", json.RawMessage(`{"a":[]}`)))
		require.NoError(t, err)
		back, err := event.Edit(webhooktest.Set("type", "x"))
		require.NoError(t, err)
		require.Equal(t, body, string(back.Body()))
		for how, empty := range map[layout.Layout]string{layout.Opened: "[\n\n", layout.Closed: "[]"} {
			if strings.Contains(body, empty) && strings.Contains(body, "\n") {
				require.Equal(t, string(how.Indent(event.Body(), "")), string(event.Body()))
			}
		}
	}
}

func TestMetadataKeepsItsOrder(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "invoice.paid",
		webhooktest.Set("data.object.metadata", json.RawMessage(`{"user_id":"7","plan":"gold"}`)), webhooktest.Set("data.object.metadata.order_id", "17"), webhooktest.Set("data.object.metadata.plan", "tin"))
	const metadata = "\n      \"metadata\": {\n        \"user_id\": \"7\",\n        \"plan\": \"tin\",\n        \"order_id\": \"17\""
	require.Contains(t, string(event.Body()), metadata+"\n      },\n")
	for _, mutation := range []string{"padded=20kB", "unicode", "odd-escapes"} {
		body := mutated(t, event, mutation)
		require.Contains(t, body, metadata+",\n", mutation)
		requireLayout(t, []byte(body))
	}
}

// A mutation changes the layout if that is what it is for, and only then.
func TestMutationsKeepTheLayout(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "customer.subscription.updated", webhooktest.Set("data.object.metadata", struct{}{}))
	for _, mutation := range []string{"unicode", "escaped-unicode", "odd-escapes", "odd-numbers", "shuffled-keys", "nulls", "extra-properties", "long-ids", "event-age=72h", "padded=60kB"} {
		body := mutated(t, event, mutation)
		require.NotEqual(t, string(event.Body()), body, mutation)
		requireLayout(t, []byte(body))
	}
	require.NotContains(t, mutated(t, event, "compact"), "\n")
	for mutation, line := range map[string]string{"crlf": "\r\n", "odd-whitespace": " \r\n\n"} {
		require.Contains(t, mutated(t, event, mutation), line, mutation)
	}
}
