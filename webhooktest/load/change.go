package load

import (
	"math"
	"strings"
)

// A change is the effect of a delivery at a place: numbers and new values.
type change struct {
	sum   float64
	count int
}

func (c change) same(other change) bool { return c.count == other.count && near(c.sum, other.sum) }

// like reports whether two changes are equal as far as the place is judged.
func (c change) like(path string, other change) bool {
	return near(c.of(path), other.of(path))
}

// of returns how much a change changes a place, as it is judged.
func (c change) of(path string) float64 {
	if isCollection(path) {
		return float64(c.count)
	}
	return c.sum
}

// isTimes reports whether a change adds times, whose sum says nothing.
func (c change) isTimes(path string) bool {
	return !isCollection(path) && c.count > 0 && isTime(c.sum/float64(c.count))
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a), math.Abs(b)) }

// isTime reports whether a number is a present-day time, in seconds or a smaller unit.
func isTime(n float64) bool {
	for _, unit := range []float64{1, 1e3, 1e6, 1e9} {
		if n >= 1.6e9*unit && n < 2.1e9*unit {
			return true
		}
	}
	return false
}

// isCollection reports whether a place counts the elements of a list, or keys that the
// handler generated.
func isCollection(path string) bool {
	return strings.HasSuffix(path, "[]") || strings.HasSuffix(path, "*")
}
