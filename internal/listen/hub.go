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

// The defaults of a Hub.
const (
	DefaultConcurrency = 16     // deliveries to one endpoint at a time
	DefaultQueue       = 10_000 // unfinished deliveries
	DefaultKeep        = 10_000 // deliveries that are kept

	DefaultQueueBytes = 128 << 20 // of unfinished deliveries
	DefaultKeepBytes  = 128 << 20 // of all deliveries that are kept
)

// The errors of a Hub that callers tell apart.
var (
	ErrQueueFull = errors.New("the queue is full")
	ErrClosed    = errors.New("listen has ended")
	ErrNotKept   = errors.New("never made, or too old to be kept")
)

// A Hub delivers events to endpoints. Its zero value works. Set the fields before
// the first call. A Hub is safe for use by several goroutines; it has none of its own
// while it has nothing to deliver.
type Hub struct {
	// API, if not nil, gets each event that is no forgery before it is delivered, as it is
	// sent, and records the handlers' calls during an attempt.
	API *stripeapi.Server

	// Retries says when a failed delivery is tried again. Nil: Quick.
	Retries Schedule

	// Speed is how many times as fast the time between attempts passes. 0: 1.
	Speed float64

	// Chaos makes deliveries go wrong.
	Chaos Chaos

	// Concurrency bounds how many deliveries to one endpoint run at a time.
	// 0: DefaultConcurrency.
	Concurrency int

	// Queue bounds the number of unfinished deliveries, QueueBytes their bytes. An event
	// that goes to several endpoints counts for each. 0: DefaultQueue, DefaultQueueBytes.
	Queue, QueueBytes int

	// Keep bounds the number of deliveries that are kept, KeepBytes their bytes; the oldest
	// finished one is forgotten first. 0: DefaultKeep, DefaultKeepBytes.
	Keep, KeepBytes int

	// Timeout is how long a handler has to answer. 0: webhooktest.DefaultTimeout.
	Timeout time.Duration

	// TLS configures connections to https endpoints. Nil: certificates are verified.
	TLS *tls.Config

	// Accepted, if not nil, is called with each event and its deliveries, before the
	// first attempt.
	Accepted func(*webhooktest.Event, []Delivery)

	// Report, if not nil, is called with a delivery when an attempt begins and when it
	// has ended, by several goroutines, but for one delivery in order.
	Report func(Delivery)

	// Loading, if not nil, is called now and then while a journal is read, with the bytes
	// read so far and the size of the file.
	Loading func(done, size int64)

	once      sync.Once
	life      lifecycle
	endpoints endpoints
	history   history
	queue     queue
	watchers  watchers
	journal   *journal // nil for none
}

// open puts the parts together.
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
