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

// A key that the database invents is no place, whether its row names an object or not.
func TestOwnKeysAreNoPlaces(t *testing.T) {
	t.Parallel()
	effect := func(key string) Diff {
		return Between(map[string]any{}, map[string]any{"rows": map[string]any{key: map[string]any{"cents": 5.0}}}, nil)
	}
	require.Equal(t, effect("5f9e6a3c-2b1d-4c8e-9f70-000000000001").Places(), effect("5f9e6a3c-2b1d-4c8e-9f70-000000000002").Places())
	require.NotEqual(t, effect("first").Places(), effect("second").Places())
}
