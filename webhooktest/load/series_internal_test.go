package load

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// Every type and flow can be sent by the million: its events are valid JSON, have ids of
// their own, and are found again by them. All of them take a while: every seventh will do.
func TestSeriesOfEveryKind(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	now := time.Unix(1_800_000_000, 0)
	for i, name := range slices.Concat(fixtures.Types(fixtures.DefaultVersion), fixtures.Flows(), fixtures.ThinTypes()) {
		if i%7 != 0 && os.Getenv("FAKESTRIPE_THOROUGH") == "" {
			continue
		}
		s, err := newTemplate(recipe{like: new(webhooktest.Source), name: name})
		require.NoError(t, err, name)
		series := newSeries(s, name, false, "run", 7)
		tracked := track(series)
		tracked.size = 1_000_000_000
		var x index
		tracked.addTo(&x)
		for step := range s.steps {
			first, second := series.append(nil, step, 12, now), series.append(nil, step, 13, now)
			require.True(t, json.Valid(first), name)
			require.Len(t, second, len(first), name)
			id := series.eventID(step, 12)
			require.Contains(t, string(first), `"`+id+`"`, name)
			require.NotContains(t, string(second), id, name)
			require.Equal(t, id, tracked.id(step, 12), name)
			found := 0
			x.find("about "+id, func(m mark, number int, _, _ int) {
				require.Equal(t, 12, number, name)
				require.Same(t, tracked, m.in)
				found++
			})
			require.Equal(t, 1, found, "%s: %s", name, id)
			for _, v := range tracked.values {
				require.Equal(t, 12, v.number(string(v.append(nil, 12))), "%s: %s", name, v.append(nil, 12))
				require.Equal(t, -1, v.number(string(v.append(nil, 12))+"x"), name)
			}
			event, err := webhooktest.ParseEvent(first)
			require.NoError(t, err)
			require.Equal(t, id, event.ID())
			made := series.event(step, 12, now)
			require.Equal(t, []any{event.ID(), event.Type(), string(first)}, []any{made.ID(), made.Type(), string(made.Body())})
			require.Equal(t, len(first), cap(made.Body()), "%s: has grown", name)
			if created, ok := event.Lookup("created"); ok {
				if _, thin := created.(string); !thin {
					require.InDelta(t, now.Unix(), created, 400*24*3600, name)
				}
			}
		}
	}
}

// What an edit makes of {n} and of the event's ids differs in each event, wherever it stands.
func TestFreshValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		share, path, text string
		instance, number  int
		want              string
	}{
		"a number in a text":       {"payment_intent.succeeded", "data.object.description", "order-{n}", 0, 0, `"order-1"`},
		"it grows":                 {"payment_intent.succeeded", "data.object.description", "order-{n}", 0, 1233, `"order-1234"`},
		"inside a word":            {"payment_intent.succeeded", "data.object.description", "no{n}x", 0, 41, `"no42x"`},
		"twice":                    {"payment_intent.succeeded", "data.object.description", "{n}/{n}", 0, 41, `"42/42"`},
		"of a later instance":      {"payment_intent.succeeded", "data.object.description", "order-{n}", 2, 0, `"order-20000001"`},
		"beside an id":             {"payment_intent.succeeded", "data.object.description", "{pi} {n}", 0, 41, ` 42"`},
		"in an event of a flow":    {"invoice.paid", "data.object.description", "order-{n}", 0, 41, `"order-42"`},
		"of a thin event's object": {"v1.charge.refunded", "context", "acct_{n}", 0, 41, `"acct_42"`},
	} {
		fresh := func(_ string, fill func(string) string) ([]webhooktest.Edit, error) {
			return []webhooktest.Edit{webhooktest.Add(test.path, fill(test.text))}, nil
		}
		s, err := newTemplate(recipe{like: new(webhooktest.Source), name: test.share, fresh: fresh})
		require.NoError(t, err, name)
		series := newSeries(s, test.share, false, "run", test.instance)
		event := series.event(0, test.number, time.Unix(1_800_000_000, 0))
		require.True(t, json.Valid(event.Body()), name)
		require.Contains(t, string(event.Body()), test.want, name)
		if id, found := event.Lookup("data.object.id"); found && strings.Contains(test.text, "{pi}") {
			require.Contains(t, string(event.Body()), `"`+id.(string)+test.want, name)
		}
	}
}

// Ids of other instances, runs, names and kinds are others.
func TestSeriesAreApart(t *testing.T) {
	t.Parallel()
	s, err := newTemplate(recipe{like: new(webhooktest.Source), name: "payment_intent.succeeded"})
	require.NoError(t, err)
	seen := make(map[string]bool)
	for _, series := range []*series{
		newSeries(s, "a", false, "run", 0), newSeries(s, "a", true, "run", 0), newSeries(s, "a", false, "run", 1),
		newSeries(s, "a", false, "other", 0), newSeries(s, "b", false, "run", 0),
	} {
		for number := range 200 {
			for role := range s.roles {
				id := series.id(role, number)
				require.False(t, seen[id], id)
				seen[id] = true
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 61, 62, 477, 56_800_235_583} {
		digits := appendNumber(nil, uint64(n), numberDigits, base62)
		require.Len(t, digits, numberDigits)
		require.Equal(t, n, parseNumber(string(digits)))
	}
	require.Equal(t, "00007h", string(appendNumber(nil, 477, numberDigits, base62)), "as in docs/load.md")
	require.Equal(t, -1, parseNumber("00_007"))
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"id": "pi_`:                    "pi_",
		`"id": "cs_test_`:               "cs_test_",
		`"secret": "pi_3AbcD0x_secret_`: "secret_",
		`"id": "`:                       "",
		`https://pay/`:                  "",
	} {
		require.Equal(t, want, labelBefore(text), text)
	}
}

func TestPicker(t *testing.T) {
	t.Parallel()
	p := newPicker([]Share{{"a", 3}, {"b", 1}, {"c", 0}})
	var order strings.Builder
	for range 10 {
		order.WriteByte("abc"[p.next()])
	}
	require.Equal(t, "abacaabaca", order.String())
}

func TestBitmap(t *testing.T) {
	t.Parallel()
	var b bitmap
	for _, n := range []int{0, 63, 64, 200} {
		b.set(n)
		require.True(t, b.has(n))
	}
	b.unset(63)
	b.unset(10_000)
	require.Equal(t, 3, b.count(0))
	require.Equal(t, 2, b.count(1))
	require.Equal(t, 1, b.count(65))
	require.False(t, b.has(10_000))
}
