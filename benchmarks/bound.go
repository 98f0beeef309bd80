package main

import (
	"math"
	"slices"
	"time"
)

// A bound is a number measured for a pair in each round, and its limit.
type bound struct {
	measure string // what the number is
	unit    string
	limit   float64
	atLeast bool // the number must reach the limit instead of staying below it
	value   func(ours, theirs sample) float64
}

// timeWithin bounds our time as a multiple of theirs.
func timeWithin(limit float64) bound {
	return bound{measure: "time", unit: "x", limit: limit, value: func(ours, theirs sample) float64 {
		return ours.time() / theirs.time()
	}}
}

// speedAtLeast bounds our speed as a multiple of theirs.
func speedAtLeast(limit float64) bound {
	return bound{measure: "speed", unit: "x", limit: limit, atLeast: true, value: func(ours, theirs sample) float64 {
		return theirs.time() / ours.time()
	}}
}

// cpuWithin bounds our processor time as a multiple of theirs.
func cpuWithin(limit float64) bound {
	return bound{measure: "cpu", unit: "x", limit: limit, value: func(ours, theirs sample) float64 {
		return ours.cpuTime() / theirs.cpuTime()
	}}
}

// allocationsWithin bounds our allocations, regardless of theirs.
func allocationsWithin(limit float64) bound {
	return bound{measure: "allocations", limit: limit, value: func(ours, _ sample) float64 {
		return ours.allocations()
	}}
}

// moreAllocationsWithin bounds our allocations beyond theirs.
func moreAllocationsWithin(limit float64) bound {
	return bound{measure: "allocations more", limit: limit, value: func(ours, theirs sample) float64 {
		return ours.allocations() - theirs.allocations()
	}}
}

const megabyte = 1e6

// memoryWithin bounds the peak memory of our process, in megabytes.
func memoryWithin(limit float64) bound {
	return bound{measure: "memory", unit: " MB", limit: limit, value: func(ours, _ sample) float64 {
		return float64(ours.memory) / megabyte
	}}
}

// binaryWithin bounds the size of our executable, in megabytes.
func binaryWithin(limit float64) bound {
	return bound{measure: "binary", unit: " MB", limit: limit, value: func(ours, _ sample) float64 {
		return float64(ours.binary) / megabyte
	}}
}

// p50Within bounds the difference between our median latency and theirs, as a part of
// theirs.
func p50Within(limit float64) bound {
	return bound{measure: "p50 apart", unit: "x", limit: limit, value: func(ours, theirs sample) float64 {
		return apart(ours.p50, theirs.p50)
	}}
}

// p99Within bounds the difference between the 99th percentiles likewise.
func p99Within(limit float64) bound {
	return bound{measure: "p99 apart", unit: "x", limit: limit, value: func(ours, theirs sample) float64 {
		return apart(ours.p99, theirs.p99)
	}}
}

func apart(ours, theirs time.Duration) float64 {
	return math.Abs(float64(ours-theirs)) / float64(theirs)
}

func (b bound) holds(value float64) bool {
	if b.atLeast {
		return value >= b.limit
	}
	return value <= b.limit
}

// compare measures both sides in turns and returns the median of each bound's number. A
// temporary slowdown of the machine affects both halves of a round. The first round,
// which warms caches and connections, does not count.
func compare(p pair, rounds int) ([]float64, error) {
	values := make([][]float64, len(p.bounds))
	for round := range rounds + 1 {
		ours, err := p.ours(p.ops)
		if err != nil {
			return nil, err
		}
		theirs, err := p.theirs(p.ops)
		if err != nil {
			return nil, err
		}
		if round == 0 {
			continue
		}
		for i, b := range p.bounds {
			values[i] = append(values[i], b.value(ours, theirs))
		}
	}
	medians := make([]float64, len(values))
	for i := range values {
		medians[i] = median(values[i])
	}
	return medians, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
