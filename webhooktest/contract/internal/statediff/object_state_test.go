package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// said is what a state with one row says about its object.
func said(row map[string]any) Diff {
	row["id"] = "sub_1"
	return ObjectStates([]any{row}, Normalizer{"sub_1": "{sub}"})
}

// What a row notes of the events that came is no state of its object.
func TestBookkeepingIsNoState(t *testing.T) {
	t.Parallel()
	types := []string{"customer.subscription.created", "customer.subscription.updated"}
	row := func(status string, more ...any) map[string]any {
		row := map[string]any{"status": status}
		for i := 0; i < len(more); i += 2 {
			row[more[i].(string)] = more[i+1]
		}
		return row
	}
	for _, test := range []struct {
		name          string
		clean, onWay  map[string]any
		did           map[string]any
		judged, alike bool
	}{
		{"the type of the last event", row("active", "last", types[1]), row("active", "last", types[0]), row("active", "last", types[0]), true, true},
		{"the type beside another status", row("active", "last", types[1]), row("paused", "last", types[0]), row("paused", "last", types[0]), true, false},
		{"nothing but the type", map[string]any{"last": types[1]}, map[string]any{"last": types[0]}, map[string]any{"last": types[0]}, false, true},
		{"the type of the first event", row("active", "first", types[0]), row("active", "first", types[0]), row("active", "first", types[1]), true, false},
		{"a word that is no type of these events", row("active", "by", "charge.refunded"), row("active", "by", "charge.failed"), row("active", "by", "charge.failed"), true, false},
		{"a count of what was ignored", row("active", "ignored", 0.0), row("active", "ignored", 0.0), row("active", "ignored", 2.0), true, true},
		{"a count beside another status", row("active", "ignored", 0.0), row("paused", "ignored", 0.0), row("paused", "ignored", 1.0), true, false},
		{"a quantity of an earlier event", row("active", "seats", 3.0), row("active", "seats", 2.0), row("active", "seats", 2.0), true, false},
		{"a flag of an earlier event", row("x", "on", 0.0), row("x", "on", 1.0), row("x", "on", 1.0), true, false},
		{"an amount that was never there", row("active", "cents", 4200.0), row("active", "cents", 4200.0), row("active", "cents", 8400.0), true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			references, did := WithoutTypes([]Diff{said(test.clean)}, types[1:], said(test.did), types)
			references, did = WithoutUnreached(references, []Diff{said(test.onWay)}, did)
			differences, judged := Baseline{References: references, Volatile: new(Volatile)}.Judge(did)
			require.Equal(t, test.judged, judged > 0)
			require.Equal(t, test.alike, len(differences) == 0, "%v", differences)
		})
	}
}

// What is paid for and is 0 now is no count; what was never high may be one.
func TestAmountThatIsGone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		clean, did float64
		alike      bool
	}{
		{"an amount", 4900, 0, false},
		{"a count that fell", 9, 0, true},
		{"a count that rose", 0, 1, true},
		{"a count that is high", 12, 3, true},
		{"an amount that came", 0, 4900, true},
	} {
		row := func(n float64) Diff { return said(map[string]any{"status": "active", "plan": n}) }
		clean := row(test.clean)
		references, did := WithoutCounts([]Diff{clean, clean}, row(test.did))
		differences, _ := Baseline{References: references, Volatile: new(Volatile)}.Judge(did)
		require.Equal(t, test.alike, len(differences) == 0, "%s: %v", test.name, differences)
	}
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]bool{
		"v2": true, "V10": true, "rev3": true, "#4": true, "r1": true,
		"2": false, "v11": false, "v": false, "vip": false, "v2a": false, "": false, "five": false, "v-1": false,
	} {
		require.Equal(t, want, isRevision(word), word)
	}
}

// Where one clean delivery sets a time that the other does not, the rest of the row tells.
func TestRowsOfDifferentFields(t *testing.T) {
	t.Parallel()
	row := func(status string, until any) map[string]any {
		return map[string]any{"status": status, "until": until}
	}
	const moment = 1797586211.0
	for _, test := range []struct {
		name       string
		one, other map[string]any
		did        map[string]any
		alike      bool
	}{
		{"a time in one, like the other", row("active", moment), row("active", 0.0), row("active", 0.0), true},
		{"a time in one, like the first", row("active", moment), row("active", 0.0), row("active", moment), true},
		{"another status", row("active", moment), row("active", 0.0), row("paused", moment), false},
		{"no time at all", row("active", moment), map[string]any{"status": "active"}, row("paused", moment), false},
		{"the same fields", row("active", 0.0), row("active", 0.0), map[string]any{"status": "active", "until": 0.0, "more": "x"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			references, did := WithoutOwnFields([]Diff{said(test.one), said(test.other)}, said(test.did))
			differences, judged := Baseline{References: references, Volatile: new(Volatile)}.Judge(did)
			require.Positive(t, judged)
			require.Equal(t, test.alike, len(differences) == 0, "%v", differences)
		})
	}
	references, did := WithoutOwnFields(nil, said(row("active", 0.0)))
	require.Empty(t, references)
	require.Len(t, did, 1)
}
