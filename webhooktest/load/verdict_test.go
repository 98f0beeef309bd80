package load_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
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
	realpart.Long(t)
	for _, shape := range realpart.Sample(shapes, 4) {
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
	realpart.Long(t)
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
			require.Equal(t, report.Forgeries, v.Forged.Count, "without the one to learn from")
			require.Len(t, v.Forged.Events, v.Forged.Count)
			require.True(t, s.seen[v.Forged.Events[0].Event])
		})
	}
}

// One that had an effect before the load is told if none came later.
func TestForgeryBeforeTheLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.unsigned = true
		l := payments(s, 50)
		l.Forge, l.State = 1e-9, s.show(shapes[0].state)
		report := run(t, l)
		require.Zero(t, report.Forgeries)
		require.Equal(t, 1, report.Verdict.Forgeries)
		require.Equal(t, 1, report.Verdict.Forged.Count)
	})
}

// What says nothing of an event is no pass.
func TestNothingToJudge(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]func(*shop) any{
		"nothing":           func(*shop) any { return []any{} },
		"only the last":     func(s *shop) any { return map[string]any{"last": s.orders[max(0, len(s.orders)-1):]} },
		"moves by itself":   func(*shop) any { return map[string]any{"uptime": time.Now().UnixMilli()} },
		"another each time": func(s *shop) any { return map[string]int{"square": len(s.orders) * len(s.orders)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShop()
				l := payments(s, 50)
				l.State = s.show(state)
				_, err := l.Run(t.Context())
				require.ErrorIs(t, err, load.ErrNoEffect)
			})
		})
	}
}

// What counts deliveries is no second effect, and what counts refusals none of a forgery.
func TestCountsOfDeliveries(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var calls, refused atomic.Int32
		counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			recorder := httptest.NewRecorder()
			if s.ServeHTTP(recorder, r); recorder.Code != http.StatusOK {
				refused.Add(1)
			}
			w.WriteHeader(recorder.Code)
		})
		l := payments(counting, 300)
		l.Chaos.Duplicate, l.Forge = 0.2, 0.1
		l.State = s.show(func(s *shop) any {
			return map[string]any{"orders": slices.Clone(s.orders), "received": calls.Load() - refused.Load(), "requests": calls.Load(), "refused": refused.Load()}
		})
		report := run(t, l)
		v := report.Verdict
		require.True(t, v.Sound(), "%s %v %v", v, v.Counters, v.Notes)
		require.Contains(t, v.Notes, "taken for a count of deliveries, since a duplicate changes it too: received, requests")
		require.Contains(t, v.Notes, "not judged, since a forgery changes it too: requests")
	})
}

// A handler that counts a duplicate again is told by its events.
func TestDuplicatesThatCount(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.forgets = true
		l := payments(s, 300)
		l.Chaos.Duplicate, l.State = 0.1, s.show(shapes[7].state)
		report := run(t, l)
		require.Equal(t, report.Duplicates, report.Verdict.Doubled.Count)
		require.Len(t, report.Verdict.Doubled.Events, report.Duplicates)
		require.Empty(t, report.Verdict.Counters)
	})
}

// The last step of a flow is lost: the row is there, and says another thing.
func TestWrongEffects(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		l := payments(s, 300)
		l.Mix[0].Name = "payment"
		l.State = s.show(func(s *shop) any {
			rows := make(map[string]map[string]string)
			for _, o := range s.orders {
				if strings.HasPrefix(o.Payment, "pi_") && rows[o.Payment] == nil {
					rows[o.Payment] = map[string]string{"status": map[bool]string{false: "paid", true: "open"}[len(rows)%20 == 19]}
				}
			}
			return rows
		})
		v := run(t, l).Verdict
		require.Equal(t, 5, v.Wrong.Count, v)
		require.Zero(t, v.Lost.Count+v.Doubled.Count, v)
		require.Equal(t, "{pi}.status is open, not paid", v.Wrong.Events[0].Said)
		require.Contains(t, v.Notes, "the events of a flow count as one here")
	})
}

// A page of a longer list looks like a loss; the verdict says what it may be.
func TestPageOfAState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		l := payments(s, 100)
		l.State = s.show(func(s *shop) any { return slices.Clone(s.orders[:min(10, len(s.orders))]) })
		v := run(t, l).Verdict
		require.Equal(t, 92, v.Lost.Count)
		require.Contains(t, v.Notes, "more than half of the events are missing: if the state is one page of a longer list, show all of it")
	})
}

// A stream is read as it comes, and closed; an error in it is told.
func TestStateIsAStream(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		l := payments(s, 50)
		closed := 0
		l.State = func(context.Context) (any, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			text, err := json.Marshal(s.orders)
			return closing{iotest.OneByteReader(bytes.NewReader(text)), &closed}, err
		}
		require.True(t, run(t, l).Verdict.Sound())
		require.Positive(t, closed)
		for text, want := range map[string]string{
			"": "not JSON: unexpected EOF", "[1": "not JSON: unexpected EOF", "[1] [2]": "more than one JSON value", "<html>": "invalid character '<'",
		} {
			l.State = func(context.Context) (any, error) { return strings.NewReader(text), nil }
			_, err := l.Run(t.Context())
			require.ErrorContains(t, err, want)
		}
	})
}

type closing struct {
	io.Reader
	closed *int
}

// Close implements io.Closer.
func (c closing) Close() error {
	*c.closed++
	return nil
}

// What several instances sent is judged together.
func TestVerify(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var sent []*load.Sent
		for instance := range 3 {
			s.effect = every(50, instance)
			l := payments(s, 200)
			l.Instance, l.Forge = instance, 0.1
			line, err := json.Marshal(run(t, l).Sent())
			require.NoError(t, err)
			parsed, err := load.ParseSent(line)
			require.NoError(t, err)
			sent = append(sent, parsed...)
		}
		for _, shape := range realpart.Sample(shapes, 4) {
			v, err := load.Verify(t.Context(), sent, s.show(shape.state), time.Second, nil)
			if !shape.named {
				require.ErrorIs(t, err, load.ErrNoEffect)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, 600-v.Forgeries, v.Delivered)
			require.Positive(t, v.Lost.Count)
			require.Positive(t, v.Doubled.Count)
			require.Len(t, v.Lost.Events, v.Lost.Count)
			require.Zero(t, v.Wrong.Count)
		}
		_, err := load.Verify(t.Context(), append(sent, sent[0]), s.show(shapes[0].state), time.Second, nil)
		require.ErrorIs(t, err, load.ErrSentTwice)
	})
}

func TestParseSent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"format":`:    "want a line of JSON",
		`{"format": 2}`: "format 2: want 1",
		`{"format": 1, "sent": [{"name": "x", "stems": []}]}`:                                              "x: 0 stems",
		`{"format": 1, "sent": [{"name": "x", "stems": ["evt_1"]}]}`:                                       `stem "evt_1": want 8 letters`,
		`{"format": 1, "sent": [{"name": "x", "stems": ["evt_1234567890"], "accepted": [[3, 2]]}]}`:        "range [3, 2]",
		`{"format": 1, "sent": [{"name": "x", "stems": ["evt_1234567890"], "unsure": [[0, 1e10]]}]}`:       "want a line of JSON",
		`{"format": 1, "sent": [{"name": "x", "stems": ["evt_1234567890"], "unsure": [[0, 9999999999]]}]}`: "range [0, 9999999999]",
	} {
		_, err := load.ParseSent([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}
