package listen

import (
	"context"
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

	once    sync.Once
	ctx     context.Context // of the attempts
	cancel  context.CancelFunc
	working sync.WaitGroup
	journal *journal

	mu       sync.Mutex
	closed   bool
	failed   chan struct{} // closed when the journal cannot be written
	err      error
	lanes    []*lane
	made     int // deliveries so far, whose number is the last one's
	tasks    map[string]*task
	order    []*task // by number
	orphans  []*task // of the journal, whose endpoint is not known yet
	events   map[string]*original
	unwanted shelf
	queued   load // not finished
	kept     load
	watchers []*watcher
	counts   Summary
}

// A load is a number of deliveries and the bytes that they hold.
type load struct{ count, bytes int }

func (l *load) add(t *task)    { l.count++; l.bytes += t.size }
func (l *load) remove(t *task) { l.count--; l.bytes -= t.size }

// A task is a delivery and what is needed to make it.
type task struct {
	Delivery
	number  int
	event   *webhooktest.Event // as it is sent
	lane    *lane
	fate    fate
	spoken  []string // the mutations as they were given
	timer   *time.Timer
	changed chan struct{} // closed at the next change, nil when nobody follows
	size    int
	past    *past // nil for an event that is new
}

// An original is an event that is kept: one value for all its deliveries, since it
// remembers when it was sent.
type original struct {
	*webhooktest.Event
	past  *past
	tasks []*task
}

func (h *Hub) open() {
	h.once.Do(func() {
		h.ctx, h.cancel = context.WithCancel(context.Background())
		h.tasks, h.events = make(map[string]*task), make(map[string]*original)
		h.failed = make(chan struct{})
		if h.Retries == nil {
			h.Retries = Quick()
		}
	})
}

func (h *Hub) report(d Delivery) {
	if h.Report != nil {
		h.Report(d)
	}
}
