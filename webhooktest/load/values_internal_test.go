package load

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// referring returns the record of sessions that refer to a text.
func referring(t *testing.T, name, text string, instance int) *tracked {
	t.Helper()
	fresh := func(_ string, fill func(string) string) ([]webhooktest.Edit, error) {
		return []webhooktest.Edit{webhooktest.Set("data.object.client_reference_id", fill(text))}, nil
	}
	s, err := newTemplate(recipe{like: new(webhooktest.Source), name: "checkout.session.completed", fresh: fresh})
	require.NoError(t, err)
	return track(newSeries(s, name, false, "run", instance))
}

// A text names an event only if it is all of what the event has there, and no amount.
func TestValuesNameEvents(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set      string
		instance int
		text     string
		want     int
	}{
		"the first":              {"acct-{n}", 0, "acct-1", 0},
		"a later one":            {"acct-{n}", 0, "acct-1234", 1233},
		"of a later instance":    {"acct-{n}", 2, "acct-20000001", 0},
		"of an earlier instance": {"acct-{n}", 2, "acct-1", -1},
		"before the first":       {"acct-{n}", 0, "acct-0", -1},
		"as no event has it":     {"acct-{n}", 0, "acct-01", -1},
		"more":                   {"acct-{n}", 0, "acct-1-a", -1},
		"in the middle":          {"user{n}@example.com", 0, "user7@example.com", 6},
		"twice":                  {"t{n}/u{n}", 0, "t7/u7", 6},
		"twice, differently":     {"t{n}/u{n}", 0, "t7/u8", -1},
		"a bare number":          {"{n}", 0, "7", -1},
		"escaped":                {`a"{n}`, 0, `a"7`, -1},
	} {
		found := -1
		var x index
		of := referring(t, "a", test.set, test.instance)
		of.addTo(&x)
		x.keepUnique()
		x.find(test.text, func(_ mark, number int, _, _ int) { found = number })
		require.Equal(t, test.want, found, name)
	}
}

// What the events of two series share names none of them.
func TestSharedValues(t *testing.T) {
	t.Parallel()
	o := newOracle(nil, []*tracked{referring(t, "a", "acct-{n}", 0), referring(t, "b", "acct-{n}", 0)}, nil)
	o.ids.find("acct-1", func(mark, int, int, int) { t.Error("found") })
	require.NotEmpty(t, o.ids.values, "the order of each is its own")
}

// A short word is the same again in a long load, and names no event then.
func TestValuesThatRepeat(t *testing.T) {
	t.Parallel()
	of := referring(t, "a", "order", 0)
	o := newOracle(nil, []*tracked{of}, nil)
	v := o.ids.values[0]
	require.Positive(t, v.value.period())
	require.Equal(t, v.value.append(nil, 0), v.value.append(nil, int(v.value.period())))
	place := "accounts.{" + v.label + "}.revenue"
	o.counts = map[string]map[*tracked]int{place: {of: 1}}
	o.rules = rowRules{stable: map[string]bool{place: true}, expected: map[rowPlace]string{{place, of}: "1"}}
	of.size = int(v.value.period())
	o.retire()
	require.True(t, o.tells(place))
	of.size++
	o.retire()
	require.False(t, o.tells(place))
	require.Empty(t, o.rules.expected)
}

// Two series may have a short word in common, if each has many.
func TestValuesOfTwoSeriesThatMeet(t *testing.T) {
	t.Parallel()
	a, b := referring(t, "a", "order", 0), referring(t, "a", "order", 0)
	for i := range b.values {
		for j := range b.values[i].pieces {
			word := *b.values[i].pieces[j].word
			word.start += 1000 * apart
			b.values[i].pieces[j].word = &word
		}
	}
	o := newOracle(nil, []*tracked{a, b}, nil)
	for _, test := range []struct {
		a, b int
		want bool
	}{{1000, 1000, false}, {1001, 1, true}, {1000, 1 << 40, true}} {
		a.size, b.size = test.a, test.b
		require.Equal(t, test.want, o.ids.repeated(o.ids.values[0]), test)
	}
}

// Rows of other runs that look like those of later events show no effect of theirs.
func TestValuesOfOtherRuns(t *testing.T) {
	t.Parallel()
	of := referring(t, "a", "acct-{n}", 0)
	for name, test := range map[string]struct {
		before            string
		counted, identify bool
	}{
		"none":          {`[{"ref": "acct-x"}]`, true, true},
		"of a later":    {`[{"ref": "acct-7"}]`, false, false},
		"of the first":  {`[{"ref": "acct-1"}, {"ref": "acct-2"}]`, false, true},
		"of the second": {`[{"ref": "acct-2"}]`, false, true},
	} {
		state := test.before
		o := newOracle(func(context.Context) (any, error) { return strings.NewReader(state), nil }, []*tracked{of}, nil)
		of.size = 0
		start, err := o.read(t.Context())
		require.NoError(t, err)
		of.size, state, o.start = learningEvents, `[{"ref": "acct-1"}, {"ref": "acct-2"}]`, start
		now, err := o.read(t.Context())
		require.NoError(t, err)
		o.learnRows(now)
		require.Equal(t, test.counted, o.counts["[].ref {acct}"][of] == 1, name)
		require.Equal(t, test.identify, o.rules.stable["[].ref {acct}"], name)
	}
}
