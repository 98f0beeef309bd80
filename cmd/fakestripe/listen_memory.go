package main

import "runtime/debug"

// softMemory is how much memory listen tries to make do with, in bytes. What it keeps
// is bounded by less (listen.DefaultKeepBytes, stripeapi.KeptBytes); without a limit the
// garbage collector would let as much again pile up. The process takes some 20 MiB more
// (README.md has what was measured).
const softMemory = 256 << 20

// boundMemory sets the limit, unless the user has set one, and returns what takes it
// back.
func boundMemory(getenv func(string) string) (undo func()) {
	if getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(softMemory)
	return func() { debug.SetMemoryLimit(before) }
}
