//go:build race

package verify_test

// raceEnabled is whether the race detector runs, which makes hashing slow.
const raceEnabled = true
