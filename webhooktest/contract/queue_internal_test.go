package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Time may run out: from when it is short, musts come first.
func TestMustsComeFirstWhereTimeIsShort(t *testing.T) {
	t.Parallel()
	should, must, info := Case{Level: "should"}, Case{Level: "must"}, Case{Level: "info"}
	cases := []contractCase{{Case: should}, {Case: must, Bursts: 44}, {Case: should}, {Case: must, Repeats: true}, {Case: info}, {Case: must}}
	for _, test := range []struct {
		name   string
		short  bool
		shorts []bool // at each case
		want   []int
	}{
		{"enough time", false, []bool{false, false, false, false, false, false}, []int{0, 2, 4, 5, 1, 3}},
		{"short from the start", true, []bool{true, true, true, true, true, true}, []int{5, 1, 0, 2, 4, 3}},
		{"short after two cases", false, []bool{false, false, true, true, true, true}, []int{0, 2, 5, 1, 4, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			q := newQueue(cases, test.short)
			var got []int
			for _, short := range test.shorts {
				got = append(got, q.next(short))
			}
			require.Equal(t, test.want, got)
			require.Empty(t, q.rest)
		})
	}
}
