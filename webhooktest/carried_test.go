package webhooktest_test

import (
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What was set in an event's object is there in later events about it, and where Stripe
// copies it to.
func TestAboutCarriesWhatWasSet(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const created, updated, invoice, intent, charge, session = "customer.subscription.created", "customer.subscription.updated", "invoice.paid",
		"payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"
	set, add := webhooktest.Set, webhooktest.Add
	for name, c := range map[string]struct {
		reason  string
		version string
		first   string
		edits   []webhooktest.Edit
		then    string
		later   []webhooktest.Edit
		path    string
		want    any
	}{
		"a new key of metadata":          {"the same object", "", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, updated, nil, "data.object.metadata.user", "7"},
		"a known key":                    {"the same object", "", created, []webhooktest.Edit{set("data.object.metadata.tea", "mate")}, updated, nil, "data.object.metadata.tea", "mate"},
		"all metadata":                   {"the same object", "", created, []webhooktest.Edit{set("data.object.metadata", map[string]string{"a": "b"})}, updated, nil, "data.object.metadata", map[string]any{"a": "b"}},
		"metadata, set again":            {"the later edit counts", "", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, updated, []webhooktest.Edit{set("data.object.metadata.user", "8")}, "data.object.metadata.user", "8"},
		"two edits of one path":          {"the last counts", "", created, []webhooktest.Edit{set("data.object.metadata.user", "6"), set("data.object.metadata.user", "7")}, updated, nil, "data.object.metadata.user", "7"},
		"an edit below another":          {"they apply in order", "", created, []webhooktest.Edit{set("data.object.metadata", map[string]string{"a": "b"}), set("data.object.metadata.a", "c")}, updated, nil, "data.object.metadata", map[string]any{"a": "c"}},
		"an id":                          {"it is that of the object", "", created, []webhooktest.Edit{set("data.object.id", "sub_mine")}, updated, nil, "data.object.id", "sub_mine"},
		"an id, for its invoice":         {"it is named there", "", created, []webhooktest.Edit{set("data.object.id", "sub_mine")}, invoice, nil, "data.object.subscription", "sub_mine"},
		"the customer":                   {"the same object", "", created, []webhooktest.Edit{set("data.object.customer", "cus_mine")}, updated, nil, "data.object.customer", "cus_mine"},
		"the customer of the invoice":    {"an id is the same everywhere", "", created, []webhooktest.Edit{set("data.object.customer", "cus_mine")}, invoice, nil, "data.object.customer", "cus_mine"},
		"the customer in a thin event":   {"there, too", "", "customer.created", []webhooktest.Edit{set("data.object.id", "cus_mine")}, "v1.customer.updated", nil, "related_object.id", "cus_mine"},
		"the price":                      {"deep inside", "", created, []webhooktest.Edit{set("data.object.items.data.0.price.id", "price_mine")}, updated, nil, "data.object.items.data.0.price.id", "price_mine"},
		"an id beside metadata":          {"they do not disturb each other", "", created, []webhooktest.Edit{set("data.object.id", "sub_mine"), set("data.object.metadata.user", "7")}, updated, nil, "data.object.metadata.user", "7"},
		"a field that was added":         {"the object has it", "", created, []webhooktest.Edit{add("data.object.extra", true)}, updated, nil, "data.object.extra", true},
		"a field that was removed":       {"the object lacks it", "", created, []webhooktest.Edit{webhooktest.Remove("data.object.metadata.tea")}, updated, nil, "data.object.metadata", map[string]any{}},
		"a text":                         {"the same object", "", created, []webhooktest.Edit{set("data.object.description", "mine")}, updated, nil, "data.object.description", "mine"},
		"a state":                        {"the later event tells another", "", created, []webhooktest.Edit{set("data.object.status", "incomplete")}, "customer.subscription.deleted", nil, "data.object.status", "canceled"},
		"a state that was the same":      {"the later event tells it", "", session, []webhooktest.Edit{set("data.object.payment_status", "unpaid")}, "checkout.session.async_payment_succeeded", nil, "data.object.payment_status", "paid"},
		"a time that looks like a state": {"the object has it all along", "", session, []webhooktest.Edit{set("data.object.expires_at", 1)}, session, nil, "data.object.expires_at", 1.0},
		"the end of the period":          {"it is counted from another moment", "", created, []webhooktest.Edit{set("data.object.current_period_end", 1)}, updated, nil, "data.object.current_period_end", 1.0},
		"what the version changes":       {"the version has the last word", "", created, []webhooktest.Edit{set("data.object.status", "incomplete")}, updated, []webhooktest.Edit{webhooktest.Version(2)}, "data.object.status", "past_due"},
		"subscription to invoice":        {"Stripe copies it", "", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, invoice, nil, "data.object.subscription_details.metadata.user", "7"},
		"all of it to the invoice":       {"Stripe copies it", "", created, []webhooktest.Edit{set("data.object.metadata", map[string]string{"a": "b"})}, invoice, nil, "data.object.subscription_details.metadata", map[string]any{"a": "b"}},
		"subscription to line":           {"that of the subscription", "", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, invoice, nil, "data.object.lines.data.0.metadata.user", "7"},
		"subscription to another line":   {"that of no subscription", "", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, invoice, nil, "data.object.lines.data.1.metadata", map[string]any{}},
		"subscription to invoice's own":  {"that is another", "", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, invoice, nil, "data.object.metadata", map[string]any{}},
		"in basil":                       {"below the parent", "basil", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, invoice, nil, "data.object.parent.subscription_details.metadata.user", "7"},
		"a line in basil":                {"by its parent", "basil", created, []webhooktest.Edit{set("data.object.metadata.user", "7")}, invoice, nil, "data.object.lines.data.0.metadata.user", "7"},
		"payment to charge":              {"when it is confirmed", "", intent, []webhooktest.Edit{set("data.object.metadata.user", "7")}, charge, nil, "data.object.metadata.user", "7"},
		"charge to payment":              {"never", "", charge, []webhooktest.Edit{set("data.object.metadata.user", "7")}, intent, nil, "data.object.metadata.user", nil},
		"session to payment":             {"payment_intent_data would say so", "", session, []webhooktest.Edit{set("data.object.metadata.user", "7")}, intent, nil, "data.object.metadata.user", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := webhooktest.Source{APIVersion: c.version}
			first, err := source.Event(c.first, c.edits...)
			require.NoError(t, err)
			edited, err := source.Event(c.first)
			require.NoError(t, err)
			edited, err = edited.Edit(c.edits...)
			require.NoError(t, err)
			for _, about := range []*webhooktest.Event{first, edited} {
				later, err := source.Event(c.then, append([]webhooktest.Edit{webhooktest.About(about)}, c.later...)...)
				require.NoError(t, err)
				got, _ := later.Lookup(c.path)
				require.Equal(t, c.want, got, c.reason)
			}
		})
	}
}

// It is carried on over events about other objects, and each later edit with it.
func TestAboutCarriesOn(t *testing.T) {
	t.Parallel()
	var source webhooktest.Source
	event := func(eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
		return next(t, &source, eventType, edits...)
	}
	created := event("customer.subscription.created", webhooktest.Set("data.object.metadata.user", "7"), webhooktest.Set("data.object.customer", "cus_mine"))
	invoice := event("invoice.paid", webhooktest.About(created))
	updated := event("customer.subscription.updated", webhooktest.About(invoice), webhooktest.Set("data.object.metadata.user", "8"))
	deleted := event("customer.subscription.deleted", webhooktest.About(updated))
	require.Equal(t, "7", at(t, invoice, "data.object.subscription_details.metadata.user"))
	require.Equal(t, "8", at(t, deleted, "data.object.metadata.user"))
	require.Equal(t, "cus_mine", at(t, deleted, "data.object.customer"))
	other := event("customer.subscription.updated", webhooktest.About(event("customer.subscription.created")))
	require.NotContains(t, string(other.Body()), "cus_mine")
}

// In a flow, invoices have the metadata of the subscription, wherever the version puts it.
func TestFlowsCopyMetadata(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, c := range []struct{ version, path string }{
		{"2023-10-16", "data.object.subscription_details.metadata"},
		{"basil", "data.object.parent.subscription_details.metadata"},
	} {
		for _, value := range []webhooktest.Edit{
			webhooktest.Set("data.object.metadata.user", "7"),
			webhooktest.Set("data.object.metadata", map[string]string{"user": "7"}),
		} {
			source := webhooktest.Source{APIVersion: c.version}
			flow, err := source.Flow("customer.subscription.created", value)
			require.NoError(t, err)
			invoices, subscriptions := 0, 0
			for _, step := range flow.Steps {
				switch eventType := step.Event.Type(); {
				case strings.HasPrefix(eventType, "invoice."):
					invoices++
					require.Equal(t, "7", at(t, step.Event, c.path+".user"), eventType)
				case strings.HasPrefix(eventType, "customer.subscription."):
					subscriptions++
					require.Equal(t, "7", at(t, step.Event, "data.object.metadata.user"), eventType)
					later, err := source.Event("invoice.paid", webhooktest.About(step.Event))
					require.NoError(t, err)
					require.Equal(t, "7", at(t, later, c.path+".user"), "later, too")
				}
			}
			require.Positive(t, invoices)
			require.Positive(t, subscriptions)
		}
	}
}
