package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// objectsOf returns what gives events objects of the app, for payments and refunds.
func objectsOf(t *testing.T, flags binding) *appObjects {
	t.Helper()
	bound, err := newBindings(bindings{version: fixtures.DefaultVersion, add: flags.add, handled: []string{"payment_intent.succeeded", "charge.refunded"}},
		flags.set, flags.remove, nil)
	require.NoError(t, err)
	objects, err := newAppObjects(bound, flags.prepare, flags.setFrom, 0)
	require.NoError(t, err)
	return objects
}

// applied is an event with those of some edits that are for its type.
func applied(t *testing.T, event *webhooktest.Event, edits []webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	edits = slices.DeleteFunc(slices.Clone(edits), func(edit webhooktest.Edit) bool { return !edit.Fits(event.Type()) })
	event, err := event.Edit(edits...)
	require.NoError(t, err)
	return event
}

// What --set gives events of another type is of the same object: its {n} is the same.
func TestFreshValuesOfLaterEvents(t *testing.T) {
	t.Parallel()
	objects := objectsOf(t, binding{set: []string{"payment_intent.succeeded:data.object.description=order {n}", "charge.refunded:data.object.receipt_email=buyer{n}@example.com"}})
	var source webhooktest.Source
	for _, want := range []string{"1", "2"} {
		payment, err := source.Event("payment_intent.succeeded")
		require.NoError(t, err)
		edits, err := objects.prepare(t.Context(), payment)
		require.NoError(t, err)
		for eventType, field := range map[string][2]string{"payment_intent.succeeded": {"description", "order " + want}, "charge.refunded": {"receipt_email", "buyer" + want + "@example.com"}} {
			event, err := source.Event(eventType)
			require.NoError(t, err)
			got, _ := applied(t, event, edits).Lookup("data.object." + field[0])
			require.Equal(t, field[1], got)
		}
	}
}

// What a list or a command names for one type reaches the later events of that type.
func TestRowsNameTypes(t *testing.T) {
	t.Parallel()
	row, err := readRow([]byte(`{"charge.refunded:data.object.receipt_email": "a@example.com", "data.object.description": "for a:b"}`))
	require.NoError(t, err)
	var source webhooktest.Source
	payment, err := source.Event("payment_intent.succeeded")
	require.NoError(t, err)
	_, edits, err := fitting(payment, row, nil)
	require.NoError(t, err)
	for eventType, path := range map[string]string{"payment_intent.succeeded": "description", "charge.refunded": "receipt_email"} {
		event, err := source.Event(eventType)
		require.NoError(t, err)
		got, _ := applied(t, event, edits).Lookup("data.object." + path)
		require.Contains(t, []any{"a@example.com", "for a:b"}, got, eventType)
	}
}

func TestFreshValues(t *testing.T) {
	t.Parallel()
	objects := objectsOf(t, binding{set: []string{
		"data.object.metadata.order_id=order-{n}", "data.object.metadata.number={n}", "data.object.description=for {pi}",
		"charge.refunded:data.object.receipt_email={order}@example.com", "data.object.metadata.shop=main",
	}})
	var source webhooktest.Source
	for _, want := range []string{"1", "2"} {
		event, err := source.Event("payment_intent.succeeded")
		require.NoError(t, err)
		edits, err := objects.prepare(t.Context(), event)
		require.NoError(t, err)
		event = applied(t, event, edits)
		id, _ := event.Lookup("data.object.id")
		for path, want := range map[string]any{
			"data.object.metadata.order_id": "order-" + want, "data.object.metadata.number": want, "data.object.description": "for " + id.(string),
		} {
			got, _ := event.Lookup(path)
			require.Equal(t, want, got, path)
		}
		_, constant := event.Lookup("data.object.metadata.shop")
		require.False(t, constant, "what is the same in all events is no object's own")
	}
	refund, err := source.Event("charge.refunded")
	require.NoError(t, err)
	edits, err := objects.prepare(t.Context(), refund)
	require.NoError(t, err)
	refund = applied(t, refund, edits)
	email, _ := refund.Lookup("data.object.receipt_email")
	require.Regexp(t, `^order_\w{10}@example\.com$`, email)
}

func TestNothingOfTheAppsOwn(t *testing.T) {
	t.Parallel()
	require.Nil(t, objectsOf(t, binding{set: []string{"data.object.metadata.order_id=T-100", `data.object.metadata={"a": "b"}`}}))
}

func TestKnownObjectsAreUsedOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "orders.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(`{"data.object.metadata.order_id": "a", "data.object.amount_received": 700}`+"\n\n"+`{"data.object.metadata.order_id": "b"}`), 0o600))
	objects := objectsOf(t, binding{setFrom: file})
	var source webhooktest.Source
	event, err := source.Event("payment_intent.succeeded")
	require.NoError(t, err)
	for _, want := range []string{"a", "b"} {
		edits, err := objects.prepare(t.Context(), event)
		require.NoError(t, err)
		known, err := event.Edit(edits...)
		require.NoError(t, err)
		got, _ := known.Lookup("data.object.metadata.order_id")
		require.Equal(t, want, got)
	}
	_, err = objects.prepare(t.Context(), event)
	require.ErrorIs(t, err, contract.ErrNoObject)
	require.ErrorContains(t, err, "all 2 of "+file+" are used")
}

func TestListsOfObjects(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a typo in a path", `{"data.object.amuont": 1}`, "line 1: "},
		{"no JSON", "{\"data.object.amount\": 1}\norder-17", "line 2: want paths and values as JSON"},
		{"nothing", " \n", "no objects: want a line of JSON for each"},
	} {
		file := filepath.Join(t.TempDir(), "orders.jsonl")
		require.NoError(t, os.WriteFile(file, []byte(test.text), 0o600))
		bound, err := newBindings(bindings{version: fixtures.DefaultVersion}, nil, nil, nil)
		require.NoError(t, err)
		_, err = newAppObjects(bound, "", file, 0)
		require.ErrorContains(t, err, test.want, test.name)
	}
}

func TestCommandMakesObjects(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs sh")
	}
	var source webhooktest.Source
	event, err := source.Event("payment_intent.succeeded", webhooktest.Set("data.object.metadata.user-id", "7"))
	require.NoError(t, err)
	prepared := func(command string) (*webhooktest.Event, error) {
		edits, err := objectsOf(t, binding{prepare: command, set: []string{"data.object.metadata.order_id=order-{n}"}}).prepare(t.Context(), event)
		if err != nil {
			return nil, err
		}
		return event.Edit(edits...)
	}
	made, err := prepared(`echo "{\"data.object.description\": \"$EVENT_TYPE $OBJECT_ID $OBJECT_AMOUNT $OBJECT_METADATA_ORDER_ID $OBJECT_METADATA_USER_ID $OBJECT_N\"}"`)
	require.NoError(t, err)
	id, _ := event.Lookup("data.object.id")
	said, _ := made.Lookup("data.object.description")
	require.Equal(t, "payment_intent.succeeded "+id.(string)+" 4800 order-1 7 1", said)

	silent, err := prepared("true")
	require.NoError(t, err)
	order, _ := silent.Lookup("data.object.metadata.order_id")
	require.Equal(t, "order-1", order)

	for command, want := range map[string]string{
		"echo no database >&2; exit 3":           "--prepare-cmd: exit status 3: no database",
		"echo order-17":                          "printed: want paths and values as JSON",
		`echo '{"data.object.amuont": 1}'`:       `no such path "data.object.amuont"`,
		`echo '{"data.object.amount": 1}' trail`: "printed: want paths and values as JSON",
	} {
		_, err := prepared(command)
		require.ErrorContains(t, err, want)
	}
}

func TestRemovedAndAddedFields(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	bound, err := newBindings(bindings{version: fixtures.DefaultVersion, add: true}, []string{"data.object.beta=7"}, []string{"payment_intent.succeeded:data.object.description"}, nil)
	require.NoError(t, err)
	var source webhooktest.Source
	event, err := source.Event("payment_intent.succeeded", bound.edits("payment_intent.succeeded")...)
	require.NoError(t, err)
	beta, _ := event.Lookup("data.object.beta")
	require.Equal(t, 7.0, beta)
	_, described := event.Lookup("data.object.description")
	require.False(t, described)
	for _, test := range []struct{ set, remove, want string }{
		{set: "data.object.beta=7", want: "--add creates a path"},
		{remove: "data.object.beta", want: `--remove "data.object.beta": `},
		{remove: "nosuch.type:data.object.amount", want: "unknown event type"},
		{remove: "data.object.amount=7", want: "want PATH or TYPE:PATH"},
	} {
		var set, remove []string
		if test.set != "" {
			set = append(set, test.set)
		}
		if test.remove != "" {
			remove = append(remove, test.remove)
		}
		_, err := newBindings(bindings{version: fixtures.DefaultVersion}, set, remove, nil)
		require.ErrorContains(t, err, test.want)
	}
}

// A run that finds no effect may have met objects that an earlier run used up.
func TestObjectsMayBeUsedUp(t *testing.T) {
	t.Parallel()
	report := func(verdict contract.Verdict) *contract.Report {
		return &contract.Report{Cases: []contract.Result{{ID: caseOfEffect, Verdict: verdict}}}
	}
	numbered := objectsOf(t, binding{set: []string{"data.object.metadata.order_id=order-{n}"}})
	for _, test := range []struct {
		why     string
		objects *appObjects
		verdict contract.Verdict
		want    string
	}{
		{"they are numbered", numbered, contract.Fail, "object 1 of the app may be used up"},
		{"there is an effect", numbered, contract.Pass, ""},
		{"each is made by a command", objectsOf(t, binding{prepare: "make-order"}), contract.Fail, ""},
		{"which numbers them", objectsOf(t, binding{prepare: "make-order $OBJECT_N"}), contract.Fail, "object 1 of the app may be used up"},
		{"there are none", nil, contract.Fail, ""},
	} {
		require.Contains(t, mayBeUsedUp(report(test.verdict), test.objects), test.want, test.why)
		if test.want == "" {
			require.Empty(t, mayBeUsedUp(report(test.verdict), test.objects), test.why)
		}
	}
}

// A command that makes the payment of a refund is told whether it made that payment before.
func TestPreparedIDs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("runs a shell command")
	}
	log := filepath.Join(t.TempDir(), "calls")
	objects := objectsOf(t, binding{prepare: `echo "$EVENT_TYPE $PREPARED_IDS" >> ` + log})
	var source webhooktest.Source
	payment, err := source.Event("payment_intent.succeeded")
	require.NoError(t, err)
	refund, err := source.Event("charge.refunded", webhooktest.About(payment))
	require.NoError(t, err)
	other, err := source.Event("charge.refunded")
	require.NoError(t, err)
	for _, event := range []*webhooktest.Event{payment, refund, other} {
		_, err := objects.prepare(t.Context(), event)
		require.NoError(t, err)
	}
	id, _ := payment.Lookup("data.object.id")
	calls, err := os.ReadFile(log)
	require.NoError(t, err)
	lines := strings.Split(string(calls), "\n")
	require.Equal(t, "payment_intent.succeeded ", lines[0])
	require.Contains(t, strings.Fields(lines[1]), id)
	require.NotContains(t, strings.Fields(lines[2]), id)
}

// What a failed command says is told in one line.
func TestBriefFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ why, said, want string }{
		{"one line", "no database", "exit status 1: no database"},
		{"the first says it", "UNIQUE constraint failed\nat line 3", "exit status 1: UNIQUE constraint failed"},
		{"the first only announces a trace", "Traceback (most recent call last):\n  File x\nKeyError: 'id'", "exit status 1: KeyError: 'id'"},
		{"it says nothing", "", "exit status 1"},
	} {
		require.EqualError(t, (&failed{"sh x", errors.New("exit status 1"), test.said}).brief(), test.want, test.why)
	}
}
