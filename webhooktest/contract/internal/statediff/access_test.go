package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOfAccess holds that a flag of access that an event takes away counts alone, and that
// without one all does that the event changes.
func TestOfAccess(t *testing.T) {
	t.Parallel()
	row := func(fields map[string]any) Diff {
		d := make(Diff)
		d.add("row", 0, newRecord(fields))
		return d
	}
	for _, test := range []struct {
		name, why          string
		before, ended, did map[string]any
		differs            bool
	}{
		{"active", "the flag is gone, whatever the time is", map[string]any{"active": true, "until": "a"}, map[string]any{"active": false, "until": "b"}, map[string]any{"active": false, "until": "a"}, false},
		{"active as a number", "as SQLite has it", map[string]any{"active": 1.0, "until": "a"}, map[string]any{"active": 0.0, "until": "b"}, map[string]any{"active": 0.0, "until": "a"}, false},
		{"isActive", "as JavaScript has it", map[string]any{"isActive": true, "until": "a"}, map[string]any{"isActive": false, "until": "b"}, map[string]any{"isActive": false, "until": "a"}, false},
		{"still active", "the flag stays", map[string]any{"active": true, "until": "a"}, map[string]any{"active": false, "until": "b"}, map[string]any{"active": true, "until": "a"}, true},
		{"renews", "the time gives access", map[string]any{"renews": true, "until": "a"}, map[string]any{"renews": false, "until": "b"}, map[string]any{"renews": false, "until": "a"}, true},
		{"inactive", "it says no before", map[string]any{"inactive": false, "until": "a"}, map[string]any{"inactive": true, "until": "b"}, map[string]any{"inactive": true, "until": "a"}, true},
		{"a count", "it is no flag", map[string]any{"active": 3.0, "until": "a"}, map[string]any{"active": 2.0, "until": "b"}, map[string]any{"active": 2.0, "until": "a"}, true},
		{"a row that is gone", "it says nothing any more", map[string]any{"active": true}, map[string]any{"active": false}, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			did := make(Diff)
			if test.did != nil {
				did = row(test.did)
			}
			references, left := OfAccess(row(test.before), []Diff{row(test.ended), row(test.ended)}, did)
			b := Baseline{Volatile: new(Volatile), References: references}
			require.Equal(t, test.differs, b.Differs(left), test.why)
		})
	}
}
