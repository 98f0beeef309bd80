package main

import (
	"fmt"
	"iter"
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
			return s.run(cmd, sh)
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

func (s *sending) run(cmd *cobra.Command, sh shell) error {
	if err := s.check(); err != nil {
		return err
	}
	if err := s.target.open(cmd.Context(), sh, s.total()); err != nil {
		return err
	}
	defer s.target.endpoint.Close()

	first, err := s.firstEvents(sh)
	if err != nil {
		return err
	}
	announce(sh, s.target.endpoint.Secrets)
	p := newPrinter(sh, s.format, s.target.mutations, s.total())
	if !s.payloads.changed("seed") && s.payloads.source.Seed != 0 {
		p.talk("seed %d (--seed repeats the ids)", s.payloads.source.Seed)
	}
	var failed error
	events := s.events(sh, first, p, &failed)
	for response, err := range s.target.endpoint.DeliverAll(cmd.Context(), events, s.concurrency, s.target.mutations...) {
		if err != nil {
			p.close()
			return err
		}
		p.response(response)
	}
	p.summary()
	switch {
	case failed != nil:
		return failed
	case cmd.Context().Err() != nil:
		p.talk("interrupted")
		return errShort
	case !p.allAccepted():
		return errShort
	}
	return p.err
}

// total is how many deliveries there will be.
func (s *sending) total() int { return len(s.names) * s.count * s.times }

// firstEvents makes the first event of each name: what is wrong with a name, a
// file or an edit shows before anything is sent.
func (s *sending) firstEvents(sh shell) ([]*webhooktest.Event, error) {
	events := make([]*webhooktest.Event, len(s.names))
	for i, name := range s.names {
		var err error
		if events[i], err = s.payloads.event(sh.in, name); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// events are all events to deliver, made as they are needed. The printer is told
// of each as it goes out.
func (s *sending) events(sh shell, first []*webhooktest.Event, p *printer, failed *error) iter.Seq[*webhooktest.Event] {
	return func(yield func(*webhooktest.Event) bool) {
		for n := range s.count {
			for i, name := range s.names {
				event := first[i]
				if n > 0 {
					if event, *failed = s.payloads.event(sh.in, name); *failed != nil {
						return
					}
				}
				for range s.times {
					p.attempt(event)
					if !yield(event) {
						return
					}
				}
			}
		}
	}
}
