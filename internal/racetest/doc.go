// Package racetest tells tests whether the race detector runs: it makes everything slow,
// and sync.Pool forget at random, so that allocations cannot be counted.
package racetest
