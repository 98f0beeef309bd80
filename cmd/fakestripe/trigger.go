package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// triggering is one run of trigger.
type triggering struct {
	payloads payloads
	target   targetFlags
	format   format
	order    string
	realTime bool

	completion completion
}

func newTrigger(sh shell) *cobra.Command {
	var tr triggering
	cmd := &cobra.Command{
		Use:   "trigger TYPE|FLOW",
		Short: "Deliver all events of the business action that leads to an event type",
		Long: `Deliver all events of a business action: the flow of that name (fakestripe list
--flows), or the one that leads to the event type. The events share their objects and
arrive in Stripe's order. A type that is in no flow is delivered alone, as thin types
are (fakestripe list --thin). A flow ends when nothing listens at the target.

With --object or --latest, the events are about an object that the app created through
the API of a running fakestripe listen: they pay its Checkout Session, with its own
metadata, amount and customer. Without a type, the object and its test card decide what
happens.

Without --to, a running fakestripe listen delivers the events to all its endpoints,
with retries. Each event is sent after the first response to the previous one. The last
response within --wait counts.

Exit status: 0 if every response was as expected (2xx, or for a forgery any other), 1 if
a response was wrong or missing, 2 for a usage error.`,
		Example: `  fakestripe trigger payment_intent.succeeded
  fakestripe trigger payment_intent.succeeded --to localhost:4242/webhook
  fakestripe trigger customer.subscription.deleted --to 4242/webhook --order shuffled --seed 7
  fakestripe trigger checkout.session.completed --to 4242/webhook --set payment_intent.succeeded:data.object.amount=9900
  fakestripe trigger checkout.session.completed --object cs_test_a1…
  fakestripe trigger --latest --action decline`,
		Args: tr.completion.args,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return slices.Concat(fixtures.Flows(), fixtures.Types(fixtures.DefaultVersion), fixtures.ThinTypes()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return tr.run(cmd.Context(), sh, strings.Join(args, ""))
		},
	}
	tr.target.flags(cmd)
	tr.payloads.sourceFlags(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&tr.payloads.set, "set", nil, "change a field: `type:path=value`; without a type, of the triggered type; fields that other events share change too (repeatable)")
	flags.StringVar(&tr.order, "order", "arrival", "`order` of the events: arrival, causal or shuffled (by the seed)")
	flags.BoolVar(&tr.realTime, "real-time", false, "keep the time between the events (default: send each once the previous one is answered)")
	tr.completion.flags(cmd)
	tr.format.flag(cmd, "text or json: one JSON object per line")
	return cmd
}

func (tr *triggering) run(ctx context.Context, sh shell, name string) error {
	if err := tr.payloads.check(); err != nil {
		return err
	}
	if err := tr.completion.check(tr.payloads.changed); err != nil {
		return err
	}
	if tr.completion.given() {
		return tr.complete(ctx, sh, name)
	}
	flow, err := tr.flow(name)
	if err != nil {
		return err
	}
	to, err := tr.target.open(ctx, sh, len(flow.Steps))
	if err != nil {
		return err
	}
	defer to.close()
	p := newPrinter(sh, tr.format, tr.target.expected, tr.target.mutations, len(flow.Steps))
	p.talk("%s: %s", flow.Name, strings.TrimSuffix(flow.Title, "."))
	if tr.payloads.shapes.of(name) == "" {
		p.hint(otherFlows(name, flow.Name))
	}
	tr.payloads.announce(p)
	nameTrigger(to, flow)
	events := flow.Events()
	if tr.realTime {
		events = flow.EventsInRealTime(ctx)
	}
	return to.deliver(ctx, p, whileListening(p, events), 1, tr.target.mutations)
}

// otherFlows says which flows lead to an event type in another shape, or "".
func otherFlows(eventType, flow string) string {
	var others []string
	for _, v := range fixtures.Variants(eventType) {
		if v.Flow != "" && v.Flow != flow {
			others = append(others, v.Name+" ("+v.Flow+")")
		}
	}
	if others == nil {
		return ""
	}
	return "other shapes of " + eventType + ", each with its flow: --variant " + strings.Join(others, ", ")
}

// nameTrigger tells a running listen that the events of a flow belong together.
func nameTrigger(to target, flow *webhooktest.Flow) {
	if l, ok := to.(*listenTarget); ok {
		l.client.Trigger = listen.NewTrigger(flow.Name)
	}
}

// whileListening yields events until nothing listens at the target: the rest of the flow
// would fail, too.
func whileListening(p *printer, events iter.Seq[*webhooktest.Event]) iter.Seq[*webhooktest.Event] {
	return func(yield func(*webhooktest.Event) bool) {
		for event := range events {
			if p.nobodyListens() {
				p.talk("the rest of the flow is not sent: nothing listens there")
				return
			}
			if !yield(event) {
				return
			}
		}
	}
}

// flow makes the events in the requested order.
func (tr *triggering) flow(name string) (*webhooktest.Flow, error) {
	if err := tr.payloads.shapes.check(name); err != nil {
		return nil, err
	}
	edits, err := tr.payloads.edits()
	if err != nil {
		return nil, err
	}
	edits = append(tr.payloads.shapes.edits(name), edits...)
	flow, err := tr.payloads.flow(name, edits)
	if errors.Is(err, fixtures.ErrUnknownType) {
		err = listed(err, name, "list and list --flows")
	}
	if err != nil {
		return nil, explain(err)
	}
	switch tr.order {
	case "arrival":
		return flow, nil
	case "causal":
		return flow.Causal(), nil
	case "shuffled":
		return flow.Shuffled(tr.payloads.source.Seed), nil
	}
	return nil, fmt.Errorf("--order %q: want arrival, causal or shuffled", tr.order)
}
