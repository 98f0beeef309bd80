//go:build !race

package verify_test

// raceEnabled is whether the race detector runs.
const raceEnabled = false
