package load_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A state in which nothing can be judged is told by what it did.
func TestIncomparableStates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state func(*shop) any
		want  []string
	}{
		"only the last": {
			func(s *shop) any { return map[string]any{"last": s.orders[max(0, len(s.orders)-1):]} },
			[]string{
				"last[] moved by 1, then by 0", "last[].amount moved by 4,200, then by 0",
				"last[].event {evt} names 1 of the 2 events sent", "last[].payment {pi} names 1 of the 2 events sent",
			},
		},
		"moves by itself": {
			func(*shop) any { return map[string]any{"uptime": time.Now().UnixMilli()} },
			[]string{"uptime changes without a delivery"},
		},
		"another each time": {
			func(s *shop) any { return map[string]int{"square": len(s.orders) * len(s.orders)} },
			[]string{"square moved by 1, then by 3"},
		},
		"keys of its own": {
			func(s *shop) any {
				paid := map[string]bool{}
				for i := range s.orders {
					paid[string(rune('a'+i))] = true
				}
				return map[string]any{"paid": paid}
			},
			[]string{"paid.b is new, and names no event"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShop()
				l := payments(s, 50)
				l.State = s.show(test.state)
				_, err := l.Run(t.Context())
				require.ErrorIs(t, err, load.ErrNoEffect)
				var incomparable *load.IncomparableError
				require.ErrorAs(t, err, &incomparable)
				require.True(t, slices.IsSorted(incomparable.Changes))
				require.Equal(t, test.want, incomparable.Changes)
			})
		})
	}
}

// What is not judged in a state is named with its reason.
func TestReasonsNotToJudge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		l := payments(s, 50)
		l.State = s.show(func(s *shop) any {
			return map[string]any{"orders": slices.Clone(s.orders), "square": len(s.orders) * len(s.orders), "now": time.Now().UnixMilli()}
		})
		v := run(t, l).Verdict
		require.True(t, v.Sound(), v)
		require.Equal(t, []string{
			"not judged, since it changes without a delivery: now",
			"not judged, since one event changes it in another way than the next: square (by 1, then by 3)",
		}, v.Notes)
	})
}
