package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// loadPairs compares fakestripe load with generators that repeat one body, at full speed,
// and by the latencies that they report at the same rate.
func loadPairs(s *stand) []pair {
	const full, steady = "load, 16 at once, verified", "load, 200 a second, verified"
	const requests, arrivals = 20_000, 400
	return []pair{{
		what: full, against: "vegeta with a fixed body, verifying handler", ops: requests,
		ours:   loadAll(s, load.Load{Concurrency: concurrency}),
		theirs: attackWithVegeta(s, verifyingPath),
		bounds: []bound{speedAtLeast(1), cpuWithin(1)},
	}, {
		what: full, against: "wrk -t2 -c16, verifying handler", ops: requests,
		ours:   loadAll(s, load.Load{Concurrency: concurrency}),
		theirs: attackWithWrk(s, verifyingPath),
		bounds: []bound{speedAtLeast(0.7)},
	}, {
		what: steady, against: "vegeta at the same rate, verifying handler", ops: arrivals,
		ours:   loadAll(s, load.Load{Rate: load.Rate{From: steadyRate, To: steadyRate}, Concurrency: concurrency}),
		theirs: attackAtRate(s, verifyingPath),
		bounds: []bound{p50Within(0.15), p99Within(0.5)},
	}}
}

const steadyRate = 200 // a second

// loadAll runs a load of n events.
func loadAll(s *stand, l load.Load) side {
	return func(n int) (sample, error) {
		server, err := s.server()
		if err != nil {
			return sample{}, err
		}
		l := l
		l.Endpoint = &webhooktest.Endpoint{URL: server + verifyingPath}
		defer l.Endpoint.Close()
		l.Mix, l.Count = []load.Share{{Name: eventType, Weight: 1}}, n
		var report *load.Report
		result, err := measure(n, func() (err error) {
			report, err = l.Run(context.Background())
			return err
		})
		if err != nil {
			return sample{}, err
		}
		if report.Answers[http.StatusOK] != n {
			return sample{}, fmt.Errorf("load: %d of %d accepted: %v %v", report.Answers[http.StatusOK], n, report.Answers, report.Errors)
		}
		result.p50, result.p99 = milliseconds(report.Latency.P50), milliseconds(report.Latency.P99)
		return result, nil
	}
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

// attackAtRate sends n requests at the steady rate with vegeta.
func attackAtRate(s *stand, path string) side {
	return func(n int) (sample, error) {
		attacker, target, stop, err := newAttacker(s, path)
		if err != nil {
			return sample{}, err
		}
		defer stop()
		rate := vegeta.Rate{Freq: steadyRate, Per: time.Second}
		var metrics vegeta.Metrics
		result, err := measure(n, func() error {
			for hit := range attacker.Attack(target, rate, time.Duration(n)*time.Second/steadyRate, "") {
				metrics.Add(hit)
			}
			metrics.Close()
			return nil
		})
		if err == nil && metrics.Success < 1 {
			err = fmt.Errorf("vegeta: %v", metrics.Errors)
		}
		result.p50, result.p99 = metrics.Latencies.P50, metrics.Latencies.P99
		return result, err
	}
}
