package load

import (
	"math"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Latencies are kept in microseconds, with three digits.
const (
	slowest = int64(10 * time.Minute / time.Microsecond)
	digits  = 3
)

// A meter measures. Its size does not depend on the number of deliveries.
type meter struct {
	mu      sync.Mutex
	began   time.Time
	ended   time.Time
	cpu     time.Duration // of this process, at the beginning, then of the load
	latency *hdrhistogram.Histogram
	lag     *hdrhistogram.Histogram // how late an event started that a worker was waiting for
	recent  *hdrhistogram.Histogram
	line    timeline

	events, forged, dropped       int
	deliveries, copies, retries   int // of genuine events
	failures                      int // of them
	lateStarts                    int // for want of a free connection
	longestQueue                  time.Duration
	forgeries, acceptedForgeries  int
	answers                       map[int]int
	errors                        map[string]int
	sinceProgress, recentFailures int
	progressed                    time.Time
}

// An outcome is what came of one attempt.
type outcome struct {
	due, began, answered time.Time
	late                 bool // it was due before a connection was free
	response             *webhooktest.Response
	how                  origin
	forged               bool
}

func newMeter() *meter {
	made := func() *hdrhistogram.Histogram { return hdrhistogram.New(1, slowest, digits) }
	return &meter{latency: made(), lag: made(), recent: made(), line: timeline{width: time.Second, hist: made()},
		answers: make(map[int]int), errors: make(map[string]int)}
}

func (m *meter) start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.began, m.cpu = time.Now(), processorTime()
	m.progressed = m.began
}

func (m *meter) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended, m.cpu = time.Now(), processorTime()-m.cpu
	m.line.close(m.ended.Sub(m.began))
}

// event counts an event that goes out the first time.
func (m *meter) event(forged bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if forged {
		m.forged++
	} else {
		m.events++
	}
}

func (m *meter) drop(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropped += n
}

// mostErrors limits the kinds of errors that are told apart.
const mostErrors = 20

// fail counts an attempt that could not be made.
func (m *meter) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deliveries++
	m.failures++
	m.countError(err.Error())
}

func (m *meter) countError(kind string) {
	if m.errors[kind] == 0 && len(m.errors) >= mostErrors {
		kind = "other errors"
	}
	m.errors[kind]++
}

// record takes in an outcome.
func (m *meter) record(o *outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	accepted := o.response.Accepted()
	if o.response.Err != nil {
		m.countError(o.response.Err.Error())
	} else {
		m.answers[o.response.StatusCode]++
	}
	if o.forged {
		m.forgeries++
		if accepted {
			m.acceptedForgeries++
		}
		return
	}
	m.deliveries++
	switch o.how {
	case copied:
		m.copies++
	case retried:
		m.retries++
	}
	m.queue(o)
	took := max(1, min(slowest, o.answered.Sub(o.due).Microseconds()))
	for _, h := range []*hdrhistogram.Histogram{m.latency, m.recent} {
		_ = h.RecordValue(took) // within its bounds
	}
	m.line.record(o.answered.Sub(m.began), took, !accepted)
	m.sinceProgress++
	if !accepted {
		m.failures++
		m.recentFailures++
	}
}

// queue tells waiting for a connection from waking up late.
func (m *meter) queue(o *outcome) {
	waited := o.began.Sub(o.due)
	switch {
	case o.late:
		if waited > lateAfter {
			m.lateStarts++
		}
		m.longestQueue = max(m.longestQueue, waited)
	default:
		_ = m.lag.RecordValue(max(1, min(slowest, waited.Microseconds())))
	}
}

// lateAfter is how long after its time a start is late.
const lateAfter = 10 * time.Millisecond

// progress returns what happened of late.
func (m *meter) progress() Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	p := Progress{Phase: Loading, Elapsed: now.Sub(m.began), Events: m.events + m.forged, Deliveries: m.deliveries + m.forgeries, Errors: m.failures}
	if since := now.Sub(m.progressed).Seconds(); since > 0 {
		p.Rate = float64(m.sinceProgress) / since
	}
	p.P50, p.P99 = micro(m.recent.ValueAtQuantile(50)), micro(m.recent.ValueAtQuantile(99))
	m.recent.Reset()
	m.sinceProgress, m.progressed = 0, now
	return p
}

func micro(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

// A timeline is what happened in each interval of a load. Intervals grow, so that there are
// never many.
type timeline struct {
	width  time.Duration
	points []Point
	hist   *hdrhistogram.Histogram // of the interval under way
	errors int
}

// A Point is what happened in an interval of a load.
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

// end is the end of the interval under way.
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

// halve joins every two intervals. The percentiles of both are taken for the higher one.
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
