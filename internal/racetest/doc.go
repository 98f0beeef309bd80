// Package racetest reports whether the race detector is on: it slows everything down and
// makes sync.Pool drop items at random, so tests cannot count allocations.
package racetest
