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

// What a Hub does where its fields do not say otherwise.
const (
	DefaultConcurrency = 16     // deliveries to one endpoint at a time
	DefaultQueue       = 10_000 // deliveries that are not finished
	DefaultKeep        = 10_000 // deliveries that can be looked at

	DefaultQueueBytes = 128 << 20 // what they hold, at the most
	DefaultKeepBytes  = 128 << 20 // what all deliveries hold, finished or not
)

// The errors of a Hub that a caller may want to tell apart.
var (
	ErrQueueFull = errors.New("the queue is full")
	ErrClosed    = errors.New("listen has ended")
	ErrNotKept   = errors.New("never made, or too old to be kept")
)

// A Hub delivers events to endpoints. Its zero value works. Set the fields before
// the first call. A Hub is safe for use by several goroutines; it has none of its own
// while it has nothing to deliver.
type Hub struct {
	// API, if not nil, learns of each event before it is delivered, and says what
	// handlers asked of it during an attempt.
	API *stripeapi.Server

	// Retries says when a failed delivery is tried again. Nil: Quick.
	Retries Schedule

	// Speed makes the time between attempts pass so many times as fast. 0: 1.
	Speed float64

	// Chaos is what goes wrong on the way.
	Chaos Chaos

	// Concurrency is how many deliveries to one endpoint are under way at a time.
	// 0: DefaultConcurrency.
	Concurrency int

	// Queue is how many deliveries may be unfinished, and how many bytes they may hold.
	// 0: DefaultQueue, DefaultQueueBytes. An event that goes to several endpoints counts
	// for each.
	Queue, QueueBytes int

	// Keep is how many deliveries can be looked at, and how many bytes they may hold;
	// the oldest finished one is forgotten first. 0: DefaultKeep, DefaultKeepBytes.
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

	// Loading, if not nil, is called now and then while a journal is read, with how many
	// bytes of how many are done.
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
