package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
)

// completion holds trigger's flags for completing an object that the app created through
// listen's API.
type completion struct {
	object, action string
	latest         bool
}

func (c *completion) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&c.object, "object", "", "pay the object with this `id`, which the app created through listen's API: a Checkout Session, PaymentIntent, SetupIntent, Invoice, Subscription or Refund")
	flags.BoolVar(&c.latest, "latest", false, "pay the object that the app created last")
	flags.StringVar(&c.action, "action", "", "what happens to the object: pay, decline or expire (default: as its test card says)")
}

// given reports whether an object was given.
func (c *completion) given() bool { return c.object != "" || c.latest }

// args requires a type or flow, unless an object was given.
func (c *completion) args(cmd *cobra.Command, args []string) error {
	if len(args) == 0 && c.given() {
		return nil
	}
	return onePayload(cmd, args)
}

// check rejects conflicting flags.
func (c *completion) check(changed func(string) bool) error {
	switch {
	case changed("object") && c.object == "":
		return errors.New("--object: want the id of an object that the app created, or give --latest")
	case c.object != "" && c.latest:
		return errors.New("--object and --latest: give one")
	case changed("action") && !c.given():
		return errors.New("--action is for an object of the app: give --object ID or --latest")
	case !c.given():
		return nil
	}
	if _, err := payment.ParseAction(c.action); err != nil {
		return fmt.Errorf("--action %w", err)
	}
	for _, flag := range []string{"set", "add", "variant", "seed", "account", "livemode", "created", "order", "real-time", "to"} {
		if changed(flag) {
			return fmt.Errorf("--%s does not apply to an object of the app, which listen knows already: leave it out, or --object and --latest", flag)
		}
	}
	return nil
}

// complete delivers the events that complete the object.
func (tr *triggering) complete(ctx context.Context, sh shell, name string) error {
	to, err := tr.target.open(ctx, sh, 1)
	if err != nil {
		return err
	}
	defer to.close()
	listening, ok := to.(*listenTarget)
	if !ok {
		return errors.New("--object and --latest need a running fakestripe listen, whose API the app calls")
	}
	version := ""
	if tr.payloads.changed("api-version") {
		version = tr.payloads.source.APIVersion
	}
	flow, err := tr.completed(ctx, listening, name, version)
	if err != nil {
		return err
	}
	nameTrigger(to, flow)
	p := newPrinter(sh, tr.format, tr.target.expected, tr.target.mutations, len(flow.Steps))
	p.talk("%s: %s", flow.Name, strings.TrimSuffix(flow.Title, "."))
	return to.deliver(ctx, p, flow.Events(), 1, tr.target.mutations)
}

func (tr *triggering) completed(ctx context.Context, to *listenTarget, name, version string) (*webhooktest.Flow, error) {
	r := payment.Request{Object: tr.completion.object, Type: name, Action: payment.Action(tr.completion.action)}
	return checkout.Ask(ctx, to.client, r, version)
}
