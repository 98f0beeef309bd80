package main

import (
	"runtime"
	"syscall"
	"time"
)

// A sample is the cost of one side in one round.
type sample struct {
	ops    int
	wall   time.Duration
	cpu    time.Duration // of this process: user and system
	allocs uint64
	memory int64 // peak memory of a started process, in bytes
	binary int64 // size of the started executable, in bytes

	p50, p99 time.Duration // latencies of a load
}

// time is the wall time of one operation, in nanoseconds.
func (s sample) time() float64 { return float64(s.wall) / float64(s.ops) }

// cpuTime is the processor time of one operation, in nanoseconds.
func (s sample) cpuTime() float64 { return float64(s.cpu) / float64(s.ops) }

// allocations returns those of one operation, rounded down as in package testing:
// occasional ones by the runtime do not count.
func (s sample) allocations() float64 { return float64(s.allocs / uint64(s.ops)) }

func (s *sample) add(more sample) {
	s.ops += more.ops
	s.wall += more.wall
	s.cpu += more.cpu
	s.allocs += more.allocs
}

// A side performs its operation n times and returns the cost. It prepares everything
// before the clock starts.
type side func(n int) (sample, error)

// repeat is a side that repeats one operation.
func repeat(op func() error) side {
	return func(n int) (sample, error) {
		return measure(n, func() error {
			for range n {
				if err := op(); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// measure times work of n operations. It collects garbage first, so no side pays for the
// other's.
func measure(n int, work func() error) (sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, start := processorTime(), time.Now()
	err := work()
	s := sample{ops: n, wall: time.Since(start), cpu: processorTime() - cpu}
	runtime.ReadMemStats(&after)
	s.allocs = after.Mallocs - before.Mallocs
	return s, err
}

// processorTime is the processor time of this process so far.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // the arguments are valid
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
