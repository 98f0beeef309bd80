package checkout

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// An Auto brings each object to an end by itself, some time after a client of the API has
// created or confirmed it: it is paid, or declined as its test card says. The fields are set
// before it is used.
type Auto struct {
	Desk  *Desk
	Delay time.Duration

	// Failed is told why an object could not be brought to an end.
	Failed func(error)

	mu      sync.Mutex
	waiting map[string]*time.Timer // by the id of the object
	running sync.WaitGroup
	cancel  context.CancelFunc
	context context.Context
	closed  bool
}

// Saw is told of each call of the API.
func (a *Auto) Saw(call stripeapi.Call) {
	if !begins(call) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	if a.context == nil {
		a.context, a.cancel = context.WithCancel(context.Background())
		a.waiting = make(map[string]*time.Timer)
	}
	if before := a.waiting[call.ID]; before != nil && before.Stop() {
		a.running.Done() // created, and confirmed meanwhile
	}
	a.running.Add(1)
	var timer *time.Timer
	timer = time.AfterFunc(a.Delay, func() {
		defer a.running.Done()
		a.mu.Lock()
		if a.waiting[call.ID] == timer {
			delete(a.waiting, call.ID)
		}
		a.mu.Unlock()
		a.complete(call.ID)
	})
	a.waiting[call.ID] = timer
}

func (a *Auto) complete(id string) {
	err := a.Desk.Complete(a.context, payment.Request{Object: id})
	if err != nil && !errors.Is(err, payment.ErrEnded) && a.context.Err() == nil && a.Failed != nil {
		a.Failed(err)
	}
}

// begins reports whether a call sets off a payment: an object was created, but for a draft
// of an invoice, or confirmed.
func begins(call stripeapi.Call) bool {
	switch {
	case call.Replayed || call.ID == "" || call.Status != 200 && call.Status != 402 || call.Method != "POST":
		return false
	case call.Object == "invoice":
		return strings.HasSuffix(call.Path, "/finalize") || strings.HasSuffix(call.Path, "/pay") || strings.HasSuffix(call.Path, "/send")
	case call.Object == "payment_intent" || call.Object == "setup_intent":
		return payment.Created(call) || strings.HasSuffix(call.Path, "/confirm")
	}
	return payment.Created(call)
}

// Close ends it: nothing that waits happens any more, and what is under way is broken off.
func (a *Auto) Close() {
	a.mu.Lock()
	a.closed = true
	for id, timer := range a.waiting {
		if timer.Stop() {
			a.running.Done()
		}
		delete(a.waiting, id)
	}
	if a.cancel != nil {
		a.cancel()
	}
	a.mu.Unlock()
	a.running.Wait()
}
