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

// An Auto completes each object automatically, some time after a client of the API created
// or confirmed it: it is paid, or declined as its test card says. Set the fields before
// use.
type Auto struct {
	Completer *Completer
	Delay     time.Duration

	// Failed is called with the error if an object could not be completed.
	Failed func(error)

	mu      sync.Mutex
	waiting map[string]*time.Timer // by the id of the object
	running sync.WaitGroup
	cancel  context.CancelFunc
	context context.Context
	closed  bool
}

// Saw processes a call of the API.
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
	err := a.Completer.Complete(a.context, payment.Request{Object: id})
	if err != nil && !errors.Is(err, payment.ErrEnded) && a.context.Err() == nil && a.Failed != nil {
		a.Failed(err)
	}
}

// begins reports whether a call starts a payment: it created an object other than a draft
// invoice, or confirmed one.
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

// Close cancels waiting completions, and interrupts those in progress.
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
