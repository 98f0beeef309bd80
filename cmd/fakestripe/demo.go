package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/server"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func newDemo(sh shell) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show how a small shop handles good and bad webhooks",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), sh)
		},
	}
}

// demoScenes are the deliveries of the demo, each with the expected answer and number of
// new entries in the shop's ledger.
var demoScenes = []struct {
	title      string
	deliveries []demoDelivery
}{
	{"The three events of Stripe's guide", []demoDelivery{
		{eventType: "payment_intent.succeeded", accepted: true, entries: 1},
		{eventType: "charge.dispute.created", accepted: true, entries: 1},
		{eventType: "balance.available", accepted: true, entries: 1},
	}},
	{"Forgeries, which must be refused", []demoDelivery{
		{eventType: "payment_intent.succeeded", mutations: []string{"unsigned"}},
		{eventType: "payment_intent.succeeded", mutations: []string{"body-tampered"}},
		{eventType: "payment_intent.succeeded", mutations: []string{"stale"}},
	}},
	{"The first payment once more, which must be accepted and not counted again", []demoDelivery{
		{again: true, accepted: true},
	}},
}

type demoDelivery struct {
	eventType string
	again     bool // the first event of the demo
	mutations []string
	accepted  bool
	entries   int
}

// A stage is the shop and its connection to the demo.
type stage struct {
	shop     *demoShop
	source   webhooktest.Source
	endpoint webhooktest.Endpoint
	first    *webhooktest.Event
	failed   int
}

func demo(ctx context.Context, sh shell) error {
	s := &stage{shop: newDemoShop(webhooktest.DefaultSecret)}
	stop, err := s.open()
	if err != nil {
		return err
	}
	defer stop()

	p := newPrinter(sh, "text", expect.Expectation{}, nil, 1)
	s.endpoint.Sending = p.attempt
	p.line(fmt.Sprintf("A shop, written with net/http, listens on %s.\n", s.endpoint.URL))
	for _, scene := range demoScenes {
		p.line("\n" + scene.title + "\n")
		for _, d := range scene.deliveries {
			if err := s.play(ctx, p, d); err != nil {
				return err
			}
		}
	}
	if s.failed > 0 {
		p.line(fmt.Sprintf("\n%d of the deliveries did not go as they should.\n", s.failed))
		return errShort
	}
	p.line("\nAll as it should be. Now your own handler:\n" +
		"  fakestripe send payment_intent.succeeded --to localhost:4242/webhook --secret whsec_…\n")
	return p.err
}

// open serves the shop on a free local port.
func (s *stage) open() (stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: no port for the shop: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s.shop)
	shop := server.New(mux)
	go shop.Serve(listener)
	s.endpoint.URL = "http://" + listener.Addr().String() + "/webhook"
	return func() {
		s.endpoint.Close()
		shop.Close()
	}, nil
}

// play makes one delivery and prints what the shop did.
func (s *stage) play(ctx context.Context, p *printer, d demoDelivery) error {
	event, err := s.event(d)
	if err != nil {
		return err
	}
	before := len(s.shop.entries())
	p.mutations = d.mutations
	response, err := s.endpoint.Deliver(ctx, event, d.mutations...)
	if err != nil {
		return err
	}
	p.response(response)
	added := s.shop.entries()[before:]
	p.line(tell(added))
	if response.Accepted() != d.accepted || len(added) != d.entries {
		s.failed++
	}
	return nil
}

func (s *stage) event(d demoDelivery) (*webhooktest.Event, error) {
	if d.again {
		return s.first, nil
	}
	event, err := s.source.Event(d.eventType)
	if s.first == nil {
		s.first = event
	}
	return event, err
}

// tell prints the entries that the shop added to its ledger.
func tell(entries []demoEntry) string {
	if len(entries) == 0 {
		return indented("ledger: nothing new")
	}
	var text strings.Builder
	for _, e := range entries {
		amount := fmt.Sprintf("%d.%02d %s", e.amount/100, e.amount%100, e.currency)
		text.WriteString(indented(strings.TrimSpace("ledger: " + e.what + ", " + amount + " " + e.object)))
	}
	return text.String()
}
