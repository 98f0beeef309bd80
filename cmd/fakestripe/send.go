package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// sending is one run of send.
type sending struct {
	payloads    payloads
	target      target
	format      format
	names       []string
	count       int
	times       int
	concurrency int

	first []*webhooktest.Event // of each name
}

func newSend(sh shell) *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:   "send TYPE|FILE|- …",
		Short: "Deliver events to a handler, correctly signed or mutated",
		Long: `Deliver events to a handler. An event is a type, a JSON file, or - for standard
input; the bytes of a file go out as they are.

Exit status: 0 when every delivery was accepted (2xx), 1 when one was not, 2 for
wrong usage.

Mutations, for --mutate; several are applied together:
` + describeMutations(),
		Example: `  fakestripe send payment_intent.succeeded --to localhost:4242/webhook --secret whsec_…
  fakestripe send payment_intent.succeeded --to 4242 --set data.object.amount=4200
  fakestripe send charge.refunded --to 4242 --mutate body-tampered
  fakestripe send invoice.paid --to 4242 --times 10 --concurrency 10
  fakestripe send my-event.json --to 4242`,
		Args:              somePayload,
		ValidArgsFunction: completeTypes,
		RunE: func(cmd *cobra.Command, args []string) error {
			s.names = args
			return s.run(cmd.Context(), sh)
		},
	}
	s.target.flags(cmd)
	s.payloads.flags(cmd)
	flags := cmd.Flags()
	flags.IntVar(&s.count, "count", 1, "send `N` distinct events of each type")
	flags.IntVar(&s.times, "times", 1, "deliver each event `N` times, freshly signed; beyond 240 at once, one a second")
	flags.IntVar(&s.concurrency, "concurrency", 1, "keep `N` deliveries under way at a time")
	s.format.flag(cmd, "json: a JSON object a line")
	return cmd
}

// describeMutations is the closed list, a line each.
func describeMutations() string {
	var list strings.Builder
	for _, m := range webhooktest.Mutations() {
		fmt.Fprintf(&list, "  %-26s %s\n", m, m.Doc)
	}
	return strings.TrimSuffix(list.String(), "\n")
}

// check reads the flags that can be wrong by themselves.
func (s *sending) check() error {
	for _, flag := range []struct {
		name  string
		value int
	}{{"count", s.count}, {"times", s.times}, {"concurrency", s.concurrency}} {
		if flag.value < 1 {
			return fmt.Errorf("--%s %d: want 1 or more", flag.name, flag.value)
		}
	}
	if s.concurrency > webhooktest.MaxConcurrency {
		return fmt.Errorf("--concurrency %d: want at most %d", s.concurrency, webhooktest.MaxConcurrency)
	}
	for _, name := range s.names {
		if s.count > 1 && isFile(name) {
			return fmt.Errorf("--count %d: the events of %s would all be the same; --times sends one again", s.count, name)
		}
	}
	if s.payloads.id != "" && s.count*len(s.names) > 1 {
		return fmt.Errorf("--id %s: %d distinct events cannot share an id", s.payloads.id, s.count*len(s.names))
	}
	return s.payloads.check()
}

func (s *sending) run(ctx context.Context, sh shell) error {
	if err := s.check(); err != nil {
		return err
	}
	if err := s.target.open(ctx, sh, s.total()); err != nil {
		return err
	}
	defer s.target.endpoint.Close()
	if err := s.makeFirst(sh); err != nil {
		return err
	}
	announce(sh, s.target.endpoint.Secrets)
	p := newPrinter(sh, s.format, s.target.mutations, s.total())
	if !s.payloads.changed("seed") && s.payloads.source.Seed != 0 {
		p.talk("seed %d (--seed repeats the ids)", s.payloads.source.Seed)
	}
	if err := s.deliver(ctx, sh, p); err != nil {
		return err
	}
	if ctx.Err() != nil {
		p.talk("interrupted")
		return errShort
	}
	return p.verdict()
}

// deliver makes all deliveries and prints them.
func (s *sending) deliver(ctx context.Context, sh shell, p *printer) error {
	defer p.summary()
	var failed error
	s.target.endpoint.Sending = p.attempt
	for response, err := range s.target.endpoint.DeliverAll(ctx, s.events(sh, &failed), s.concurrency, s.target.mutations...) {
		if err != nil {
			return err
		}
		p.response(response)
	}
	return failed
}

// total is how many deliveries there will be.
func (s *sending) total() int { return len(s.names) * s.count * s.times }

// makeFirst makes the first event of each name: what is wrong with a name, a file
// or an edit shows before anything is sent. A file that is named twice is one
// event, and so is standard input, which can be read only once.
func (s *sending) makeFirst(sh shell) error {
	for i, name := range s.names {
		if at := slices.Index(s.names, name); at < i && isFile(name) {
			s.first = append(s.first, s.first[at])
			continue
		}
		event, err := s.payloads.event(sh.in, name)
		if err != nil {
			return err
		}
		s.first = append(s.first, event)
	}
	return nil
}

// events are all events to deliver, made as they are needed.
func (s *sending) events(sh shell, failed *error) iter.Seq[*webhooktest.Event] {
	return func(yield func(*webhooktest.Event) bool) {
		for n := range s.count {
			for i, event := range s.first {
				if n > 0 {
					if event, *failed = s.payloads.event(sh.in, s.names[i]); *failed != nil {
						return
					}
				}
				for range s.times {
					if !yield(event) {
						return
					}
				}
			}
		}
	}
}
