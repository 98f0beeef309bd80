package main

import (
	"runtime"
	"syscall"
	"time"
)

// A sample is what one side cost in one round.
type sample struct {
	ops    int
	wall   time.Duration
	cpu    time.Duration // of this process: user and system
	allocs uint64
	memory int64 // most bytes that a started process held at a time
	binary int64 // bytes of the started executable
}

// time is the wall time of one operation, in nanoseconds.
func (s sample) time() float64 { return float64(s.wall) / float64(s.ops) }

// cpuTime is the processor time of one operation, in nanoseconds.
func (s sample) cpuTime() float64 { return float64(s.cpu) / float64(s.ops) }

// allocations of one operation, rounded down as package testing does: what the
// runtime allocates now and then for itself is not the operation's.
func (s sample) allocations() float64 { return float64(s.allocs / uint64(s.ops)) }

func (s *sample) add(more sample) {
	s.ops += more.ops
	s.wall += more.wall
	s.cpu += more.cpu
	s.allocs += more.allocs
}

// A side does its operation n times and says what that cost. What the operation
// needs is made ready before the clock starts.
type side func(n int) (sample, error)

// repeat is a side that does the same thing over and over.
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

// measure runs work, which is n operations. It collects garbage first, so that no
// side pays for what the other left behind.
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

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // the arguments are right
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
