package load

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A Report is the result of a load. The JSON names give the units of times.
type Report struct {
	Target      string    `json:"target"`
	RunID       string    `json:"run"`
	Instance    int       `json:"instance"`
	Mix         []Share   `json:"mix"`
	Started     time.Time `json:"started"`
	Seconds     float64   `json:"duration_s"`
	Interrupted bool      `json:"interrupted"`

	Events            int `json:"events"`     // genuine events sent
	Deliveries        int `json:"deliveries"` // deliveries of them, with duplicates and retries
	Duplicates        int `json:"duplicates"`
	Retries           int `json:"retries"`
	Dropped           int `json:"dropped"`  // by chaos
	Failures          int `json:"failures"` // deliveries that were not accepted
	Forgeries         int `json:"forgeries"`
	AcceptedForgeries int `json:"accepted_forgeries"`
	NotAccepted       int `json:"not_accepted"` // events that were never accepted

	AskedRate string         `json:"asked_rate,omitempty"`
	Rate      float64        `json:"rate"` // events a second, forgeries included
	Latency   Latency        `json:"latency"`
	Answers   map[int]int    `json:"answers"` // by status
	Errors    map[string]int `json:"errors"`  // no response, by reason
	Sender    Sender         `json:"sender"`
	Timeline  []Point        `json:"timeline"`

	Verdict    *Verdict  `json:"verdict,omitempty"`
	Conditions []Outcome `json:"conditions,omitempty"`

	// Refused is the first response other than 2xx to a genuine event, or nil.
	Refused *webhooktest.Response `json:"-"`

	sent *Sent
	hist *hdrhistogram.Histogram
}

// Latency is the distribution of the times to answer: from the start of a delivery or, if
// no connection was free when it was due, from then.
type Latency struct {
	Min   float64      `json:"min_ms"`
	Mean  float64      `json:"mean_ms"`
	P50   float64      `json:"p50_ms"`
	P90   float64      `json:"p90_ms"`
	P95   float64      `json:"p95_ms"`
	P99   float64      `json:"p99_ms"`
	P999  float64      `json:"p99.9_ms"`
	P9999 float64      `json:"p99.99_ms"`
	Max   float64      `json:"max_ms"`
	Curve [][2]float64 `json:"curve"` // percentiles and milliseconds
}

// Sender is the sender's own cost of the load.
type Sender struct {
	Processor    float64 `json:"cpu_s"` // of this process
	PerDelivery  float64 `json:"cpu_us_per_delivery"`
	LagP99       float64 `json:"lag_p99_ms"`  // delay of events that had a free connection
	LateStarts   int     `json:"late_starts"` // events delayed by more than 10 ms for lack of a connection
	LongestQueue float64 `json:"longest_queue_ms"`
	Note         string  `json:"note,omitempty"` // which side limited the rate, if it was not kept
}

func (r *run) report() *Report {
	m := r.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	took := m.ended.Sub(m.began)
	report := &Report{
		Target: r.Endpoint.Target(), RunID: r.RunID, Instance: r.Instance, Mix: r.Mix, Started: m.began, Seconds: took.Seconds(),
		Events: m.events, Deliveries: m.deliveries, Duplicates: m.copies, Retries: m.retries, Dropped: m.dropped,
		Failures: m.failures, Forgeries: m.forgeries, AcceptedForgeries: m.acceptedForgeries,
		AskedRate: r.Rate.String(), Latency: latencyOf(m.latency), Answers: m.answers, Errors: m.errors, Timeline: m.line.points,
		Refused: m.refused, hist: m.latency, sent: r.sent(),
	}
	if took > 0 {
		report.Rate = float64(m.events+m.forged) / took.Seconds()
	}
	for _, s := range r.genuine {
		_, unsure := s.tracked.counts()
		report.NotAccepted += unsure
	}
	report.Sender = r.sender()
	return report
}

// sender returns the cost on this side, and which side limited the rate.
func (r *run) sender() Sender {
	m := r.meter
	s := Sender{
		Processor: m.cpu.Seconds(), LagP99: ms(m.lag.ValueAtQuantile(99)),
		LateStarts: m.lateStarts, LongestQueue: m.longestQueue.Seconds() * 1e3,
	}
	all := m.deliveries + m.forgeries
	if all > 0 {
		s.PerDelivery = m.cpu.Seconds() * 1e6 / float64(all)
	}
	const many = 100 // one in a hundred
	switch {
	case r.Rate == Rate{} || all == 0:
	case m.lateStarts > all/many:
		s.Note = fmt.Sprintf("%s of %s events had to wait for one of the %d connections: the handler responds too slowly for %s",
			Number(m.lateStarts), Number(all), r.Concurrency, r.Rate)
	case micro(m.lag.ValueAtQuantile(99)) > lateAfter:
		s.Note = fmt.Sprintf("this machine could not keep the schedule: events started up to %s late though connections were free, which counts as latency", micro(m.lag.Max()).Round(time.Millisecond))
	}
	return s
}

func ms(n int64) float64 { return float64(n) / 1e3 }

func latencyOf(h *hdrhistogram.Histogram) Latency {
	at := func(p float64) float64 { return ms(h.ValueAtQuantile(p)) }
	l := Latency{
		Min: ms(h.Min()), Mean: h.Mean() / 1e3, Max: ms(h.Max()),
		P50: at(50), P90: at(90), P95: at(95), P99: at(99), P999: at(99.9), P9999: at(99.99),
	}
	if h.TotalCount() == 0 {
		return Latency{}
	}
	for _, b := range h.CumulativeDistribution() {
		l.Curve = append(l.Curve, [2]float64{b.Quantile, ms(b.ValueAt)})
	}
	return l
}

// Sent returns a record of what was sent, to judge several instances together.
func (r *Report) Sent() *Sent { return r.sent }
