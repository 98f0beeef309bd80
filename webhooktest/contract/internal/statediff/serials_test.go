package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Rows that are deleted and inserted again get the next numbers of their table, whatever the
// column is called. What is counted does not look like that.
func TestNextNumberIsNoCount(t *testing.T) {
	t.Parallel()
	type row = map[string]any
	rows := func(column string, numbers ...float64) []any {
		var all []any
		for i, n := range numbers {
			all = append(all, row{"price": "price_" + string(rune('a'+i)), column: n})
		}
		return all
	}
	inOne := func(list []any) any { return row{"items": list} }
	inEach := func(list []any) any {
		each := make(row)
		for _, one := range list {
			each["sub_1PzQm4Kd8Lw2Xc7VbN3Rt6Y"+one.(row)["price"].(string)[6:]] = []any{one}
		}
		return each
	}
	for _, test := range []struct {
		why           string
		column        string
		before, after []float64
		in            func([]any) any
		counts        bool
	}{
		{"inserted again", "n", []float64{1, 2, 3}, []float64{1, 2, 4}, inOne, false},
		{"inserted again thrice, after others", "seq", []float64{11, 12, 16}, []float64{11, 12, 19}, inOne, false},
		{"newest first", "n", []float64{5, 2, 1}, []float64{6, 2, 1}, inOne, false},
		{"in a row of its own", "n", []float64{1, 2, 3}, []float64{1, 2, 5}, inEach, false},
		{"too few rows to tell", "n", []float64{1, 2}, []float64{1, 3}, inOne, true},
		{"a count of orders", "orders", []float64{1, 1, 2}, []float64{1, 1, 3}, inOne, true},
		{"amounts lie far apart", "cents", []float64{1099, 2499, 4999}, []float64{1099, 2499, 9998}, inOne, true},
		{"a stock is in any order", "stock", []float64{97, 100, 95}, []float64{97, 101, 95}, inOne, true},
		{"a number that falls", "left", []float64{7, 8, 9}, []float64{7, 8, 6}, inOne, true},
		{"parts of an hour", "hours", []float64{1.5, 2.5, 3.5}, []float64{1.5, 2.5, 4.5}, inOne, true},
	} {
		did := Between(test.in(rows(test.column, test.before...)), test.in(rows(test.column, test.after...)), Normalizer{})
		require.Equal(t, test.counts, len(did) > 0, "%s: %v", test.why, did)
	}
}
