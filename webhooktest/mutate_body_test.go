package webhooktest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// mutated returns the body that a handler gets.
func mutated(t *testing.T, event *webhooktest.Event, mutations ...string) string {
	t.Helper()
	handler := new(recorder)
	deliver(t, &webhooktest.Endpoint{Handler: handler, Now: stopped(epoch)}, event, mutations...)
	return handler.last(t).Body
}

func TestPadded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		size string
		want int
	}{
		{"22kB", 22_000},
		{"60kB", 60_000},
		{"64KiB", 64 << 10},
		{"70kB", 70_000},
		{"110kB", 110_000},
		{"110KB", 110_000}, // units in any case
		{"300000", 300_000},
		{"12346B", 12_346},
	}
	for _, test := range tests {
		t.Run(test.size, func(t *testing.T) {
			t.Parallel()
			event := newEvent(t, "payment_intent.succeeded")
			body := mutated(t, event, "padded="+test.size)
			require.Len(t, body, test.want)
			require.Equal(t, at(t, event, "data.object.metadata.order_id"), at(t, parse(t, body), "data.object.metadata.order_id"), "existing metadata is kept")
		})
	}
}

func TestPaddedShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		body      string
		mutations []string
	}{
		{"no metadata", `{"data":{"object":{"id":"cus_1"}}}`, nil},
		{"no object", `{"id":"evt_1"}`, nil},
		{"metadata is null", `{"data":{"object":{"metadata":null}}}`, nil},
		{"metadata of several lines", "{\n  \"data\": {\n    \"object\": {\n      \"metadata\": {}\n    }\n  }\n}", nil},
		{"in one line", `{"data": {"object": {"metadata": {}}}}`, []string{"compact"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := mutated(t, parse(t, test.body), append(test.mutations, "padded=9kB")...)
			require.Len(t, body, 9000)
			metadata := at(t, parse(t, body), "data.object.metadata").(map[string]any)
			for key, value := range metadata {
				require.LessOrEqual(t, len(key), 40, "https://docs.stripe.com/api/metadata")
				require.LessOrEqual(t, len(value.(string)), 500, "https://docs.stripe.com/api/metadata")
			}
		})
	}
}

// The size is exact or an error: a body of another size would prove nothing.
func TestPaddedByLittle(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"data":{"object":{"metadata":{"a":"b"}}}}`)
	for more := -1; more < 100; more++ {
		handler := new(recorder)
		_, err := (&webhooktest.Endpoint{Handler: handler}).Deliver(t.Context(), event, fmt.Sprint("padded=", len(event.Body())+more))
		if err != nil {
			require.Less(t, more, 50)
			require.ErrorContains(t, err, "is too little for a body of ")
		} else {
			require.Len(t, handler.last(t).Body, len(event.Body())+more)
		}
	}
}

func TestBodyTampered(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		body, want string
	}{
		{"the object's first number", `{"created":5,"data":{"object":{"a":0,"b":49}}}`, `{"created":5,"data":{"object":{"a":0,"b":59}}}`},
		{"nine wraps to one", `{"data":{"object":{"b":9}}}`, `{"data":{"object":{"b":1}}}`},
		{"not a digit in a string", `{"data":{"object":{"id":"pi_3","n":2}}}`, `{"data":{"object":{"id":"pi_3","n":3}}}`},
		{"no object", `{"created":5}`, `{"created":6}`},
		{"no number", `{"id":"evt_1"}`, `{"id":"evt_1"} `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event := parse(t, test.body)
			require.Equal(t, test.want, mutated(t, event, "body-tampered"))
			require.Equal(t, test.body, string(event.Body()), "the event itself does not change")
		})
	}
}

func TestNulls(t *testing.T) {
	t.Parallel()
	body := mutated(t, newEvent(t, "payment_intent.succeeded"), "nulls")
	for _, path := range []string{"customer", "shipping", "payment_method_options"} {
		require.Nil(t, at(t, parse(t, body), "data.object."+path), path)
	}
	for _, path := range []string{"client_secret", "latest_charge"} { // declared as nullable, but there in each
		require.NotNil(t, at(t, parse(t, body), "data.object."+path), path)
	}

	endpoint := &webhooktest.Endpoint{Handler: accept}
	_, err := endpoint.Deliver(t.Context(), parse(t, `{"id":"evt_1"}`), "nulls")
	require.ErrorContains(t, err, "nullable fields are known only for events from fixtures")
}

// A lengthened id is the same everywhere: a handler that follows the charge to
// its payment finds it.
func TestLongIDsStayLinked(t *testing.T) {
	t.Parallel()
	intent := newEvent(t, "payment_intent.succeeded")
	source := webhooktest.Source{Seed: 7, Now: stopped(epoch)}
	charge, err := source.Event("charge.succeeded", webhooktest.About(intent))
	require.NoError(t, err)

	longIntent, longCharge := parse(t, mutated(t, intent, "long-ids")), parse(t, mutated(t, charge, "long-ids"))
	require.Len(t, at(t, longIntent, "data.object.id"), 255)
	require.Equal(t, at(t, longIntent, "data.object.id"), at(t, longCharge, "data.object.payment_intent"))
}

func TestLongIDsLengthensIDsOnly(t *testing.T) {
	t.Parallel()
	invoice := newEvent(t, "invoice.created")
	body := parse(t, mutated(t, invoice, "long-ids"))
	require.Equal(t, "charge_automatically", at(t, body, "data.object.collection_method"))

	failed := newEvent(t, "payment_intent.payment_failed")
	body = parse(t, mutated(t, failed, "long-ids"))
	require.Equal(t, "requires_payment_method", at(t, body, "data.object.status"))
	secret := at(t, body, "data.object.client_secret").(string)
	require.True(t, strings.HasPrefix(secret, at(t, body, "data.object.id").(string)+"_secret_"), "clients cut the id from it: %s", secret)
}

func TestShuffledKeysAreTheEventsOwn(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "charge.succeeded")
	require.Equal(t, mutated(t, event, "shuffled-keys"), mutated(t, event, "shuffled-keys"), "the same each time")
}

// Every rewriting of the body keeps what it says.
func TestRewritingsAreTheSameJSON(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"a":1.0,"b":[1e2,"\u00e9\/<",{"c":9007199254740993,"c.d":{}}],"e":"é😀","data":{"object":{"metadata":{}}}}`)
	plain, escaped := mutated(t, event, "unicode"), mutated(t, event, "escaped-unicode")
	require.JSONEq(t, plain, escaped)
	for _, mutation := range []string{"compact", "crlf", "odd-whitespace", "trailing-newline", "shuffled-keys"} {
		body := mutated(t, event, mutation)
		require.JSONEq(t, string(event.Body()), body, mutation)
		require.True(t, json.Valid([]byte(body)), mutation)
		for _, spelling := range []string{"1.0", "1e2", `"\u00e9\/<"`, "9007199254740993"} {
			require.Contains(t, body, spelling, mutation)
		}
	}
}

// at returns the value at a path that the event has.
func at(t *testing.T, event *webhooktest.Event, path string) any {
	t.Helper()
	value, ok := event.Lookup(path)
	require.True(t, ok, path)
	return value
}
