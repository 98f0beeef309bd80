//go:build race

package webhooktest_test

// raceEnabled is whether the race detector runs: it makes sync.Pool forget at
// random, so that allocations cannot be counted.
const raceEnabled = true
