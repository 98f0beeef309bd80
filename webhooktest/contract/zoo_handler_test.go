package contract_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// zooSecret is what the zoo's endpoints are signed with. It is not DefaultSecret,
// which is one of the placeholders that a handler must not fall back on.
const zooSecret = "whsec_ZooKeeper7RqLm3Xv9TbN2sKd5WfHy8Pc"

// zooHandles are the types that the zoo's handlers do something for.
var zooHandles = []string{
	"payment_intent.succeeded", "charge.dispute.created", "balance.available",
	"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
	"refund.created", "checkout.session.completed", "checkout.session.async_payment_succeeded",
}

// zooMore are types that they handle too, told of where a case needs them.
var zooMore = []string{"charge.refunded", "checkout.session.async_payment_failed", "invoice.paid", "invoice.payment_succeeded"}

// A zooHandler is a sound webhook handler of a shop, written with stripe-go. What
// each step does is a field, so that a bug is a line that replaces one step.
//
// The maps stand for a database, which survives a restart.
type zooHandler struct {
	secrets []string                      // any of which will do
	options webhook.ConstructEventOptions // of stripe-go
	maxBody int64

	// The steps of a delivery, in their order.
	gate      func(*zooDelivery) bool            // whether it answered, before anything is read
	read      func(*zooDelivery) ([]byte, error) // the body
	header    func(*zooDelivery) string          // the signature
	construct func(*zooDelivery) (stripe.Event, error)
	refuse    func(*zooDelivery, error) // answers what is no genuine event
	handle    func(*zooDelivery) error  // has the effect, once
	keys      func(*zooDelivery) []string
	duplicate error // the answer to what was seen before
	remember  func(keys ...string)
	route     func(eventType string) string // which effect
	effects   map[string]func(*zooDelivery) error
	newer     func(old, now zooSubscription) bool

	subscriptionKey func(*stripe.Subscription) string // by which it is stored

	answer  func(*zooDelivery, error)
	show    func() any // the state, with mu held
	restart func()
	api     *stripeapi.Server // nil: nothing is fetched

	mu            sync.Mutex
	down          bool // the database
	arrivals      int
	seen          map[string]bool
	payments      []zooRow
	buyers        []zooPayer // of payments, and of sessions that were fulfilled
	total         int64
	disputes      []zooRow
	balances      []zooRow
	refunds       []zooRow
	charges       map[string]int64 // what was refunded of each
	invoices      []zooRow
	fulfilled     []zooRow
	subscriptions map[string]zooSubscription
	mirror        []zooObject // rows of subscriptions, of those that keep such
	log           []string
	records       []zooRecord // of every event that was dealt with
	requests      []string    // of every request
	deliveries    []string    // of every genuine delivery, copies too

	work    sync.Mutex      // held by the event at work, where there is one at a time
	claims  map[string]bool // of events at work
	working sync.WaitGroup  // in the background
}

// A zooDelivery is a request on its way through the steps.
type zooDelivery struct {
	w       http.ResponseWriter
	r       *http.Request
	body    []byte
	event   stripe.Event
	arrival int // its number among the genuine deliveries
}

// A zooError is an error with a status of its own.
type zooError struct {
	status int
	text   string
}

func (e *zooError) Error() string { return e.text }

var (
	errZooNoEvent = errors.New("no event")
	errZooObject  = &zooError{http.StatusBadRequest, "object without an id"}
	errZooDown    = errors.New("the database is down")
)

// newZoo returns the sound handler.
func newZoo() *zooHandler {
	z := &zooHandler{
		secrets: []string{zooSecret},
		options: webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true},
		maxBody: 1 << 20,
		claims:  make(map[string]bool), seen: make(map[string]bool),
		charges: make(map[string]int64), subscriptions: make(map[string]zooSubscription),
	}
	z.gate, z.read, z.header, z.construct = zooPostOnly, z.readBody, zooSignature, z.verified
	z.refuse, z.answer = zooRefuseWith(http.StatusBadRequest), zooAnswerWith(http.StatusOK)
	z.handle, z.keys, z.newer = z.once, z.eventAndFact, zooNewer
	z.remember = func(keys ...string) {
		for _, key := range keys {
			z.seen[key] = true
		}
	}
	z.route = func(eventType string) string { return eventType }
	z.effects = map[string]func(*zooDelivery) error{
		"payment_intent.succeeded":                 z.paid,
		"charge.dispute.created":                   z.disputed,
		"balance.available":                        z.available,
		"customer.subscription.created":            z.subscribed,
		"customer.subscription.updated":            z.subscribed,
		"customer.subscription.deleted":            z.subscribed,
		"refund.created":                           z.refunded,
		"checkout.session.completed":               z.fulfil,
		"checkout.session.async_payment_succeeded": z.fulfil,
		"checkout.session.async_payment_failed":    z.unfulfilled,
		"charge.refunded":                          z.chargeRefunded,
		"invoice.paid":                             z.invoiced,
		"invoice.payment_succeeded":                z.invoiced,
	}
	z.subscriptionKey = func(s *stripe.Subscription) string { return s.ID }
	z.show, z.restart = z.everything, func() {}
	return z
}

func (z *zooHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := &zooDelivery{w: w, r: r}
	z.mu.Lock()
	z.requests = append(z.requests, r.Method+" "+r.URL.Path)
	z.mu.Unlock()
	if z.gate(d) {
		return
	}
	var err error
	if d.body, err = z.read(d); err != nil {
		http.Error(w, "body refused", http.StatusRequestEntityTooLarge)
		return
	}
	if d.event, err = z.construct(d); err != nil {
		z.refuse(d, err)
		return
	}
	z.answer(d, z.process(d))
}

// process deals with an event that is genuine, or taken for it.
func (z *zooHandler) process(d *zooDelivery) error {
	z.mu.Lock()
	z.arrivals++
	d.arrival = z.arrivals
	z.deliveries = append(z.deliveries, d.event.ID)
	z.mu.Unlock()
	return z.handle(d)
}

func zooPostOnly(d *zooDelivery) bool {
	if d.r.Method == http.MethodPost {
		return false
	}
	d.w.Header().Set("Allow", http.MethodPost)
	http.Error(d.w, "post only", http.StatusMethodNotAllowed)
	return true
}

func (z *zooHandler) readBody(d *zooDelivery) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(d.w, d.r.Body, z.maxBody))
}

func zooSignature(d *zooDelivery) string { return d.r.Header.Get("Stripe-Signature") }

// verified returns the event if a secret fits, as stripe-go judges it.
func (z *zooHandler) verified(d *zooDelivery) (stripe.Event, error) {
	return z.verifiedBy(d, z.secrets, z.options)
}

func (z *zooHandler) verifiedBy(d *zooDelivery, secrets []string, options webhook.ConstructEventOptions) (event stripe.Event, err error) {
	header := z.header(d)
	for _, secret := range secrets {
		event, err = webhook.ConstructEventWithOptions(d.body, header, secret, options)
		if err == nil && (event.ID == "" || event.Data == nil) {
			err = errZooNoEvent
		}
		if !errors.Is(err, webhook.ErrNoValidSignature) {
			break
		}
	}
	return event, err
}

// parsed returns the event without a look at the signature.
func parsed(d *zooDelivery) (event stripe.Event, err error) {
	err = json.Unmarshal(d.body, &event)
	if err == nil && (event.ID == "" || event.Data == nil) {
		err = errZooNoEvent
	}
	return event, err
}

func zooRefuseWith(status int) func(*zooDelivery, error) {
	return func(d *zooDelivery, _ error) { http.Error(d.w, "event refused", status) }
}

func zooAnswerWith(status int) func(*zooDelivery, error) {
	return func(d *zooDelivery, err error) {
		var known *zooError
		switch {
		case errors.As(err, &known):
			http.Error(d.w, known.text, known.status)
		case err != nil:
			http.Error(d.w, "event not processed", http.StatusInternalServerError)
		default:
			d.w.WriteHeader(status)
		}
	}
}

// once has the effect and remembers it under one lock, as in one transaction.
func (z *zooHandler) once(d *zooDelivery) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	keys := z.keys(d)
	if z.known(keys) {
		return z.duplicate
	}
	if err := z.apply(d); err != nil {
		return err
	}
	z.remember(keys...)
	return nil
}

func (z *zooHandler) known(keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return z.seen[key] })
}

// eventAndFact are the event's id, and where a thing happens once to an object
// that too: Stripe may send two events for it.
func (z *zooHandler) eventAndFact(d *zooDelivery) []string {
	keys := []string{d.event.ID}
	switch kind := z.route(string(d.event.Type)); kind {
	case "payment_intent.succeeded", "charge.dispute.created", "refund.created":
		keys = append(keys, kind+" "+zooField(d, "id"))
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		if zooField(d, "payment_status") != "unpaid" {
			keys = append(keys, "fulfilled "+zooField(d, "id"))
		}
	case "invoice.paid", "invoice.payment_succeeded":
		keys = append(keys, "invoiced "+zooField(d, "id"))
	}
	return keys
}

// zooField returns a text of the event's object.
func zooField(d *zooDelivery, key string) string {
	text, _ := d.event.Data.Object[key].(string)
	return text
}

// apply has the effect of an event. Types without one are acknowledged.
func (z *zooHandler) apply(d *zooDelivery) error {
	if z.down {
		return errZooDown
	}
	if effect := z.effects[z.route(string(d.event.Type))]; effect != nil {
		if err := effect(d); err != nil {
			return err
		}
	}
	z.records = append(z.records, zooRecord{d.event.ID, string(d.event.Type), d.event.Created})
	return nil
}
