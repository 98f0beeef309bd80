package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// completing holds listen's settings for completing the app's objects: on the hosted pages,
// for trigger --object and, if requested, automatically.
type completing struct {
	completer checkout.Completer
	auto      checkout.Auto
	delay     time.Duration // of --auto-complete
	given     bool
}

const autoComplete = "auto-complete"

func (c *completing) flags(flags *pflag.FlagSet) {
	flags.DurationVar(&c.delay, autoComplete, 0, "pay each Checkout Session, PaymentIntent, Invoice and Subscription this `long` after the app created or confirmed it (--auto-complete alone: 1s); Stripe's test cards are declined, disputed …")
	flags.Lookup(autoComplete).NoOptDefVal = time.Second.String()
}

func (c *completing) check(changed func(string) bool) error {
	c.given = changed(autoComplete)
	if c.delay < 0 {
		return fmt.Errorf("--auto-complete %s: want 0s or more, such as 2s", c.delay)
	}
	return nil
}

// completes enables completion of the objects that clients of the API create.
func (l *listener) completes(s *listenServer) {
	l.api.Pages = s.url()
	l.completing.completer.API, l.completing.completer.Version = &l.api, l.version
	l.completing.completer.Deliver = func(ctx context.Context, flow *webhooktest.Flow) error {
		_, err := l.hub.Play(ctx, listen.NewTrigger(flow.Name), flow.Events())
		return err
	}
	l.completing.auto.Completer, l.completing.auto.Delay = &l.completing.completer, l.completing.delay
	if l.completing.given {
		l.api.OnCall = l.completing.auto.Saw
	}
}

// mount serves the hosted pages, and the route for trigger --object. A page needs no token:
// anyone with its address, which contains the session's id, may pay.
func (c *completing) mount(mux *http.ServeMux, g *guard.Guard, hosts []string) {
	mux.Handle(checkout.ControlPath, g.Handler(checkout.Control(&c.completer)))
	mountPages(mux, &c.completer, slices.Concat(g.Hosts, hosts))
}
