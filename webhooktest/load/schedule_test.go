package load_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A slow handler does not slow the arrival of events down, and the time that they wait for a
// free connection counts.
func TestOpenModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var arrived []time.Duration
		var mu sync.Mutex
		began := time.Now()
		l := payments(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			mu.Lock()
			arrived = append(arrived, time.Since(began))
			mu.Unlock()
			time.Sleep(time.Second)
		}), 0)
		l.Rate, l.Duration, l.Concurrency = load.Rate{From: 10, To: 10}, 2*time.Second, 100
		report := run(t, l)
		require.Len(t, arrived, 20)
		for i, at := range arrived {
			require.Equal(t, time.Duration(i)*100*time.Millisecond, at)
		}
		require.InDelta(t, 1000, report.Latency.Max, 2)
		require.Empty(t, report.Sender.Note)
	})
}

func TestWaitingForAConnectionCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := payments(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }), 0)
		l.Rate, l.Duration, l.Concurrency = load.Rate{From: 10, To: 10}, time.Second, 1
		report := run(t, l)
		require.Equal(t, 10, report.Events)
		require.InDelta(t, 1000, report.Latency.Min, 2)
		require.InDelta(t, 9100, report.Latency.Max, 10, "the last was due after 0.9s, and answered after 10s")
		require.Equal(t, 9, report.Sender.LateStarts)
		require.InDelta(t, 8100, report.Sender.LongestQueue, 2)
		require.Contains(t, report.Sender.Note, "9 of 10 events had to wait for one of the 1 connections")
	})
}

// Without a rate, the next event goes out when an answer comes.
func TestClosedModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int32
		l := payments(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			if n := under.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Second)
			under.Add(-1)
		}), 20)
		l.Concurrency = 5
		began := time.Now()
		report := run(t, l)
		require.EqualValues(t, 5, most.Load())
		require.Equal(t, 4*time.Second, time.Since(began))
		require.InDelta(t, 1000, report.Latency.Max, 2)
		require.InDelta(t, 5, report.Rate, 0.01)
	})
}

func TestDurationEndsALoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := payments(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }), 0)
		l.Duration, l.Concurrency = 3*time.Second, 1
		require.Equal(t, 3, run(t, l).Events)
	})
}

func TestRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.answer = func(call int) int {
			if call > 4 && call < 50 && call%3 == 0 {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		}
		l := payments(s, 60)
		l.Retries, l.State = []time.Duration{time.Second, time.Minute, time.Minute}, s.show(shapes[0].state)
		report := run(t, l)
		require.Positive(t, report.Retries)
		require.Equal(t, report.Failures, report.Retries, "none was given up")
		require.Zero(t, report.NotAccepted)
		require.True(t, report.Verdict.Sound(), report.Verdict)
		require.Equal(t, 60, report.Verdict.Effects)
		require.Less(t, report.Latency.Max, 1000.0, "the wait for a retry is none for a response")
	})
}

// What was not accepted in the end may have had an effect or not: neither is lost or doubled.
func TestRefusedEventsAreNotLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.answer = func(call int) int { return map[bool]int{true: 500, false: 200}[call > 10 && call%2 == 0] }
		l := payments(s, 100)
		l.State = s.show(shapes[7].state)
		report := run(t, l)
		require.Positive(t, report.NotAccepted)
		require.Equal(t, report.NotAccepted, report.Verdict.Unsure)
		require.Equal(t, report.Failures, report.NotAccepted)
		require.True(t, report.Verdict.Sound(), "%s %v", report.Verdict, report.Verdict.Counters)
	})
}

func TestChaos(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		l := payments(s, 1000)
		l.Chaos, l.State = load.Chaos{Duplicate: 0.1, Reorder: 0.1, Delay: 0.05, Drop: 0.05}, s.show(shapes[7].state)
		report := run(t, l)
		require.InDelta(t, 100, report.Duplicates, 40)
		require.InDelta(t, 50, report.Dropped, 30)
		require.Equal(t, 1000, report.Events+report.Dropped)
		require.Equal(t, report.Events+report.Duplicates, report.Deliveries)
		require.True(t, report.Verdict.Sound(), "%s %v", report.Verdict, report.Verdict.Counters)
		require.Equal(t, report.Duplicates, report.Verdict.Duplicates)
		require.Less(t, report.Latency.Max, 1000.0, "a delay is none of the handler's")
	})
}

// A handler that answers first and works later is waited for, as long as effects arrive.
func TestLateEffectsAreWaitedFor(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, loses := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, queue := newShop(), make(chan func(), 10_000)
			var worker sync.WaitGroup
			worker.Go(func() {
				for work := range queue {
					time.Sleep(time.Second)
					work()
				}
			})
			defer worker.Wait()
			defer close(queue)
			done := 0
			s.effect = func(s *shop, call int) int {
				row := order{s.last, s.lastPayment, "paid", 4200}
				queue <- func() {
					s.mu.Lock()
					defer s.mu.Unlock()
					if done++; !loses || done != 50 {
						s.orders = append(s.orders, row)
					}
				}
				return 0
			}
			var missing []int
			l := payments(s, 100)
			l.State = s.show(shapes[0].state)
			l.Progress = func(p load.Progress) {
				if p.Phase == load.Waiting {
					missing = append(missing, p.Missing)
				}
			}
			v := run(t, l).Verdict
			require.Equal(t, loses, !v.Sound(), v)
			require.Greater(t, len(missing), 10)
			require.Greater(t, missing[0], 90)
			if loses {
				require.Equal(t, 1, v.Lost.Count)
			}
		})
	}
}

// An interrupt ends a load at once, with a report of what was done.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newShop()
		l := payments(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(3 * time.Second):
				s.ServeHTTP(w, r)
			case <-r.Context().Done():
			}
		}), 0)
		l.Rate, l.Duration, l.Concurrency = load.Rate{From: 10, To: 10}, time.Hour, 1000
		l.State = s.show(shapes[0].state)
		began := time.Now()
		l.Progress = func(p load.Progress) {
			if p.Phase == load.Loading && p.Elapsed >= 10*time.Second {
				cancel()
				began = time.Now()
			}
		}
		report, err := l.Run(ctx)
		require.NoError(t, err)
		require.Less(t, time.Since(began), time.Second)
		require.True(t, report.Interrupted)
		require.InDelta(t, 100, report.Events, 6)
		require.InDelta(t, 70, report.Deliveries, 6)
		require.InDelta(t, 10, report.Rate, 1)
		require.Contains(t, report.Verdict.Inconclusive, "interrupted")
		require.Equal(t, report.Deliveries, report.Verdict.Delivered)
		cancel()
	})
}
