package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// sending is one run of send.
type sending struct {
	payloads    payloads
	target      targetFlags
	format      format
	names       []string
	count       int
	times       int
	concurrency int

	first []*webhooktest.Event // one per name
}

func newSend(sh shell) *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:   "send TYPE|FILE|- …",
		Short: "Deliver events to a handler, correctly signed or mutated",
		Long: `Deliver events to a handler. An event is a type (fakestripe list), a JSON file,
or - for standard input; files are delivered byte for byte.

Without --to, a running fakestripe listen delivers the events to all its endpoints,
with retries. The last response within --wait counts.

Exit status: 0 if every response was as expected (2xx, or for a forgery any other), 1 if
a response was wrong or missing, 2 for a usage error.`,
		Example: `  fakestripe send payment_intent.succeeded --to localhost:4242/webhook --secret whsec_…
  fakestripe send payment_intent.succeeded
  fakestripe send payment_intent.succeeded --to 4242/webhook --set data.object.amount_received=4200
  fakestripe send charge.refunded --to 4242/webhook --mutate body-tampered
  fakestripe send invoice.paid --to 4242/webhook --times 10 --concurrency 10
  fakestripe send my-event.json --to 4242/webhook`,
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
	flags.IntVar(&s.count, "count", 1, "send `n` distinct events of each type")
	flags.IntVar(&s.times, "times", 1, "deliver each event `n` times, signed anew each time; no two copies share a second, so beyond 240 they are paced")
	flags.IntVar(&s.concurrency, "concurrency", 1, "make up to `n` deliveries at a time")
	s.format.flag(cmd, "text or json: one JSON object per line")
	return cmd
}

// maxDeliveries limits the deliveries of one command.
const maxDeliveries = 1_000_000_000

// check validates the flags one by one.
func (s *sending) check() error {
	for _, flag := range []struct {
		name  string
		value int
	}{{"count", s.count}, {"times", s.times}, {"concurrency", s.concurrency}} {
		if flag.value < 1 {
			return fmt.Errorf("--%s %d: want 1 or more", flag.name, flag.value)
		}
		if flag.value > maxDeliveries {
			return fmt.Errorf("--%s %d: want at most %d", flag.name, flag.value, maxDeliveries)
		}
	}
	if s.count*s.times > maxDeliveries/len(s.names) {
		return fmt.Errorf("--count %d --times %d: more than %d deliveries", s.count, s.times, maxDeliveries)
	}
	if s.concurrency > sockets.MaxConnections {
		return fmt.Errorf("--concurrency %d: want at most %d", s.concurrency, sockets.MaxConnections)
	}
	for _, name := range s.names {
		if s.count > 1 && isFile(name) {
			return fmt.Errorf("--count %d: all events from %s would be the same; --times sends one again", s.count, name)
		}
	}
	if s.payloads.id != "" && s.count*len(s.names) > 1 {
		return fmt.Errorf("--id %s: %d distinct events cannot share an id", s.payloads.id, s.count*len(s.names))
	}
	if slices.Contains(s.target.mutations, "replay") && s.times == 1 {
		return errors.New("--mutate replay: there is nothing to replay in a single delivery: give --times 2")
	}
	if err := s.payloads.shapes.check(typesAmong(s.names)...); err != nil {
		return err
	}
	return s.payloads.check()
}

func (s *sending) run(ctx context.Context, sh shell) error {
	if err := s.check(); err != nil {
		return err
	}
	total := len(s.names) * s.count * s.times
	to, err := s.target.open(ctx, sh, total)
	if err != nil {
		return err
	}
	defer to.close()
	if err := s.makeFirst(ctx, sh); err != nil {
		return err
	}
	p := newPrinter(sh, s.format, s.target.expected, s.target.mutations, total)
	s.payloads.announce(p, s.names...)
	var failed error
	err = to.deliver(ctx, p, s.events(ctx, sh, &failed), s.concurrency, s.target.mutations)
	if failed != nil {
		return failed
	}
	return err
}

// makeFirst makes the first event for each name, to find a wrong name, file or edit
// before sending anything. A repeated file is one event, and so is standard input, which
// can be read only once.
func (s *sending) makeFirst(ctx context.Context, sh shell) error {
	for i, name := range s.names {
		if at := slices.Index(s.names, name); at < i && isFile(name) {
			s.first = append(s.first, s.first[at])
			continue
		}
		event, err := s.payloads.event(ctx, sh.in, name)
		if err != nil {
			return err
		}
		s.first = append(s.first, event)
	}
	return nil
}

// events yields all events to deliver, made as needed.
func (s *sending) events(ctx context.Context, sh shell, failed *error) iter.Seq[*webhooktest.Event] {
	return func(yield func(*webhooktest.Event) bool) {
		for n := range s.count {
			for i, event := range s.first {
				if n > 0 {
					if event, *failed = s.payloads.event(ctx, sh.in, s.names[i]); *failed != nil {
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
