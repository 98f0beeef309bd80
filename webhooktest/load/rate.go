package load

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Rate is a number of events a second, constant or changing linearly. The zero value
// means no schedule: each event goes out as soon as a response arrives.
type Rate struct{ From, To float64 }

// ParseRate parses "200/s", "6000/m", "3600/h", "200" (a second), or a ramp such as
// "50/s..500/s".
func ParseRate(text string) (Rate, error) {
	first, last, ramp := strings.Cut(text, "..")
	if !ramp {
		last = first
	}
	var r Rate
	var err error
	if r.From, err = perSecond(first); err == nil {
		r.To, err = perSecond(last)
	}
	if err == nil && r.From+r.To == 0 {
		err = errNoRate
	}
	if err != nil {
		return Rate{}, fmt.Errorf("%q: %w", text, err)
	}
	return r, nil
}

var errNoRate = errors.New("want a rate such as 200/s, 6000/m or 50/s..500/s")

func perSecond(text string) (float64, error) {
	number, unit, _ := strings.Cut(strings.TrimSpace(text), "/")
	n, err := strconv.ParseFloat(number, 64)
	seconds := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}[unit]
	if err != nil || seconds == 0 || !(n >= 0 && n <= 1e9) {
		return 0, errNoRate
	}
	return n / seconds, nil
}

// String formats the rate for ParseRate; "" means no rate.
func (r Rate) String() string {
	format := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) + "/s" }
	switch {
	case r == (Rate{}):
		return ""
	case r.From == r.To:
		return format(r.From)
	}
	return format(r.From) + ".." + format(r.To)
}

// Peak returns the highest number of events a second.
func (r Rate) Peak() float64 { return max(r.From, r.To) }

// during returns how many events arrive within a ramp's duration.
func (r Rate) during(ramp time.Duration) int {
	return int(math.Ceil((r.From+r.To)/2*ramp.Seconds() - 1e-9))
}

// at returns the time of the nth arrival, counted from 0. After the ramp the rate stays
// constant.
func (r Rate) at(n int, ramp time.Duration) time.Duration {
	events, whole := float64(n), (r.From+r.To)/2*ramp.Seconds()
	var t float64
	switch slope := (r.To - r.From) / ramp.Seconds(); {
	case n == 0:
	case r.From == r.To:
		t = events / r.From
	case events < whole: // the root of From*t + slope*t²/2 = n
		t = 2 * events / (r.From + math.Sqrt(max(0, r.From*r.From+2*slope*events)))
	default:
		t = ramp.Seconds() + (events-whole)/r.To
	}
	if math.IsNaN(t) || t > math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(t * 1e9)
}
