package webhooktest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// newFlow returns a flow that is the same in each run.
func newFlow(t *testing.T, name string, edits ...webhooktest.Edit) *webhooktest.Flow {
	t.Helper()
	source := webhooktest.Source{Seed: 42, Now: stopped(epoch)}
	flow, err := source.Flow(name, edits...)
	require.NoError(t, err)
	return flow
}

// typesOf returns the types of a flow's events in their order.
func typesOf(f *webhooktest.Flow) (types []string) {
	for _, step := range f.Steps {
		types = append(types, step.Event.Type())
	}
	return types
}

// values returns what each event of a flow has at a path, nil for nothing.
func values(f *webhooktest.Flow, path string) (values []any) {
	for _, step := range f.Steps {
		value, _ := step.Event.Lookup(path)
		values = append(values, value)
	}
	return values
}

func TestFlowOrder(t *testing.T) {
	t.Parallel()
	arrival := []string{"charge.succeeded", "payment_intent.succeeded", "payment_intent.created"}
	flow := newFlow(t, "payment_intent.succeeded")
	require.Equal(t, "payment", flow.Name)
	require.Equal(t, arrival, typesOf(flow))
	require.Equal(t, arrival, typesOf(newFlow(t, "payment")), "by the flow's name")

	causal := flow.Causal()
	require.Equal(t, []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"}, typesOf(causal))
	require.Equal(t, arrival, typesOf(flow), "the flow itself stays")
	require.True(t, slices.IsSortedFunc(causal.Steps, func(a, b webhooktest.FlowStep) int { return int(a.After - b.After) }))

	require.Equal(t, typesOf(flow.Shuffled(3)), typesOf(flow.Shuffled(3)))
	require.ElementsMatch(t, arrival, typesOf(flow.Shuffled(3)))
	orders := make(map[string]bool)
	for seed := range uint64(20) {
		orders[typesOf(flow.Shuffled(seed))[0]] = true
	}
	require.Len(t, orders, 3, "each of three events comes first with some seed")
}

// A type that no flow leads to is a flow of one event.
func TestFlowOfOneEvent(t *testing.T) {
	t.Parallel()
	flow := newFlow(t, "coupon.created", webhooktest.Set("data.object.percent_off", 30))
	require.Equal(t, []string{"coupon.created"}, typesOf(flow))
	require.Equal(t, []any{30.0}, values(flow, "data.object.percent_off"))
}

func TestFlowEdits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit webhooktest.Edit
		path string
		want []any // of charge.succeeded, payment_intent.succeeded, payment_intent.created
	}{
		{"an amount is the charge's too", webhooktest.Set("data.object.amount", 9900), "data.object.amount", []any{9900.0, 9900.0, 9900.0}},
		{"what was received was the amount, where it was", webhooktest.Set("data.object.amount", 9900), "data.object.amount_received", []any{nil, 9900.0, 0.0}},
		{"of another event", webhooktest.Set("data.object.currency", "eur").For("charge.succeeded"), "data.object.currency", []any{"eur", "eur", "eur"}},
		{"an id is everywhere", webhooktest.Set("data.object.id", "pi_mine"), "data.object.payment_intent", []any{"pi_mine", nil, nil}},
		{"new metadata is copied to the charge", webhooktest.Set("data.object.metadata.tier", "gold"), "data.object.metadata.tier", []any{"gold", "gold", "gold"}},
		{"that of the charge is its own", webhooktest.Set("data.object.metadata.tier", "gold").For("charge.succeeded"), "data.object.metadata.tier", []any{"gold", nil, nil}},
		{"a new field too", webhooktest.Add("data.object.extra", true), "data.object.extra", []any{nil, true, true}},
		{"the event's own is its own", webhooktest.Set("pending_webhooks", 5), "pending_webhooks", []any{1.0, 5.0, 1.0}},
		{"an amount of another event", webhooktest.Set("data.object.amount", 7).For("payment_intent.created"), "data.object.amount", []any{7.0, 7.0, 7.0}},
		{"a key of metadata with a colon", webhooktest.Set("data.object.metadata.a:b", "c"), "data.object.metadata.a:b", []any{"c", "c", "c"}},
		{"a state is not shared with another", webhooktest.Set("data.object.status", "processing").For("payment_intent.created"), "data.object.status", []any{"succeeded", "succeeded", "processing"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, values(newFlow(t, "payment_intent.succeeded", test.edit), test.path))
		})
	}
}

func TestFlowErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		flow string
		edit webhooktest.Edit
		want string
	}{
		{"payment", webhooktest.Set("data.object.amount", 1), "set data.object.amount: of which event? The flow has charge.succeeded, payment_intent.succeeded, payment_intent.created (in Go, For says it"},
		{"payment", webhooktest.Set("data.object.total", 1).For("invoice.paid"), "set data.object.total of invoice.paid: the flow has charge.succeeded, payment_intent.succeeded, payment_intent.created"},
		{"charge.succeeded", webhooktest.Set("data.object.amuont", 1), "did you mean data.object.amount"},
		{"charge.succeeded", webhooktest.Set("data.object.amount", make(chan int)), "unsupported type"},
		{"charge.succeeded", webhooktest.Version(1).For("charge.succeeded"), "About and Version are for Source.Event"},
		{"charge.succeeded", webhooktest.Version(1), "About and Version are for Source.Event"},
	}
	for _, test := range tests {
		_, err := new(webhooktest.Source).Flow(test.flow, test.edit)
		require.ErrorContains(t, err, test.want)
	}
	for _, name := range []string{"paymnt", "", "../flows/payment", "charge.suceeded"} {
		_, err := new(webhooktest.Source).Flow(name)
		require.ErrorIs(t, err, fixtures.ErrUnknownType, name)
	}
}

// In real time an event goes out when it arrives in the flow; otherwise as soon as
// the one before is through.
func TestFlowInRealTime(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		flow, err := new(webhooktest.Source).Flow("payment")
		require.NoError(t, err)
		start := time.Now()
		require.Len(t, slices.Collect(flow.Events()), len(flow.Steps))
		require.Zero(t, time.Since(start))
		i := 0
		for event := range flow.EventsInRealTime(t.Context()) {
			require.Same(t, flow.Steps[i].Event, event)
			require.Equal(t, flow.Steps[i].After, time.Since(start))
			i++
		}
		require.Equal(t, len(flow.Steps), i)
	})
}

func TestHookTrigger(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	responses := webhooktest.New(t, handler).Trigger("payment_intent.succeeded")
	require.Len(t, responses, 3)
	require.Len(t, handler.all(), 3)
	require.True(t, responses[2].Accepted())
}

// Events about an object agree on when it was made, however much later they are.
func TestAboutKeepsWhenTheObjectWasMade(t *testing.T) {
	t.Parallel()
	now := epoch
	source := webhooktest.Source{Now: func() time.Time { return now }}
	processing, err := source.Event("payment_intent.processing")
	require.NoError(t, err)
	now = now.Add(72 * time.Hour)
	canceled, err := source.Event("payment_intent.canceled", webhooktest.About(processing))
	require.NoError(t, err)
	for path, same := range map[string]bool{"data.object.id": true, "data.object.created": true, "created": false, "id": false} {
		before, _ := processing.Lookup(path)
		after, _ := canceled.Lookup(path)
		require.Equal(t, same, before == after, path)
	}
	ended, _ := canceled.Lookup("data.object.canceled_at")
	require.InDelta(t, now.Unix(), ended, 5, "what the event changes, it changes when it is created")
}
