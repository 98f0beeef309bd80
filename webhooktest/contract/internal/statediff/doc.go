// Package statediff compares two states of a handler, each any JSON value: what was added,
// changed or removed between them, and whether that matches a baseline. It knows neither
// events nor runs: callers name the ids they sent in a Normalizer.
package statediff
