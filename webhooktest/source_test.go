package webhooktest_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// next returns the next event of a source.
func next(t testing.TB, source *webhooktest.Source, eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return event
}

func TestSeed(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	events := func(seed uint64, now time.Time) (all []*webhooktest.Event) {
		source := webhooktest.Source{Seed: seed, Now: stopped(now)}
		for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
			all = append(all, next(t, &source, eventType))
		}
		return all
	}
	first, second := events(1, epoch), events(1, epoch)
	other, later := events(2, epoch), events(1, epoch.Add(time.Second))
	for i, event := range first {
		require.Equal(t, string(event.Body()), string(second[i].Body()), "same seed, clock and calls: same bytes")
		require.NotEqual(t, event.ID(), other[i].ID(), "another seed")
		require.NotEqual(t, string(event.Body()), string(later[i].Body()), "another time")
		require.Equal(t, event.ID(), later[i].ID(), "ids do not depend on the clock")
	}
}

func TestSeedIsDrawnAndKept(t *testing.T) {
	t.Parallel()
	drawn := webhooktest.Source{Now: stopped(epoch)}
	first := next(t, &drawn, "charge.succeeded")
	require.NotZero(t, drawn.Seed)

	again := webhooktest.Source{Now: stopped(epoch), Seed: drawn.Seed}
	require.Equal(t, string(first.Body()), string(next(t, &again, "charge.succeeded").Body()))
}

func TestIDsAreFresh(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Seed: 42}
	events, objects := make(map[string]bool), make(map[any]bool)
	const n = 300
	for range n {
		event := next(t, &source, "payment_intent.succeeded")
		events[event.ID()], objects[at(t, event, "data.object.id")] = true, true
	}
	require.Len(t, events, n)
	require.Len(t, objects, n)
}

func TestIDsFitTogether(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "payment_intent.succeeded")
	intent := at(t, event, "data.object.id").(string)
	tests := []struct {
		path string
		want string // a pattern
		why  string
	}{
		{"data.object.id", `^pi_3[0-9A-Za-z]{23}$`, "as real ones look"},
		{"data.object.client_secret", "^" + intent + `_secret_[0-9A-Za-z]{25}$`, "clients cut the id from it"},
		{"data.object.latest_charge", "^ch_" + intent[3:19] + `[0-9A-Za-z]{8}$`, "charges begin as their payment does"},
		{"id", "^evt_" + intent[3:19] + `[0-9A-Za-z]{8}$`, "events about a payment do so too"},
		{"data.object.customer", `^cus_[0-9A-Za-z]{14}$`, ""},
		{"data.object.payment_method", `^pm_1[0-9A-Za-z]{23}$`, ""},
		{"request.id", `^req_[0-9A-Za-z]{14}$`, ""},
		{"request.idempotency_key", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, "a random UUID"},
	}
	for _, test := range tests {
		require.Regexp(t, test.want, at(t, event, test.path), "%s: %s", test.path, test.why)
	}
	require.Regexp(t, `^evt_1[0-9A-Za-z]{23}$`, newEvent(t, "customer.created").ID(), "not about a payment")
	require.NotEqual(t, intent[19:], event.ID()[len(event.ID())-8:])
}

func TestEveryTypeRenders(t *testing.T) {
	t.Parallel()
	leftover := regexp.MustCompile(`\{[a-z]`)
	source := webhooktest.Source{Now: stopped(epoch)}
	for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		t.Run(eventType, func(t *testing.T) {
			t.Parallel()
			event := next(t, &source, eventType)
			require.Equal(t, eventType, event.Type())
			require.Equal(t, eventType, at(t, event, "type"))
			require.Equal(t, event.ID(), at(t, event, "id"))
			require.EqualValues(t, epoch.Unix(), at(t, event, "created"))
			require.NotRegexp(t, leftover, string(event.Body()), "every placeholder is filled in")
		})
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		source webhooktest.Source
		want   []string // the lines of the first level
	}{
		{"the zero value", webhooktest.Source{}, []string{
			`"id": "evt_`, `"object": "event"`, `"api_version": "2023-10-16"`, `"created": 17953`, `"data": {`,
			`"livemode": false`, `"pending_webhooks": 1`, `"request": {`, `"type": "charge.succeeded"`,
		}},
		{"every field", webhooktest.Source{APIVersion: "2026-10-28.endive", Account: "acct_1", Livemode: true}, []string{
			`"id": "evt_`, `"object": "event"`, `"account": "acct_1"`, `"api_version": "2026-10-28.endive"`, `"created": 17953`, `"data": {`,
			`"livemode": true`, `"pending_webhooks": 1`, `"request": {`, `"type": "charge.succeeded"`,
		}},
		{"the release of an SDK", webhooktest.Source{APIVersion: "stripe-go@82"}, []string{
			`"id": "evt_`, `"object": "event"`, `"api_version": "2025-08-27.basil"`, `"created": 17953`, `"data": {`,
			`"livemode": false`, `"pending_webhooks": 1`, `"request": {`, `"type": "charge.succeeded"`,
		}},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.source.Now = stopped(epoch)
			event := next(t, &test.source, "charge.succeeded")
			lines := topLevel(event.Body())
			require.Len(t, lines, len(test.want))
			for i, line := range lines {
				require.True(t, strings.HasPrefix(line, test.want[i]), "%s\nwant %s", line, test.want[i])
			}
			require.Equal(t, test.source.Livemode, at(t, event, "data.object.livemode"), "the object is of the event's mode")
		})
	}
}

// topLevel returns the lines of the event's own fields, two spaces in.
func topLevel(body []byte) (lines []string) {
	for line := range strings.Lines(string(body)) {
		field, ok := strings.CutPrefix(line, "  ")
		if ok && !strings.HasPrefix(field, " ") && field[0] == '"' {
			lines = append(lines, field)
		}
	}
	return lines
}

// Fields can be set when the first event has been made.
func TestFieldsChangeLaterEvents(t *testing.T) {
	t.Parallel()
	source := new(webhooktest.Source)
	first, err := source.Event("invoice.paid")
	require.NoError(t, err)
	source.APIVersion, source.Livemode = "basil", true
	second, err := source.Event("invoice.paid")
	require.NoError(t, err)

	require.Equal(t, "2023-10-16", at(t, first, "api_version"))
	require.Equal(t, "2025-08-27.basil", at(t, second, "api_version"))
	_, ok := second.Lookup("data.object.parent.subscription_details.subscription")
	require.True(t, ok, "in the shape of basil")
	require.Equal(t, true, at(t, second, "livemode"))
}

func TestUnknownType(t *testing.T) {
	t.Parallel()
	tests := []struct {
		eventType string
		suggested string
		why       string
	}{
		{"charge.suceeded", "charge.succeeded", "a typo"},
		{"payment_intent", "payment_intent.amount_capturable_updated", "the resource only"},
		{"succeeded", "charge.succeeded", "the end only"},
		{"", "", "nothing"},
		{"../objects/charge", "", "a file, but no event"},
		{"../events/charge.succeeded", "charge.succeeded", "a file by another name"},
		{"/etc/passwd", "", "a file outside"},
		{"charge.succeeded.json", "charge.succeeded", "a file name"},
		{"charge\x00succeeded", "charge.succeeded", "no file name at all"},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			var source webhooktest.Source
			event, err := source.Event(test.eventType)
			require.Nil(t, event)
			require.ErrorIs(t, err, fixtures.ErrUnknownType)
			if test.suggested == "" {
				require.NotContains(t, err.Error(), "did you mean")
			} else {
				require.ErrorContains(t, err, ": did you mean "+test.suggested)
			}

			dst, err := source.AppendEvent([]byte("kept"), test.eventType)
			require.ErrorIs(t, err, fixtures.ErrUnknownType)
			require.Equal(t, "kept", string(dst))
		})
	}
}

func TestAppendEvent(t *testing.T) {
	t.Parallel()
	one := webhooktest.Source{Seed: 1, Now: stopped(epoch)}
	two := webhooktest.Source{Seed: 1, Now: stopped(epoch)}
	for range 3 {
		got, err := one.AppendEvent([]byte("kept "), "invoice.paid")
		require.NoError(t, err)
		require.Equal(t, "kept "+string(next(t, &two, "invoice.paid").Body()), string(got))
	}
}

func TestAppendEventAllocations(t *testing.T) {
	if racetest.Enabled {
		t.Skip("the race detector allocates too")
	}
	var source webhooktest.Source
	buffer := make([]byte, 0, 16<<10)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := source.AppendEvent(buffer, "payment_intent.succeeded"); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestSourceConcurrently(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	var source webhooktest.Source
	types := fixtures.Types(fixtures.DefaultVersion)
	made := make(chan string, 20*len(types))
	for _, eventType := range types {
		go func() {
			for range 20 {
				event, err := source.Event(eventType)
				if err != nil {
					t.Error(err)
					event = new(webhooktest.Event)
				}
				made <- event.ID()
			}
		}()
	}
	seen := make(map[string]bool)
	for range cap(made) {
		seen[<-made] = true
	}
	require.Len(t, seen, cap(made), "no id twice")
}
