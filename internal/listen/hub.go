package listen

import (
	"cmp"
	"crypto/tls"
	"errors"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Defaults of a Hub.
const (
	DefaultConcurrency = 16     // deliveries at a time, per endpoint
	DefaultQueue       = 10_000 // unfinished deliveries
	DefaultKeep        = 10_000 // deliveries kept

	DefaultQueueBytes = 128 << 20 // bytes of unfinished deliveries
	DefaultKeepBytes  = 128 << 20 // bytes of all kept deliveries
)

// Errors of a Hub.
var (
	ErrQueueFull  = errors.New("the queue is full")
	ErrClosed     = errors.New("listen has ended")
	ErrNoEndpoint = errors.New("no endpoint")
	ErrNotKept    = errors.New("unknown, or too old to be kept")
)

// A Hub delivers events to endpoints. The zero value works. Set the fields before the
// first call. A Hub is safe for concurrent use, and runs no goroutines while idle.
type Hub struct {
	// API, if not nil, receives each event (except forgeries) before its delivery, as sent,
	// and records the calls that handlers make during an attempt.
	API *stripeapi.Server

	// Retries schedules the retries of a failed delivery. Nil means Quick.
	Retries Schedule

	// Speed divides the time between attempts. 0 means 1.
	Speed float64

	// Chaos disturbs deliveries.
	Chaos Chaos

	// Concurrency limits concurrent deliveries per endpoint. 0 means DefaultConcurrency.
	Concurrency int

	// Queue limits the number of unfinished deliveries, QueueBytes their bytes. An event for
	// several endpoints counts once per endpoint. 0 means DefaultQueue, DefaultQueueBytes.
	Queue, QueueBytes int

	// Keep limits the number of kept deliveries, KeepBytes their bytes; the oldest finished
	// one goes first. 0 means DefaultKeep, DefaultKeepBytes.
	Keep, KeepBytes int

	// Timeout is the handler's time to respond. 0 means webhooktest.DefaultTimeout.
	Timeout time.Duration

	// TLS configures connections to https endpoints. Nil means to verify certificates.
	TLS *tls.Config

	// Accepted, if not nil, is called with each event and its deliveries before the first
	// attempt: once for each shape, if endpoints of several API versions receive it.
	Accepted func(*webhooktest.Event, []Delivery)

	// Report, if not nil, is called with a delivery before and after each attempt:
	// concurrently, but in order for any one delivery.
	Report func(Delivery)

	// Loading, if not nil, reports progress during the reading of a journal: bytes read and
	// bytes to read. What is needed is read twice.
	Loading func(done, size int64)

	once      sync.Once
	life      lifecycle
	endpoints endpoints
	history   history
	queue     queue
	watchers  watchers
	journal   *journal // nil for none
}

// open assembles the parts.
func (h *Hub) open() {
	h.once.Do(func() {
		if h.Retries == nil {
			h.Retries = Quick()
		}
		h.life.open()
		h.history.life, h.history.watchers = &h.life, &h.watchers
		h.history.maxQueued = load{cmp.Or(h.Queue, DefaultQueue), cmp.Or(h.QueueBytes, DefaultQueueBytes)}
		h.history.maxKept = load{cmp.Or(h.Keep, DefaultKeep), cmp.Or(h.KeepBytes, DefaultKeepBytes)}
		h.queue.life, h.queue.deliver = &h.life, h.attempt
		h.queue.concurrency, h.queue.hold = cmp.Or(max(h.Concurrency, 0), DefaultConcurrency), scaled(maxHeld, h.Speed)
	})
}
