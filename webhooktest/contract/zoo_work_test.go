package contract_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What the zoo's handlers do in other ways than the sound one.

// notLaterThan refuses signatures from further in the future than some seconds.
func (z *zooHandler) notLaterThan(most time.Duration) func(*zooDelivery) (stripe.Event, error) {
	return func(d *zooDelivery) (stripe.Event, error) {
		if time.Until(zooTime(z.header(d))) > most {
			return stripe.Event{}, webhook.ErrTooOld
		}
		return z.verified(d)
	}
}

// zooTime is the timestamp of a signature, the zero time if it has none.
func zooTime(signature string) time.Time {
	for element := range strings.SplitSeq(signature, ",") {
		if text, ok := strings.CutPrefix(element, "t="); ok {
			if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
				return time.Unix(seconds, 0)
			}
		}
	}
	return time.Time{}
}

func (z *zooHandler) noReplay() func(*zooDelivery) (stripe.Event, error) {
	attempts := make(map[string]bool)
	return func(d *zooDelivery) (stripe.Event, error) {
		event, err := z.verified(d)
		z.mu.Lock()
		defer z.mu.Unlock()
		if err != nil {
			return event, err
		}
		signature := z.header(d)
		if attempts[signature] {
			return event, errors.New("seen before")
		}
		attempts[signature] = true
		return event, nil
	}
}

// later has the effect in the background, 20 ms after the answer.
func (z *zooHandler) later(d *zooDelivery) error { return z.laterBy(20*time.Millisecond, d) }

// laterBy puts the event into an inbox, which is as durable as the database, and
// has the effect in the background, as often as it takes.
func (z *zooHandler) laterBy(delay time.Duration, d *zooDelivery) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	keys := z.keys(d)
	if z.known(keys) {
		return z.duplicate
	}
	z.remember(keys...)
	z.repeat(d, delay, delay)
	return nil
}

// repeat works after a wait, and again after each pause until nothing is down.
func (z *zooHandler) repeat(d *zooDelivery, wait, pause time.Duration) {
	z.working.Go(func() {
		for ; ; wait = pause {
			time.Sleep(wait)
			z.mu.Lock()
			err := z.apply(d)
			z.mu.Unlock()
			if !errors.Is(err, errZooDown) {
				return
			}
		}
	})
}

// dropping has the effect in the background, once: what fails then is lost.
func (z *zooHandler) dropping(d *zooDelivery) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	keys := z.keys(d)
	if z.known(keys) {
		return z.duplicate
	}
	if z.down {
		return errZooDown // the queue is in the same database
	}
	z.remember(keys...)
	z.working.Go(func() {
		time.Sleep(20 * time.Millisecond)
		z.mu.Lock()
		defer z.mu.Unlock()
		_ = z.apply(d)
	})
	return nil
}

// repeating has the effect in the background, and repeats after a pause what failed.
func (z *zooHandler) repeating(pause time.Duration) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		keys := z.keys(d)
		switch {
		case z.known(keys):
			return z.duplicate
		case z.down:
			return errZooDown
		}
		z.remember(keys...)
		z.repeat(d, 20*time.Millisecond, pause)
		return nil
	}
}

// batched has the effects of all that has come together, time and again.
func (z *zooHandler) batched(every time.Duration) func(*zooDelivery) error {
	var batch []*zooDelivery
	flush := func() (done bool) {
		z.mu.Lock()
		defer z.mu.Unlock()
		for len(batch) > 0 && !errors.Is(z.apply(batch[0]), errZooDown) {
			batch = batch[1:]
		}
		return len(batch) == 0
	}
	return func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		keys := z.keys(d)
		if z.known(keys) {
			return z.duplicate
		}
		z.remember(keys...)
		if batch = append(batch, d); len(batch) == 1 {
			z.working.Go(func() {
				for time.Sleep(every); !flush(); {
					time.Sleep(every)
				}
			})
		}
		return nil
	}
}

// limited answers no more requests in a second than so many.
func (z *zooHandler) limited(most int) func(*zooDelivery) bool {
	second, requests := int64(0), 0
	return func(d *zooDelivery) bool {
		z.mu.Lock()
		defer z.mu.Unlock()
		if now := time.Now().Unix(); now != second {
			second, requests = now, 0
		}
		if requests++; requests <= most {
			return zooPostOnly(d)
		}
		d.w.Header().Set("Retry-After", "1")
		http.Error(d.w, "too many requests", http.StatusTooManyRequests)
		return true
	}
}

// claimed works outside the lock: a unique key keeps copies away meanwhile.
func (z *zooHandler) claimed(d *zooDelivery) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	keys := z.keys(d)
	if z.known(keys) {
		return z.duplicate
	}
	for _, key := range keys {
		if z.claims[key] {
			return &zooError{http.StatusConflict, "in progress"}
		}
	}
	for _, key := range keys {
		z.claims[key] = true
	}
	z.pause(time.Millisecond)
	err := z.apply(d)
	for _, key := range keys {
		delete(z.claims, key)
	}
	if err == nil {
		z.remember(keys...)
	}
	return err
}

// pause lets others have the lock for a while.
func (z *zooHandler) pause(length time.Duration) {
	z.mu.Unlock()
	time.Sleep(length)
	z.mu.Lock()
}

// ifFree has one event at work at a time.
func (z *zooHandler) ifFree(busy error) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		if !z.work.TryLock() {
			d.w.Header().Set("Retry-After", "1")
			return busy
		}
		defer z.work.Unlock()
		time.Sleep(time.Millisecond)
		return z.once(d)
	}
}

// unlessTogether has the effect of an event of which there are no copies at the same
// time.
func (z *zooHandler) unlessTogether(failed error) func(*zooDelivery) error {
	atWork := make(map[string]int)
	return func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		atWork[d.event.ID]++
		z.pause(time.Millisecond)
		together := atWork[d.event.ID] > 1
		z.pause(time.Millisecond)
		atWork[d.event.ID]--
		if together {
			return failed
		}
		z.mu.Unlock()
		defer z.mu.Lock()
		return z.once(d)
	}
}

// zooStillThere is the error of the request's context, if the sender has hung up
// or does so presently.
func zooStillThere(d *zooDelivery) error {
	select {
	case <-d.r.Context().Done():
		return d.r.Context().Err()
	case <-time.After(time.Millisecond):
		return nil
	}
}

// unless acknowledges some events without an effect.
func (z *zooHandler) unless(foreign func(*zooDelivery) bool) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		if foreign(d) {
			return nil
		}
		return z.once(d)
	}
}

// zooStranger is whether a payment is of a customer that the handler does not know.
func zooStranger(d *zooDelivery) bool {
	return d.event.Type == "payment_intent.succeeded" && zooField(d, "customer") != zooCustomer
}

// zooBound binds payments to the customer that the handler knows.
func zooBound(s *contract.Subject) {
	s.Handles, s.Bind = []string{"payment_intent.succeeded"}, []string{"data.object.customer"}
	s.Edit = func(string) []webhooktest.Edit {
		return []webhooktest.Edit{webhooktest.Set("data.object.customer", zooCustomer)}
	}
}

// ordered ships what was ordered, if a session that was paid for passes a check.
func (z *zooHandler) ordered(check func(stripe.CheckoutSession) bool) {
	z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
		var session stripe.CheckoutSession
		if err := zooDecode(d, &session); err != nil {
			return err
		}
		if session.Metadata["order_id"] != zooOrder || !check(session) {
			return nil
		}
		return z.fulfil(d)
	}
	z.show = func() any {
		shipped := []string{}
		for _, row := range z.fulfilled {
			shipped = append(shipped, row.ID)
		}
		return map[string]any{"shipped": shipped}
	}
}

// zooOrder is the order that such a handler knows.
const zooOrder = "order_ZooTable4711"

// zooOrders binds sessions to that order.
func zooOrders(s *contract.Subject) {
	s.Handles = []string{"checkout.session.completed"}
	s.Edit = func(string) []webhooktest.Edit {
		return []webhooktest.Edit{webhooktest.Set("data.object.metadata.order_id", zooOrder)}
	}
}

// eventAndSession are the event's id, and for a paid session the session.
func (z *zooHandler) eventAndSession(d *zooDelivery) []string {
	keys := z.eventAndFact(d)
	if strings.HasPrefix(string(d.event.Type), "checkout.session.") {
		return keys
	}
	return keys[:1]
}
