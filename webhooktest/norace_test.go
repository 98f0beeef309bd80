//go:build !race

package webhooktest_test

// raceEnabled is whether the race detector runs.
const raceEnabled = false
