package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// No shape of a type that handlers often have to do with has a fresh text where the plain
// event has none: freshIn looks at that alone.
func TestFreshTextsOfShapes(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, eventType := range []string{"checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "customer.subscription.updated"} {
		plain := &binder{subject: &Subject{}, objects: newAppObjects(new(boundPaths))}
		known := plain.freshIn(eventType)
		for _, shape := range fixtures.Variants(eventType) {
			for _, path := range plain.freshInShape(eventType, shape.Name) {
				path = strings.Replace(path, "data.previous_attributes.", "data.object.", 1) // an earlier event has it there
				require.True(t, slices.Contains(known, path), "%s, %s: %s", eventType, shape.Name, path)
			}
		}
	}
}

// The app's own names differ in each event, as ids do: an event names them by their roles.
func TestFreshTextsAreNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		eventType string
		want      []string
	}{
		{"checkout.session.completed", []string{"data.object.client_reference_id", "data.object.metadata.order_id", "data.object.customer_details.email"}},
		{"invoice.paid", []string{"data.object.number", "data.object.customer_email"}},
		{"customer.updated", []string{"data.object.email"}},
		{"balance.available", nil},
	} {
		b := &binder{subject: &Subject{}, objects: newAppObjects(new(boundPaths))}
		source := newEventSource(new(Suite), b.subject)
		event, err := source.event(test.eventType)
		require.NoError(t, err)
		o := observe(event)
		b.name(o, single, event)
		for _, path := range test.want {
			value, _ := event.Lookup(path)
			require.NotEmpty(t, o.ids[value.(string)], "%s: %s", test.eventType, path)
		}
		currency, _ := event.Lookup("data.object.currency")
		text, _ := currency.(string)
		require.Empty(t, o.ids[text], "what all events share is no name")
	}
}

// What is sold is the same to all customers: it names no object of the app. What names one
// is what apps look up.
func TestPricesBindNothing(t *testing.T) {
	t.Parallel()
	const items = "data.object.items.data.0."
	for path, want := range map[string]bool{
		items + "price.id": false, items + "price.product": false, items + "plan.id": false, "data.object.plan.product": false,
		"data.object.metadata.user_id": true, "data.object.customer": true, "data.object.latest_invoice": true,
	} {
		subject := new(Subject)
		b := &binder{subject: subject, objects: newAppObjects(new(boundPaths))}
		source := newEventSource(&Suite{Seed: 1}, subject)
		before, err := source.event("customer.subscription.updated")
		require.NoError(t, err)
		after, err := before.Edit(webhooktest.Add(path, "cus_own7"))
		require.NoError(t, err)
		require.Equal(t, want, len(b.boundIn(before, after)) > 0, path)
		subject.Bind = []string{path}
		require.NotEmpty(t, b.boundIn(before, after), "%s, since the user says so", path)
	}
}
