package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A number that is rounded moves by one unit more or less from time to time. A number that
// counts does not, nor does an amount.
func TestRoundingIsNoDifference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why       string
		want, got map[string]float64
		same      bool
	}{
		{"euros beside cents", map[string]float64{"cents": 1099, "eur": 10}, map[string]float64{"cents": 1099, "eur": 11}, true},
		{"euros that fall", map[string]float64{"cents": -318240, "eur": -3182}, map[string]float64{"cents": -318240, "eur": -3183}, true},
		{"many euros by themselves", map[string]float64{"eur": 3182}, map[string]float64{"eur": 3183}, true},
		{"an average", map[string]float64{"average": 3.07}, map[string]float64{"average": 3.08}, true},
		{"a count", map[string]float64{"orders": 1}, map[string]float64{"orders": 2}, false},
		{"ten of a count", map[string]float64{"orders": 10}, map[string]float64{"orders": 11}, false},
		{"a count beside cents", map[string]float64{"cents": 199, "orders": 1}, map[string]float64{"cents": 199, "orders": 2}, false},
		{"cents that count twice, too", map[string]float64{"cents": 1099, "eur": 10}, map[string]float64{"cents": 2198, "eur": 21}, false},
		{"two euros", map[string]float64{"cents": 1099, "eur": 10}, map[string]float64{"cents": 1099, "eur": 12}, false},
		{"a euro lost", map[string]float64{"eur": 10.5}, map[string]float64{"eur": 9.5}, false},
		{"hundredths that count", map[string]float64{"hours": 0.01}, map[string]float64{"hours": 0.02}, false},
		{"half a euro", map[string]float64{"eur": 12.5}, map[string]float64{"eur": 12}, false},
	} {
		diff := func(deltas map[string]float64) Diff {
			d := make(Diff)
			for name, delta := range deltas {
				d.add("state.stats."+name, delta)
			}
			return d
		}
		want := diff(test.want)
		differences, _ := Baseline{References: []Diff{want, want}, Volatile: new(Volatile)}.Judge(diff(test.got))
		require.Equal(t, test.same, len(differences) == 0, "%s: %v", test.why, differences)
	}
}
