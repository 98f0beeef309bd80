package main

import "runtime/debug"

// softMemory is the soft memory limit of listen, in bytes. Its data takes less
// (listen.DefaultKeepBytes, stripeapi.KeptBytes); without a limit, the garbage collector
// would let as much again pile up. The process takes some 20 MiB more (measured in
// README.md).
const softMemory = 256 << 20

// boundMemory sets the limit, unless the user has set one, and returns a function that
// resets it.
func boundMemory(getenv func(string) string) (undo func()) {
	if getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(softMemory)
	return func() { debug.SetMemoryLimit(before) }
}
