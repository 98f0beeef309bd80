package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// Stripe embeds the first page of a list and sets has_more: handlers must request the rest.
const (
	linesPath     = "data.object.lines"
	embeddedLines = 10
	furtherLines  = 2
)

// A longInvoice is an event about an invoice with many lines.
type longInvoice struct {
	whole *webhooktest.Event // the event with all lines
	event *webhooktest.Event // the event to deliver
}

// billing makes invoices under one event type.
type billing struct {
	session   *session
	eventType string
}

// checkFirstPage compares the effect of an invoice whose event has only the first page of
// its lines with the effect of an invoice that has only these lines. The effects must
// differ if one line less makes a difference.
func checkFirstPage(ctx context.Context, s *session) ([]finding, error) {
	judged := false
	for _, eventType := range s.subject.handled() {
		b := billing{s, eventType}
		clean, ok, err := b.tenLines(ctx)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		judged = true
		page, did, err := b.bill(ctx, embeddedLines+furtherLines, clean.Differs)
		if err != nil {
			return nil, err
		}
		if !clean.Differs(did) {
			return []finding{{
				sent:     fmt.Sprintf("%s with %d of %d lines, and has_more", page.event, embeddedLines, embeddedLines+furtherLines),
				expected: "the effect of all lines: the rest is at GET /v1/invoices/{id}/lines",
				actual:   "that of the lines that it holds:\n" + evidence(did.Lines()), ofState: true,
			}}, nil
		}
	}
	if !judged {
		return nil, errLacks{"a handled type of invoices whose lines move the state"}
	}
	return nil, nil
}

// tenLines returns the effect of an invoice with ten lines, twice, and reports whether nine
// lines have another effect.
func (b billing) tenLines(ctx context.Context) (clean statediff.Baseline, ok bool, err error) {
	clean.Volatile = b.session.run.known.madeUp(b.session.probe.careful)
	for range 2 {
		made, did, err := b.bill(ctx, embeddedLines, func(did statediff.Diff) bool { return len(did) > 0 })
		if err != nil || made.event == nil || len(did) == 0 {
			return clean, false, err
		}
		clean.References = append(clean.References, did)
	}
	if !clean.References[0].AsMuchAs(clean.References[1]) {
		return clean, false, nil
	}
	_, did, err := b.bill(ctx, embeddedLines-1, clean.Differs)
	return clean, err == nil && clean.Differs(did), err
}

// bill delivers an event about an invoice with a number of lines, and returns its effect.
// It does nothing for a type without lines.
func (b billing) bill(ctx context.Context, lines int, hoped func(statediff.Diff) bool) (made longInvoice, did statediff.Diff, err error) {
	if made, err = b.invoice(ctx, lines); err != nil || made.event == nil {
		return made, nil, err
	}
	o := observe(made.whole)
	o.events[single] = []*webhooktest.Event{made.event}
	b.session.sender.binder.name(o, single, made.event)
	did, err = b.session.probe.measure(ctx, o, func() error {
		_, err := b.session.sender.deliver(ctx, made.event)
		return err
	})
	if err == nil {
		did, err = b.session.probe.until(ctx, o, did, hoped)
	}
	return made, did, err
}

// invoice makes an event about an invoice with a number of lines. The local API has all of
// them, the event only the lines that Stripe embeds. It makes no event for a type without
// lines.
func (b billing) invoice(ctx context.Context, lines int) (made longInvoice, err error) {
	event, err := b.session.sender.prepared(ctx, b.eventType)
	if err != nil {
		return made, err
	}
	line, err := rawjson.Get(event.Body(), linesPath+".data.0")
	if _, hasID := objectID(event); err != nil || !hasID {
		return made, nil //nolint:nilerr // a type without lines
	}
	if made.whole, err = event.Edit(pageOf(line, lines, lines)...); err != nil {
		return made, err
	}
	if made.event, err = event.Edit(pageOf(line, min(lines, embeddedLines), lines)...); err != nil {
		return made, err
	}
	b.session.sender.objects.keep(event, made.event)
	if err := b.session.sender.register(made.whole.Body()); err != nil {
		return made, err
	}
	return made, b.session.sender.register(made.event.Body())
}

// copiesOf returns copies of an element, each with its own id.
func copiesOf(element []byte, n int) []byte {
	id, _ := rawjson.Get(element, "id")
	copies := make([][]byte, n)
	for i := range copies {
		own := fmt.Appendf(nil, "%s%02d\"", id[:max(0, len(id)-3)], i)
		copies[i] = bytes.Replace(element, id, own, 1)
	}
	return slices.Concat([]byte("["), bytes.Join(copies, []byte(",")), []byte("]"))
}

// pageOf gives an invoice the first page of its lines, all copies of one line.
func pageOf(line []byte, held, all int) []webhooktest.Edit {
	return []webhooktest.Edit{
		webhooktest.Set(linesPath+".data", json.RawMessage(copiesOf(line, held))),
		webhooktest.Set(linesPath+".has_more", held < all),
		webhooktest.Add(linesPath+".total_count", all),
	}
}
