package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplacedRowIsNoChange(t *testing.T) {
	row := func(id, seats float64) any {
		return map[string]any{"items": []any{map[string]any{"id": id, "item": "si_1PzQm4Kd8Lw2Xc7VbN3Rt6Ys", "seats": seats}}}
	}
	for _, test := range []struct {
		name  string
		after any
		want  int // places
	}{
		{"the same row, deleted and inserted", row(8, 3), 0},
		{"another number of seats", row(8, 4), 1},
	} {
		if did := Between(row(7, 3), test.after, Normalizer{}); len(did) != test.want {
			t.Errorf("%s: %v, want %d places", test.name, did, test.want)
		}
	}
}

func TestRowVersionIsNoChange(t *testing.T) {
	for _, test := range []struct {
		column, why string
		want        int // places
	}{
		{"lock_version", "ActiveRecord's", 0},
		{"Version", "of a struct in Go", 0},
		{"optlock", "Hibernate's", 0},
		{"conversions", "which only ends alike", 1},
		{"seats", "what is paid for", 1},
	} {
		row := func(n float64) any {
			return map[string]any{"sub_1PzQm4Kd8Lw2Xc7VbN3Rt6Ys": map[string]any{"status": "active", test.column: n}}
		}
		list := func(n float64) any { return []any{row(n)} }
		if did := Between(row(1), row(2), Normalizer{}); len(did) != test.want {
			t.Errorf("%s (%s): %v, want %d places", test.column, test.why, did, test.want)
		}
		if did := Between(list(1), list(2), Normalizer{}); len(did) != test.want {
			t.Errorf("%s in a list (%s): %v, want %d places", test.column, test.why, did, test.want)
		}
	}
}

// A key that the database, or the app, invents is no place, whether its row names an object or
// not. What counts by a word with a number in it is none of that.
func TestOwnKeysAreNoPlaces(t *testing.T) {
	t.Parallel()
	rows := func(key string, row map[string]any) any {
		return map[string]any{"rows": map[string]any{key: row}}
	}
	for _, test := range []struct {
		why         string
		one, other  string
		before, now map[string]any // nil before: a new row
		same        bool
	}{
		{"a new row by UUID", "5f9e6a3c-2b1d-4c8e-9f70-000000000001", "5f9e6a3c-2b1d-4c8e-9f70-000000000002", nil, map[string]any{"cents": 5.0}, true},
		{"a row by UUID", "5f9e6a3c-2b1d-4c8e-9f70-000000000001", "5f9e6a3c-2b1d-4c8e-9f70-000000000002", map[string]any{"status": "held"}, map[string]any{"status": "let"}, true},
		{"a row by number", "1007", "1008", map[string]any{"let": false}, map[string]any{"let": true}, true},
		{"a new row by a number after letters", "LIC10", "LIC11", nil, map[string]any{"status": "paid"}, true},
		{"a row by a number after letters", "v101", "v102", map[string]any{"status": "held"}, map[string]any{"status": "let"}, true},
		{"a row by a number with a year", "INV-2026-0007", "INV-2026-0008", map[string]any{"status": "open"}, map[string]any{"status": "paid"}, true},
		{"counts by status", "200", "400", map[string]any{"count": 1.0}, map[string]any{"count": 2.0}, false},
		{"counts by tier", "tier1", "tier2", map[string]any{"members": 1.0}, map[string]any{"members": 2.0}, false},
		{"counts by tier with a time", "tier1", "tier2", map[string]any{"members": 1.0, "at": "2026-11-30 10:00:00"}, map[string]any{"members": 2.0, "at": "2026-11-30 10:00:01"}, false},
		{"the row of nobody", "", "null", nil, map[string]any{"status": "paid"}, true},
		{"words", "first", "second", nil, map[string]any{"status": "paid"}, false},
	} {
		effect := func(key string) Diff {
			if test.before == nil {
				return Between(map[string]any{}, rows(key, test.now), nil)
			}
			return Between(rows(key, test.before), rows(key, test.now), nil)
		}
		require.NotEmpty(t, effect(test.one), test.why)
		if test.same {
			require.Equal(t, effect(test.one), effect(test.other), test.why)
		} else {
			require.NotEqual(t, effect(test.one).Places(), effect(test.other).Places(), test.why)
		}
	}
}

// What an app generates for a row does not tell the place of its counts.
func TestCountsOfRowsWithOwnTexts(t *testing.T) {
	t.Parallel()
	of := func(license string) Diff {
		row := func(n float64) any {
			return []any{map[string]any{"license": license, "plan": "gold", "seats": n}}
		}
		return Between(row(3), row(4), nil)
	}
	require.Equal(t, Diff{"state[](* gold).seats": {Delta: 1}}, of("9f86d081884c7d65"))
	require.Equal(t, of("9f86d081884c7d65"), of("60303ae22b998861"))
}
