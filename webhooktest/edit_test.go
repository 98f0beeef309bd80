package webhooktest_test

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestSet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit webhooktest.Edit
		want string // a line of the event
	}{
		{"a number", webhooktest.Set("data.object.amount", 4200), `      "amount": 4200,`},
		{"a large number", webhooktest.Set("data.object.amount", int64(math.MaxInt64)), `      "amount": 9223372036854775807,`},
		{"text", webhooktest.Set("data.object.currency", "eur"), `      "currency": "eur",`},
		{"text that is no ASCII", webhooktest.Set("data.object.description", "Zoë <&> 東京"), `      "description": "Zoë <&> 東京",`},
		{"nil", webhooktest.Set("data.object.customer", nil), `      "customer": null,`},
		{"a bool", webhooktest.Set("livemode", true), `  "livemode": true,`},
		{"JSON as it is written", webhooktest.Set("data.object.amount", json.RawMessage("1.0")), `      "amount": 1.0,`},
		{"a time", webhooktest.Set("created", epoch), `  "created": 1795303216,`},
		{"a time elsewhere", webhooktest.Set("created", epoch.In(time.FixedZone("", 3600))), `  "created": 1795303216,`},
		{"an element of a list", webhooktest.Set("data.object.payment_method_types.1", "paypal"), `        "paypal"`},
		{"an object", webhooktest.Set("data.object.metadata", map[string]string{"a": "b"}), `        "a": "b"`},
		{"the id", webhooktest.Set("id", "evt_mine"), `  "id": "evt_mine",`},
		{"metadata that is there", webhooktest.Set("data.object.metadata.order_id", "A-1"), `        "order_id": "A-1"`},
		{"metadata that is not, which comes last", webhooktest.Set("data.object.metadata.coupon", "TEA"), `        "coupon": "TEA"`},
		{"metadata with a dot", webhooktest.Set(`data.object.metadata.a\.b`, 1), `        "a.b": 1`},
		{"a Connect event", webhooktest.Set("account", "acct_1"), `  "account": "acct_1",`},
		{"an organization's event", webhooktest.Set("context", "ctx_1"), `  "context": "ctx_1",`},
		{"a field that may not exist", webhooktest.Add("data.object.beta", 7), `      "beta": 7,`},
		{"a field that does", webhooktest.Add("data.object.amount", 7), `      "amount": 7,`},
		{"a field in a field", webhooktest.Add("data.object.beta.gamma.delta", 7), `          "delta": 7`},
		{"a list's next element", webhooktest.Add("data.object.payment_method_types.2", "paypal"), `        "paypal"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event := newEvent(t, "payment_intent.succeeded", test.edit)
			require.Contains(t, strings.Split(string(event.Body()), "\n"), test.want)
			requireOtherLinesUnchanged(t, newEvent(t, "payment_intent.succeeded").Body(), event.Body())
		})
	}
}

// requireOtherLinesUnchanged wants two texts to have the same lines at the
// beginning and at the end, with one run of lines changed between.
func requireOtherLinesUnchanged(t *testing.T, before, after []byte) {
	t.Helper()
	old, edited := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	same := 0
	for same < min(len(old), len(edited)) && old[same] == edited[same] {
		same++
	}
	tail := 0
	for tail < min(len(old), len(edited))-same && old[len(old)-1-tail] == edited[len(edited)-1-tail] {
		tail++
	}
	const most = 6 // lines that one of the edits in the tables touches
	require.LessOrEqual(t, max(len(old), len(edited))-same-tail, most)
}

func TestSetErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		edit   webhooktest.Edit
		noPath bool
		want   string
	}{
		{"a typo", webhooktest.Set("data.object.amout", 1), true, `no such path "data.object.amout": did you mean data.object.amount`},
		{"the end of a path", webhooktest.Set("amount", 1), true, "did you mean data.object.amount"},
		{"beyond a list", webhooktest.Set("data.object.payment_method_types.2", 1), true, "did you mean data.object.payment_method_types"},
		{"inside a number", webhooktest.Set("data.object.amount.value", 1), true, "did you mean data.object.amount"},
		{"metadata of something else", webhooktest.Set("data.metadata", 1), true, "did you mean "},
		{"a gap in a list", webhooktest.Add("data.object.payment_method_types.7", 1), true, "the list has 2 elements: write position 2 to add one"},
		{"a name in a list", webhooktest.Add("data.object.payment_method_types.x", 1), true, "the list has 2 elements"},
		{"added inside a number", webhooktest.Add("data.object.amount.value", 1), true, "value is inside 4800, which is neither an object nor a list"},
		{"an index with a sign", webhooktest.Set("data.object.payment_method_types.+1", 1), true, "no such path"},
		{"no path", webhooktest.Set("", 1), false, `path "": empty key`},
		{"an empty key", webhooktest.Set("data..amount", 1), false, `path "data..amount": empty key`},
		{"no JSON", webhooktest.Set("data.object.amount", json.RawMessage("{1}")), false, "value for data.object.amount: line 1, column 2: invalid character '1'"},
		{"no value at all", webhooktest.Set("data.object.amount", json.RawMessage(nil)), false, "empty, want a JSON value"},
		{"what JSON cannot say", webhooktest.Set("data.object.amount", math.NaN()), false, "value for data.object.amount: json: unsupported value: NaN"},
		{"a version that is not there", webhooktest.Version(9), false, "version 9: payment_intent.succeeded has 0 versions"},
		{"a version before the first", webhooktest.Version(-1), false, "version -1: "},
		{"about unknown objects", webhooktest.About(parse(t, `{"id":"evt_1"}`)), false, "About: the other event has its own payload"},
		{"like unknown objects", webhooktest.Alike(parse(t, `{"id":"evt_1"}`)), false, "Alike: the other event has its own payload"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var source webhooktest.Source
			event, err := source.Event("payment_intent.succeeded", test.edit)
			require.Nil(t, event)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, test.noPath, isNoPath(err), err)
		})
	}
}

func TestEditsApplyInTheirOrder(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "payment_intent.succeeded",
		webhooktest.Set("data.object.amount", 1),
		webhooktest.Set("data.object.shipping", map[string]any{"name": "Ada"}),
		webhooktest.Set("data.object.amount", 2),
		webhooktest.Set("data.object.shipping.name", "Grace"))
	require.EqualValues(t, 2, at(t, event, "data.object.amount"))
	require.Equal(t, map[string]any{"name": "Grace"}, at(t, event, "data.object.shipping"))
}

// Added fields stand where Stripe puts them.
func TestAddKeepsKeyOrder(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "charge.succeeded",
		webhooktest.Add("zeta", 1), webhooktest.Add("context", "ctx_1"), webhooktest.Add("account", "acct_1"))
	var keys []string
	for _, line := range topLevel(event.Body()) {
		keys = append(keys, strings.Split(line, `"`)[1])
	}
	require.Equal(t, []string{
		"id", "object", "account", "api_version", "context", "created", "data",
		"livemode", "pending_webhooks", "request", "type", "zeta",
	}, keys)
}

func TestRemove(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"data.object.description", "data.object.metadata.order_id", "data.object.payment_method_types.0", "data.previous_attributes"} {
		var source webhooktest.Source
		event, err := source.Event("payment_intent.succeeded")
		require.NoError(t, err)
		removed, err := event.Edit(webhooktest.Remove(path))
		if _, had := event.Lookup(path); !had {
			require.ErrorIs(t, err, webhooktest.ErrNoPath)
			continue
		}
		require.NoError(t, err, path)
		require.True(t, json.Valid(removed.Body()))
		old, _ := event.Lookup(path)
		now, _ := removed.Lookup(path)
		require.True(t, now == nil || now != old, path)
		require.Less(t, len(removed.Body()), len(event.Body()))
	}
}

// In a flow, the other events about the object lack the field too.
func TestRemoveFromAFlow(t *testing.T) {
	t.Parallel()
	hook := webhooktest.New(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	flow := hook.Trigger("payment_intent.succeeded", webhooktest.Remove("data.object.description").For("payment_intent.succeeded"))
	require.NotEmpty(t, flow)
	for _, response := range flow {
		kind, _ := response.Event.Lookup("data.object.object")
		_, has := response.Event.Lookup("data.object.description")
		require.Equal(t, kind != "payment_intent", has, response.Event)
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "payment_intent.succeeded")
	id, _ := event.Lookup("data.object.id")
	require.Equal(t, id, event.Fill("{pi}"))
	require.Regexp(t, `^order ch_3\w{23} \{n\} \{"a": 1\}$`, event.Fill(`order {ch:2} {n} {"a": 1}`))
	require.NotEqual(t, event.Fill("{ch:2}"), event.Fill("{ch:3}"))
	other, err := new(webhooktest.Source).Event("payment_intent.succeeded")
	require.NoError(t, err)
	require.NotEqual(t, event.Fill("{order}"), other.Fill("{order}"))
}

func TestAbout(t *testing.T) {
	t.Parallel()
	var source webhooktest.Source
	intent := next(t, &source, "payment_intent.succeeded", webhooktest.Set("data.object.amount", 1))
	charge := next(t, &source, "charge.succeeded", webhooktest.About(intent))
	again := next(t, &source, "payment_intent.succeeded", webhooktest.About(charge))

	require.Equal(t, at(t, intent, "data.object.id"), at(t, charge, "data.object.payment_intent"))
	require.Equal(t, at(t, intent, "data.object.latest_charge"), at(t, charge, "data.object.id"))
	require.Equal(t, at(t, intent, "data.object.customer"), at(t, charge, "data.object.customer"))
	require.Equal(t, at(t, intent, "data.object.client_secret"), at(t, again, "data.object.client_secret"))
	require.Equal(t, at(t, intent, "data.object.metadata"), at(t, again, "data.object.metadata"))
	for _, own := range []string{"id", "request.id", "request.idempotency_key"} {
		require.NotEqual(t, at(t, intent, own), at(t, charge, own), own)
		require.NotEqual(t, at(t, intent, own), at(t, again, own), own)
	}
	require.NotEqual(t, at(t, intent, "data.object.id"), at(t, next(t, &source, "payment_intent.succeeded"), "data.object.id"))
}

// TestAboutIsLater holds that a handler can tell which of two events about one object is
// newer, though both were made in the same second.
func TestAboutIsLater(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Now: func() time.Time { return time.Unix(1_790_000_000, 0) }}
	created := next(t, &source, "customer.subscription.created")
	updated := next(t, &source, "customer.subscription.updated", webhooktest.About(created), webhooktest.Version(1))
	again := next(t, &source, "customer.subscription.updated", webhooktest.About(updated), webhooktest.Version(2))
	tied := next(t, &source, "customer.subscription.updated", webhooktest.About(again), webhooktest.Set("created", 1_790_000_002))
	for i, event := range []*webhooktest.Event{created, updated, again, tied} {
		require.EqualValues(t, 1_790_000_000+min(i, 2), at(t, event, "created"))
		require.Equal(t, at(t, created, "data.object.created"), at(t, event, "data.object.created"))
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	var source webhooktest.Source
	created := next(t, &source, "customer.subscription.created")
	first := next(t, &source, "customer.subscription.updated", webhooktest.About(created), webhooktest.Version(1))
	second := next(t, &source, "customer.subscription.updated", webhooktest.Version(2), webhooktest.About(created))

	require.Equal(t, at(t, created, "data.object.id"), at(t, second, "data.object.id"))
	require.Equal(t, "active", at(t, first, "data.object.status"))
	require.Equal(t, "past_due", at(t, second, "data.object.status"))
	previous := at(t, second, "data.previous_attributes").(map[string]any)
	require.ElementsMatch(t, []string{"items", "quantity", "status"}, slices.Collect(maps.Keys(previous)), "what differs from the version before")
	require.Equal(t, "active", previous["status"])
}

// Edits that are for a type are for events of that type.
func TestFor(t *testing.T) {
	t.Parallel()
	var source webhooktest.Source
	amount := webhooktest.Set("data.object.amount", 4200)
	charge, err := source.Event("charge.succeeded", amount.For("charge.succeeded"), webhooktest.Add("data.object.mine", true).For("charge.succeeded"))
	require.NoError(t, err)
	refund, err := source.Event("charge.refunded", webhooktest.About(charge).For("charge.refunded"), amount.For("charge.refunded"))
	require.NoError(t, err)
	amounts := make([]any, 3)
	amounts[0], _ = charge.Lookup("data.object.amount")
	amounts[1], _ = refund.Lookup("data.object.amount")
	edited, err := refund.Edit(webhooktest.Set("data.object.amount", 1).For("charge.refunded"))
	require.NoError(t, err)
	amounts[2], _ = edited.Lookup("data.object.amount")
	require.Equal(t, []any{4200.0, 4200.0, 1.0}, amounts)
	mine, _ := charge.Lookup("data.object.id")
	its, _ := refund.Lookup("data.object.id")
	require.Equal(t, mine, its, "About, for the type")

	_, err = source.Event("charge.refunded", amount.For("charge.succeeded"))
	require.EqualError(t, err, "edits for charge.succeeded: the event is charge.refunded")
	_, err = refund.Edit(amount.For("charge.succeeded"))
	require.ErrorContains(t, err, "the event is charge.refunded")
}

// Users give all events of a type one edit, also those about the same objects.
func TestRemoveInEventsAboutOneObject(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"data.object.lines.data.1", "data.object.metadata", "data.object.lines.data.0.metadata"} {
		remove := webhooktest.Remove(path)
		var source webhooktest.Source
		first, err := source.Event("invoice.paid", remove)
		require.NoError(t, err)
		second, err := source.Event("invoice.paid", webhooktest.About(first), remove)
		require.NoError(t, err, path)
		other, err := source.Event("invoice.payment_succeeded", webhooktest.About(second))
		require.NoError(t, err)
		for _, event := range []*webhooktest.Event{first, second, other} {
			_, there := event.Lookup(path)
			require.False(t, there, "%s of %s", path, event)
			_, line := event.Lookup("data.object.lines.data.0.id")
			require.True(t, line, "the other line of %s", event)
		}
	}
}
