package load_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// every returns a multiple of one effect for one event in n, once what is learned from is
// over.
func every(n, times int) func(*shop, int) int {
	return func(_ *shop, call int) int {
		if call > 4 && call%n == 0 {
			return times
		}
		return 1
	}
}

// shapes are what a handler may show of the same orders.
var shapes = []struct {
	name, reason string
	state        func(s *shop) any
	named        bool // the state says which events
}{
	{"rows", "the usual table", func(s *shop) any { return map[string]any{"orders": slices.Clone(s.orders)} }, true},
	{"a list", "without a name", func(s *shop) any { return slices.Clone(s.orders) }, true},
	{"ids", "nothing but what was seen", func(s *shop) any {
		var ids []string
		for _, o := range s.orders {
			ids = append(ids, o.Event)
		}
		return map[string]any{"done": ids}
	}, true},
	{"by payment", "a map, whose values count", func(s *shop) any {
		paid := make(map[string]int)
		for _, o := range s.orders {
			paid[o.Payment]++
		}
		return map[string]any{"paid": paid}
	}, true},
	{"by payment, with rows", "a map of objects", func(s *shop) any {
		paid := make(map[string]map[string]any)
		for _, o := range s.orders {
			if paid[o.Payment] == nil {
				paid[o.Payment] = map[string]any{"status": o.Status, "amount": 0}
			}
			paid[o.Payment]["amount"] = paid[o.Payment]["amount"].(int) + o.Amount
		}
		return paid
	}, true},
	{"a counter", "no ids at all", func(s *shop) any { return map[string]int{"total": s.total} }, false},
	{"rows without ids", "nor here", func(s *shop) any {
		amounts := []int{}
		for _, o := range s.orders {
			amounts = append(amounts, o.Amount)
		}
		return map[string]any{"amounts": amounts}
	}, false},
	{"rows and a counter", "both say the same", func(s *shop) any {
		return map[string]any{"orders": slices.Clone(s.orders), "stats": map[string]any{"total": s.total, "last": s.orders[max(0, len(s.orders)-1):]}}
	}, true},
}

func TestVerdictOfEveryShape(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes {
		for name, test := range map[string]struct {
			effect        func(*shop, int) int
			lost, doubled int
		}{
			"sound":   {nil, 0, 0},
			"loses":   {every(100, 0), 5, 0},
			"doubles": {every(100, 2), 0, 5},
		} {
			t.Run(shape.name+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newShop()
					s.effect = test.effect
					l := payments(s, 500)
					l.State = s.show(shape.state)
					v := run(t, l).Verdict
					require.Empty(t, v.Inconclusive)
					require.Equal(t, 500, v.Delivered)
					require.Equal(t, test.lost, v.Lost.Count, "%v\n%v", v, v.Counters)
					require.Equal(t, test.doubled, v.Doubled.Count, "%v\n%v", v, v.Counters)
					require.Zero(t, v.Wrong.Count, v)
					require.Equal(t, 500-test.lost, v.Effects)
					if shape.named {
						require.Len(t, v.Lost.Events, test.lost)
						require.Len(t, v.Doubled.Events, test.doubled)
						require.Empty(t, v.Counters)
					}
				})
			})
		}
	}
}

// show returns a state by a function, with the shop locked.
func (s *shop) show(state func(*shop) any) func(context.Context) (any, error) {
	return func(context.Context) (any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return state(s), nil
	}
}

// The events that are named are the ones that were lost.
func TestVerdictNamesTheRightEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var lost []string
		s.effect = func(s *shop, call int) int {
			if call%50 != 0 {
				return 1
			}
			return 0
		}
		l := payments(s, 200)
		l.State = s.show(shapes[0].state)
		v := run(t, l).Verdict
		kept := make(map[string]bool)
		for _, o := range s.orders {
			kept[o.Event] = true
		}
		for id := range maps.Keys(s.seen) {
			if !kept[id] {
				lost = append(lost, id)
			}
		}
		var named []string
		for _, event := range v.Lost.Events {
			named = append(named, event.Event)
			require.Regexp(t, `^pi_3`, event.Object)
		}
		require.ElementsMatch(t, lost, named)
		require.Len(t, named, 4)
		require.Regexp(t, `^200 delivered, 196 effects: 4 lost \(evt_3\w+, evt_3\w+, evt_3\w+, …\)$`, v.String())
	})
}

func TestVerdictOnForgeries(t *testing.T) {
	t.Parallel()
	for _, accepts := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop()
			s.unsigned = accepts
			l := payments(s, 300)
			l.Forge, l.State = 0.1, s.show(shapes[0].state)
			report := run(t, l)
			require.Positive(t, report.Forgeries)
			require.Equal(t, 300, report.Forgeries+report.Events)
			v := report.Verdict
			require.Zero(t, v.Lost.Count+v.Doubled.Count, v)
			if !accepts {
				require.True(t, v.Sound(), v)
				require.Zero(t, report.AcceptedForgeries)
				return
			}
			require.Equal(t, report.Forgeries, v.Forgeries)
			require.Equal(t, report.Forgeries+1, v.Forged.Count, "and the one to learn from")
			require.Len(t, v.Forged.Events, v.Forged.Count)
			require.True(t, s.seen[v.Forged.Events[0].Event])
		})
	}
}
