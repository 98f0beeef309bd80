package main

import (
	"fmt"
	"time"
)

// Wording of counts and durations.

// plural returns "1 event", "2 events".
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// counted returns a number with its noun.
func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

func attempts(n int) string   { return plural(n, "attempt") }
func deliveries(n int) string { return counted(n, "delivery", "deliveries") }
func events(n int) string     { return plural(n, "event") }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func round(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(time.Millisecond)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// notPositive returns the error for a duration flag of zero or less.
func notPositive(flag string, given time.Duration, example string) error {
	return fmt.Errorf("%s %s: must be positive, e.g. %s", flag, given, example)
}
