package load

import (
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

// A meter measures the load. Its size does not depend on the number of deliveries.
type meter struct {
	mu      sync.Mutex
	began   time.Time
	ended   time.Time
	cpu     time.Duration // of this process: at the start, then for the load
	latency *hdrhistogram.Histogram
	lag     *hdrhistogram.Histogram // how late an event started although a worker was free
	recent  *hdrhistogram.Histogram
	line    timeline

	events, forged, dropped       int
	deliveries, copies, retries   int // of genuine events
	failures                      int // failed ones among them
	lateStarts                    int // with no free connection
	longestQueue                  time.Duration
	forgeries, acceptedForgeries  int
	answers                       map[int]int
	errors                        map[string]int
	sinceProgress, recentFailures int
	progressed                    time.Time
	refused                       *webhooktest.Response // the first for a genuine event
}

// An outcome is the result of one attempt.
type outcome struct {
	due, began, answered time.Time
	late                 bool // due before a connection was free
	response             *webhooktest.Response
	how                  origin
	forged               bool
}

// took returns the latency. A timer up to a millisecond late is the sender's own lag: only
// the wait for a connection is the handler's.
func (o *outcome) took() time.Duration {
	if o.late {
		return o.answered.Sub(o.due)
	}
	return o.answered.Sub(o.began)
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

// event counts the first delivery of an event.
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

// mostErrors limits the number of different errors counted.
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

// record adds an outcome.
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
	took := max(1, min(slowest, o.took().Microseconds()))
	for _, h := range []*hdrhistogram.Histogram{m.latency, m.recent} {
		_ = h.RecordValue(took) // within its bounds
	}
	m.line.record(o.answered.Sub(m.began), took, !accepted)
	m.sinceProgress++
	if !accepted {
		m.failures++
		m.recentFailures++
		if m.refused == nil && o.response.Err == nil {
			m.refused = o.response
		}
	}
}

// queue distinguishes waiting for a connection from waking up late.
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

// lateAfter is the minimum delay of a late start.
const lateAfter = 10 * time.Millisecond

// progress returns the recent measurements.
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
