// Package statediff compares two states of a handler, each any JSON value: what came,
// moved or is gone between them, and whether it is what a baseline did. It knows
// neither events nor runs: callers name the ids that they sent in a Normalizer.
package statediff
