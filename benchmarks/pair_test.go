package main

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	serveIfAsked()
	os.Exit(m.Run())
}

// TestPairs runs both sides of each pair once, without timing.
func TestPairs(t *testing.T) {
	for _, p := range pairs(testStand(t)) {
		t.Run(p.name(), func(t *testing.T) {
			for _, run := range []side{p.ours, p.theirs} {
				_, err := run(1)
				skipWithoutTool(t, err)
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPairs measures the sides one by one. The numbers depend on the machine; for
// comparable ratios, use the command.
func BenchmarkPairs(b *testing.B) {
	for _, p := range pairs(testStand(b)) {
		b.Run(p.name(), func(b *testing.B) {
			benchmark(b, "ours", p.ours)
			benchmark(b, "theirs", p.theirs)
		})
	}
}

func benchmark(b *testing.B, name string, run side) {
	b.Run(name, func(b *testing.B) {
		s, err := run(b.N)
		skipWithoutTool(b, err)
		if err != nil {
			b.Fatal(err)
		}
		// A side counts its own time and operations.
		b.ReportMetric(s.time(), "ns/op")
		b.ReportMetric(s.cpuTime(), "cpu-ns/op")
		b.ReportMetric(s.allocations(), "allocations/op")
	})
}

func testStand(tb testing.TB) *stand {
	s, err := newStand()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func skipWithoutTool(tb testing.TB, err error) {
	if missing := (missingTool{}); errors.As(err, &missing) {
		if os.Getenv("FAKESTRIPE_REAL_PARTS") != "" {
			tb.Fatal(err) // .ci/run has installed it
		}
		tb.Skip(err)
	}
}

func TestBounds(t *testing.T) {
	twice := sample{ops: 2, wall: 400, cpu: 300, allocs: 7, memory: 2e6, binary: 3e6}
	once := sample{ops: 1, wall: 100, cpu: 100, allocs: 1}
	for _, test := range []struct {
		bound bound
		value string
		holds bool
	}{
		{timeWithin(1.9), "2", false},
		{speedAtLeast(0.5), "0.5", true},
		{speedAtLeast(0.6), "0.5", false},
		{cpuWithin(1.5), "1.5", true},
		{allocationsWithin(3), "3", true},
		{moreAllocationsWithin(1), "2", false},
		{memoryWithin(2), "2", true},
		{binaryWithin(2.9), "3", false},
	} {
		t.Run(fmt.Sprint(test.bound.measure, test.bound.limit), func(t *testing.T) {
			value := test.bound.value(twice, once)
			if number(value) != test.value || test.bound.holds(value) != test.holds {
				t.Errorf("got %s, holds %t; want %s, %t", number(value), test.bound.holds(value), test.value, test.holds)
			}
		})
	}
}
