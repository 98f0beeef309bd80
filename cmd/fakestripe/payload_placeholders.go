package main

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// anyFresh reports whether a --set has placeholders.
func (p *payloads) anyFresh() bool {
	for _, text := range p.set {
		if _, value, _ := strings.Cut(text, "="); hasPlaceholder(value) {
			return true
		}
	}
	return false
}

// fresh are the edits of --set with placeholders, once they are filled in.
func (p *payloads) fresh(fill func(text string) string) (edits []webhooktest.Edit, err error) {
	for _, text := range p.set {
		path, value, _ := strings.Cut(text, "=")
		if !hasPlaceholder(value) {
			continue
		}
		typed, err := parsedFor(path, fill(value))
		if err != nil {
			return nil, fmt.Errorf("--set %q: %w", text, err)
		}
		edits = append(edits, p.edit(path, typed))
	}
	return edits, nil
}

// filled applies the edits with placeholders to an event, if there is one.
func (p *payloads) filled(event *webhooktest.Event, err error) (*webhooktest.Event, error) {
	if err != nil {
		return nil, err
	}
	p.made++
	edits, err := p.fresh(p.fillOf(event))
	if err != nil || len(edits) == 0 {
		return event, err
	}
	return event.Edit(edits...)
}

// fillOf fills placeholders in for an event: {n} is how many there were.
func (p *payloads) fillOf(event *webhooktest.Event) func(text string) string {
	return func(text string) string {
		return event.Fill(strings.ReplaceAll(text, "{n}", strconv.Itoa(max(1, p.made))))
	}
}

// flow makes the events of a flow. Placeholders are filled in from a first making of the
// same events, so that events that share a field get the same value.
func (p *payloads) flow(name string, edits []webhooktest.Edit) (*webhooktest.Flow, error) {
	if !p.anyFresh() {
		return p.source.Flow(name, edits...)
	}
	first := webhooktest.Source{APIVersion: p.source.APIVersion, Account: p.source.Account, Livemode: p.source.Livemode, Seed: p.source.Seed, Now: p.source.Now}
	flow, err := first.Flow(name, edits...)
	if err != nil {
		return nil, err
	}
	p.source.Seed = first.Seed
	next, stop := iter.Pull(flow.Events())
	defer stop()
	event, _ := next()
	fresh, err := p.fresh(p.fillOf(event))
	if err != nil {
		return nil, err
	}
	return p.source.Flow(name, slices.Concat(edits, fresh)...)
}
