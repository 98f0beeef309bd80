package statediff

import "testing"

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
