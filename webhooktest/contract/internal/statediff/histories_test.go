package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The notes that a row keeps of its events are no state of its object, be they lines of a
// text, a list, or sentences one after the other.
func TestNotesAreNoState(t *testing.T) {
	t.Parallel()
	row := func(cents float64, notes any) map[string]any { return map[string]any{"cents": cents, "notes": notes} }
	entry := func(entries ...any) Diff {
		return ObjectStates(map[string]any{"notes": map[string]any{"sub_1": entries}}, Normalizer{"sub_1": "{sub}"})
	}
	const one, two = "Refunded 12.00 of sub_1.", "Refunded 5.00 of sub_1."
	for _, test := range []struct {
		name          string
		clean, did    Diff
		more          bool // events came than in clean delivery
		judged, alike bool
	}{
		{"a line, and a list of two", said(row(1200, one)), said(row(1200, []any{two, two})), true, true, true},
		{"the same the other way round, in another order", said(row(1200, []any{two, two})), said(row(1200, one)), false, true, true},
		{"sentences one after the other", said(row(1200, one)), said(row(1200, two+" "+two)), true, true, true},
		{"the same where as many events came", said(row(1200, one)), said(row(1200, two+" "+two)), false, true, false},
		{"a sum so far in a sentence", said(row(1200, one)), said(row(1200, two)), true, true, false},
		{"another sum beside the notes", said(row(1200, one)), said(row(500, []any{two, two})), true, true, false},
		{"a status of one word", said(row(1200, "partial")), said(row(1200, "partial twice")), true, true, false},
		{"lists by object", entry("one"), entry("one", "two"), true, false, true},
		{"lists by object, of as many events", entry("one"), entry("one", "two"), false, true, false},
		{"a list by object that lacks an entry", entry("one", "two"), entry("one"), true, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			references, did := WithoutHistories([]Diff{test.clean, test.clean}, test.did)
			if test.more {
				references, did = WithoutMoreEntries(references, did)
			}
			differences, judged := Baseline{References: references, Volatile: new(Volatile)}.Judge(did)
			require.Equal(t, test.judged, judged > 0)
			require.Equal(t, test.alike, len(differences) == 0, "%v", differences)
		})
	}
}
