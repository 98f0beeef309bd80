package webhooktest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func isNoPath(err error) bool { return errors.Is(err, webhooktest.ErrNoPath) }

func TestParseEvent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body    string
		id, eventType string
	}{
		{"an event", `{"id":"evt_1","type":"charge.succeeded"}`, "evt_1", "charge.succeeded"},
		{"its layout", " {\r\n\t\"id\" : \"evt_1\" ,\"x\":1.0, \"y\":\"\\u00e9\\/\"}\n\n", "evt_1", ""},
		{"escapes in the id", `{"id":"evt_\u0031"}`, "evt_1", ""},
		{"no event", `{}`, "", ""},
		{"an id that is no text", `{"id":1,"type":null}`, "", ""},
		{"an id further in", `{"data":{"id":"evt_2"}}`, "", ""},
		{"a thin event", `{"id":"evt_test_65","object":"v2.core.event","type":"v1.billing.meter"}`, "evt_test_65", "v1.billing.meter"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event := parse(t, test.body)
			require.Equal(t, test.body, string(event.Body()))
			require.Equal(t, test.body, mutated(t, event), "delivered byte for byte")
			require.Equal(t, test.id, event.ID())
			require.Equal(t, test.eventType, event.Type())
		})
	}
}

func TestEventString(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"id":"evt_1","type":"charge.succeeded"}`: "charge.succeeded [evt_1]",
		`{"id":"evt_1"}`: "(no type) [evt_1]",
		`{}`:             "(no type) [no id]",
		`{"id":"evt_\u001b[2J","type":"a\nb\u202e"}`: "a b\uFFFD [evt_\uFFFD[2J]", // it is printed on terminals
	} {
		require.Equal(t, want, parse(t, body).String())
	}
}

// An event does not change when the caller's buffer does.
func TestParseEventCopies(t *testing.T) {
	t.Parallel()
	buffer := []byte(`{"id":"evt_1"}`)
	event, err := webhooktest.ParseEvent(buffer)
	require.NoError(t, err)
	copy(buffer, `{"id":"evt_2"}`)
	require.Equal(t, `{"id":"evt_1"}`, string(event.Body()))
}

func TestParseEventErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       string
	}{
		{"nothing", "", "line 1, column 1: empty, want a JSON value"},
		{"white space", " \n", "line 1, column 1: empty, want a JSON value"},
		{"a list", "[1]", "line 1, column 1: want a JSON object, got [1]"},
		{"null", "null", "line 1, column 1: want a JSON object, got null"},
		{"long text", `"0123456789012345678901234567890"`, `want a JSON object, got "0123456789012345678`},
		{"a bad value", "{\n  \"id\": oops\n}", "line 2, column 9: invalid character 'o'"},
		{"a comma too many", "{\n  \"id\": 1,\n}", "line 3, column 1: invalid character '}'"},
		{"cut off", "{\n  \"id\"", "line 2, column 6: unexpected end of JSON input"},
		{"two values", "{} {}", "line 1, column 4: invalid character '{' after top-level value"},
		{"a byte order mark", "\ufeff{}", "line 1, column 1: a byte order mark"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event, err := webhooktest.ParseEvent([]byte(test.body))
			require.Nil(t, event)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// The livemode of the caller's own payload decides on the v0 decoy.
func TestParseEventLivemode(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"livemode":true}`:  "t v1",
		`{"livemode":false}`: "t v1 v0",
		`{}`:                 "t v1 v0",
	} {
		response := deliver(t, &webhooktest.Endpoint{Handler: accept}, parse(t, body))
		require.Equal(t, want, keysOf(response.Signature), body)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	original := parse(t, `{"id":"evt_1", "type":"charge.failed", "data":{"object":{"amount":1.0}}}`)
	edited, err := original.Edit(webhooktest.Set("id", "evt_2"), webhooktest.Add("data.object.paid", true))
	require.NoError(t, err)
	require.Equal(t, `{"id":"evt_2", "type":"charge.failed", "data":{"object":{"amount":1.0,"paid":true}}}`, string(edited.Body()))
	require.Equal(t, "evt_2", edited.ID())
	require.Equal(t, `{"id":"evt_1", "type":"charge.failed", "data":{"object":{"amount":1.0}}}`, string(original.Body()))
	require.Equal(t, "evt_1", original.ID())
}

// An edited event is still one from fixtures: what is known of its objects stays
// known.
func TestEditKeepsFixture(t *testing.T) {
	t.Parallel()
	original := newEvent(t, "payment_intent.succeeded")
	edited, err := original.Edit(webhooktest.Set("data.object.amount", 1))
	require.NoError(t, err)
	require.Nil(t, at(t, parse(t, mutated(t, edited, "nulls")), "data.object.shipping"))

	charge := newEvent(t, "charge.succeeded", webhooktest.About(edited))
	require.Equal(t, at(t, original, "data.object.id"), at(t, charge, "data.object.payment_intent"))
}

func TestEditErrors(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "charge.succeeded")
	_, err := event.Edit(webhooktest.Set("data.object.amout", 1))
	require.ErrorIs(t, err, webhooktest.ErrNoPath)
	require.ErrorContains(t, err, "event charge.succeeded [evt_")

	for _, edit := range []webhooktest.Edit{webhooktest.About(event), webhooktest.Version(1)} {
		_, err := event.Edit(edit)
		require.ErrorContains(t, err, "About and Version are for Source.Event")
	}
	_, err = parse(t, `{"type":"x"}`).Edit(webhooktest.Add("type.of", 1))
	require.ErrorContains(t, err, `of is inside "x"`)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"a":{"b":[1,{"c.d":"é"}],"n":null},"t":true}`)
	tests := []struct {
		path  string
		want  any
		found bool
	}{
		{"t", true, true},
		{"a.b.0", 1.0, true},
		{`a.b.1.c\.d`, "é", true},
		{"a.n", nil, true}, // null is a value
		{"a.b.2", nil, false},
		{"a.b.-1", nil, false},
		{"a.b.x", nil, false},
		{"a.b.1.c.d", nil, false},
		{"a.n.x", nil, false},
		{"", nil, false},
	}
	for _, test := range tests {
		value, found := event.Lookup(test.path)
		require.Equal(t, test.found, found, test.path)
		require.Equal(t, test.want, value, test.path)
	}
}

// TestWithBody: an event made from another is delivered as one that was parsed, also by
// what is decided by its mode (a decoy signature) and kind.
func TestWithBody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"charge.succeeded", "v1.billing.meter.error_report_triggered"} {
		for _, live := range []bool{false, true} {
			source := webhooktest.Source{Livemode: live, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }}
			sample, err := source.Event(name)
			require.NoError(t, err)
			other, err := source.Event(name)
			require.NoError(t, err)
			parsed, err := webhooktest.ParseEvent(other.Body())
			require.NoError(t, err)
			made := sample.WithBody(other.ID(), other.Body())
			require.NotEqual(t, sample.ID(), made.ID())
			require.Equal(t, []any{parsed.ID(), parsed.Type(), string(parsed.Body())}, []any{made.ID(), made.Type(), string(made.Body())})
			var signatures []string
			endpoint := &webhooktest.Endpoint{Now: source.Now, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				signatures = append(signatures, r.Header.Get(webhooktest.SignatureHeader))
			})}
			for _, event := range []*webhooktest.Event{parsed, made} {
				_, err := endpoint.Deliver(t.Context(), event)
				require.NoError(t, err)
			}
			require.Equal(t, signatures[0], signatures[1])
		}
	}
}
