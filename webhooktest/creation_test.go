package webhooktest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// advancing returns a clock that moves on by a second each time it is read.
func advancing() func() time.Time {
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

// creations returns the creation times in an event by the ids of the objects: of its own
// and its parts, and of objects that are days old.
func creations(t *testing.T, event *webhooktest.Event) map[string]any {
	t.Helper()
	var root map[string]any
	require.NoError(t, json.Unmarshal(event.Body(), &root))
	known := make(map[string]any)
	own, _ := event.Lookup("data.object.created")
	sent, _ := event.Lookup("created")
	counts := func(at any) bool {
		seconds, isTime := at.(float64)
		return at == own || isTime && seconds < sent.(float64)-2*24*60*60
	}
	var visit func(any)
	visit = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if id, ok := value["id"].(string); ok && counts(value["created"]) {
				known[id] = value["created"]
			}
			if id, ok := value["id"].(string); ok && counts(value["start_date"]) {
				known["start of "+id] = value["start_date"]
			}
			for _, inner := range value {
				visit(inner)
			}
		case []any:
			for _, inner := range value {
				visit(inner)
			}
		}
	}
	visit(root["data"])
	return known
}

// An object was created once: a handler may take a later creation for another object, and
// one that keeps it as the time of the last change loses updates.
func TestEventsAgreeOnCreation(t *testing.T) {
	t.Parallel()
	roots := map[string][]webhooktest.Edit{
		"payment_intent.succeeded":      nil,
		"customer.subscription.created": nil,
		"checkout.session.completed":    {webhooktest.Variant("subscription")},
	}
	for _, word := range []string{"2023-10-16", "basil", "latest"} {
		version, err := fixtures.FindVersion(word)
		require.NoError(t, err)
		source := webhooktest.Source{APIVersion: version, Now: advancing()}
		for root, edits := range roots {
			first, err := source.Event(root, edits...)
			require.NoError(t, err)
			known := creations(t, first)
			for _, eventType := range fixtures.Types(version) {
				if fixtures.IsThin(eventType) || strings.HasSuffix(eventType, ".created") {
					continue // a creation says itself when it was
				}
				event, err := source.Event(eventType, webhooktest.About(first))
				require.NoError(t, err)
				for id, at := range creations(t, event) {
					if before, ok := known[id]; ok {
						assert.Equal(t, before, at, "%s: %s after %s: %s", version, eventType, root, id)
					}
					known[id] = at
				}
			}
		}
	}
}

// A subscription sold in a session is as old as the session, for all of its events.
func TestSessionCreatesItsSubscription(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{APIVersion: "basil", Now: advancing()}
	session, err := source.Event("checkout.session.completed", webhooktest.Variant("subscription"))
	require.NoError(t, err)
	sold, _ := session.Lookup("created")
	updated, err := source.Event("customer.subscription.updated", webhooktest.About(session))
	require.NoError(t, err)
	deleted, err := source.Event("customer.subscription.deleted", webhooktest.About(updated))
	require.NoError(t, err)
	for _, path := range []string{"data.object.created", "data.object.start_date", "data.object.items.data.0.created"} {
		for _, event := range []*webhooktest.Event{updated, deleted} {
			got, _ := event.Lookup(path)
			require.Equal(t, sold, got, "%s of %s", path, event.Type())
		}
	}
}

// An edit of an earlier event's object stays.
func TestCreationIsEdited(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Now: advancing()}
	edited, err := source.Event("customer.subscription.updated", webhooktest.Set("data.object.created", 1700000000))
	require.NoError(t, err)
	later, err := source.Event("customer.subscription.paused", webhooktest.About(edited))
	require.NoError(t, err)
	got, _ := later.Lookup("data.object.created")
	require.InDelta(t, 1700000000, got, 0)
}

// The first event of a flow about an object, in the order of cause, decides for all.
func TestFlowsAgreeOnCreation(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures.Flows() {
		source := webhooktest.Source{Now: advancing()}
		flow, err := source.Flow(name)
		require.NoError(t, err)
		known := make(map[string]any)
		for _, step := range flow.Steps {
			for id, at := range creations(t, step.Event) {
				if before, ok := known[id]; ok {
					require.Equal(t, before, at, "%s: %s: %s", name, step.Event.Type(), id)
				}
				known[id] = at
			}
		}
	}
}

// The period of a subscription does not go back: a handler may take an event whose period
// ends earlier for an older one.
func TestPeriodsDoNotGoBack(t *testing.T) {
	t.Parallel()
	for version, path := range map[string]string{
		"2023-10-16": "data.object.current_period_end",
		"basil":      "data.object.items.data.0.current_period_end",
	} {
		source := webhooktest.Source{APIVersion: version, Now: advancing()}
		created, err := source.Event("customer.subscription.created")
		require.NoError(t, err)
		end, _ := created.Lookup(path)
		for _, eventType := range []string{"customer.subscription.updated", "customer.subscription.pending_update_applied", "customer.subscription.pending_update_expired", "customer.subscription.deleted"} {
			event, err := source.Event(eventType, webhooktest.About(created))
			require.NoError(t, err)
			next, ok := event.Lookup(path)
			require.True(t, ok, eventType)
			require.GreaterOrEqual(t, next, end, "%s: %s", version, eventType)
			end = next
		}
	}
}

// An invoice bills the period that its subscription has, as it does in flows: also one that
// was set, and one told two events before. An upcoming invoice bills the next.
func TestInvoicesBillTheSubscriptionsPeriod(t *testing.T) {
	t.Parallel()
	const line = "data.object.lines.data.0.period."
	for version, path := range map[string]string{
		"2023-10-16": "data.object.current_period_",
		"basil":      "data.object.items.data.0.current_period_",
	} {
		for _, end := range []int64{0, 1790000000} {
			source := webhooktest.Source{APIVersion: version, Now: advancing()}
			var edits []webhooktest.Edit
			if end != 0 {
				edits = append(edits, webhooktest.Set(path+"end", end))
			}
			told, err := source.Event("customer.subscription.created", edits...)
			require.NoError(t, err)
			begins, _ := told.Lookup(path + "start")
			ends, _ := told.Lookup(path + "end")
			for _, eventType := range []string{"invoice.created", "invoice.paid", "invoice.payment_failed", "invoice.finalized"} {
				invoice, err := source.Event(eventType, webhooktest.About(told))
				require.NoError(t, err)
				assert.Equal(t, begins, at(t, invoice, line+"start"), "%s: %s", version, eventType)
				assert.Equal(t, ends, at(t, invoice, line+"end"), "%s: %s", version, eventType)
				assert.Equal(t, begins, at(t, invoice, "data.object.period_end"), "%s: %s", version, eventType)
				told = invoice // the next one knows it from this one
			}
			upcoming, err := source.Event("invoice.upcoming", webhooktest.About(told))
			require.NoError(t, err)
			assert.Equal(t, ends, at(t, upcoming, line+"start"), version)
			assert.Equal(t, ends, at(t, upcoming, "data.object.period_end"), version)
			assert.Greater(t, at(t, upcoming, line+"end"), ends, version)
		}
	}
}

// An invoice without a line of the subscription keeps its period.
func TestOtherInvoicesKeepTheirPeriod(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Now: advancing()}
	told, err := source.Event("customer.subscription.created", webhooktest.Set("data.object.current_period_end", 1790000000))
	require.NoError(t, err)
	voided, err := source.Event("invoice.voided", webhooktest.About(told))
	require.NoError(t, err)
	sent, _ := voided.Lookup("created")
	require.Less(t, at(t, voided, "data.object.lines.data.0.period.end"), sent)
}

// A period that was set in an invoice is that of its subscription, too.
func TestSubscriptionsKnowAPeriodThatWasSet(t *testing.T) {
	t.Parallel()
	for version, path := range map[string]string{
		"2023-10-16": "data.object.current_period_end",
		"basil":      "data.object.items.data.0.current_period_end",
	} {
		source := webhooktest.Source{APIVersion: version, Now: advancing()}
		paid, err := source.Event("invoice.paid", webhooktest.Set("data.object.lines.data.0.period.end", 1790000000))
		require.NoError(t, err)
		for _, eventType := range []string{"customer.subscription.updated", "customer.subscription.deleted"} {
			event, err := source.Event(eventType, webhooktest.About(paid))
			require.NoError(t, err)
			assert.InDelta(t, 1790000000, at(t, event, path), 0, "%s: %s", version, eventType)
		}
	}
}
