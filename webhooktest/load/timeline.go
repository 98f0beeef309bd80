package load

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A timeline records each interval of a load. Intervals grow, so that there are never many.
type timeline struct {
	width  time.Duration
	points []Point
	hist   *hdrhistogram.Histogram // of the current interval
	errors int
}

// A Point describes an interval of a load.
type Point struct {
	At     float64 `json:"at_s"` // the end of the interval, in seconds since the start
	Rate   float64 `json:"rate"` // deliveries a second
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
	Max    float64 `json:"max_ms"`
	Errors int     `json:"errors"`
}

const mostPoints = 600

func (l *timeline) record(at time.Duration, took int64, failed bool) {
	for at >= l.end() {
		l.close(l.end())
	}
	_ = l.hist.RecordValue(took)
	if failed {
		l.errors++
	}
}

// end returns the end of the current interval.
func (l *timeline) end() time.Duration { return time.Duration(len(l.points)+1) * l.width }

// close ends an interval.
func (l *timeline) close(at time.Duration) {
	ms := func(n int64) float64 { return float64(n) / 1e3 }
	width := (at - time.Duration(len(l.points))*l.width).Seconds()
	if width <= 0 {
		return
	}
	l.points = append(l.points, Point{
		At: at.Seconds(), Rate: float64(l.hist.TotalCount()) / width, Errors: l.errors,
		P50: ms(l.hist.ValueAtQuantile(50)), P99: ms(l.hist.ValueAtQuantile(99)), Max: ms(l.hist.Max()),
	})
	l.hist.Reset()
	l.errors = 0
	if len(l.points) == mostPoints {
		l.halve()
	}
}

// halve joins every two intervals. It keeps the higher percentile of both.
func (l *timeline) halve() {
	for i := range mostPoints / 2 {
		a, b := l.points[2*i], l.points[2*i+1]
		l.points[i] = Point{
			At: b.At, Rate: (a.Rate + b.Rate) / 2, Errors: a.Errors + b.Errors,
			P50: math.Max(a.P50, b.P50), P99: math.Max(a.P99, b.P99), Max: math.Max(a.Max, b.Max),
		}
	}
	l.points, l.width = l.points[:mostPoints/2], 2*l.width
}
