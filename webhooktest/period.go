package webhooktest

import (
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An invoice bills a period of its subscription, so a handler that keeps the period's end
// from invoices and one that keeps it from subscriptions grant access for the same time.
// https://docs.stripe.com/billing/subscriptions/webhooks

// A period is the time from one renewal of a subscription to the next, in Unix seconds.
type period struct {
	subscription string // its ID, "" if the period is not known
	start, end   int64
}

// billed returns the period of the subscription as known after the event: that of a
// subscription's own event, else the one known before. API versions since 2025-03-31.basil
// have it in the items.
func (e *Event) billed() period {
	if e.resource != "subscription" {
		return e.period
	}
	id, _ := e.Lookup(objectPath + "id")
	name, _ := id.(string)
	for _, at := range []string{"", "items.data.0."} {
		start, ok := e.seconds(objectPath + at + "current_period_start")
		end, ok2 := e.seconds(objectPath + at + "current_period_end")
		if ok && ok2 {
			return period{name, start, end}
		}
	}
	return e.period
}

// bill makes an event about earlier ones remember the known period. If it carries an
// invoice of the subscription, the invoice bills that period, or the next one if it is only
// upcoming.
func (e *Event) bill(known period) (*Event, error) {
	const line = objectPath + "lines.data.0."
	e.period = known
	if e.resource != "invoice" || known.subscription == "" {
		return e, nil
	}
	of, _ := e.Lookup(line + "subscription")
	was, ok := e.seconds(line + "period.start")
	if of != known.subscription || !ok {
		return e, nil
	}
	start, end := known.start, known.end
	later := []string{"period_start", "period_end"}
	if e.typ == "invoice.upcoming" {
		start, end = end, end+(end-start)
		later = append(later, "next_payment_attempt")
	}
	body, err := setSeconds(e.body, line+"period.start", start)
	if err == nil {
		body, err = setSeconds(body, line+"period.end", end)
	}
	for _, field := range later {
		if at, ok := e.seconds(objectPath + field); ok && err == nil {
			body, err = setSeconds(body, objectPath+field, at+start-was)
		}
	}
	if err != nil {
		return nil, err
	}
	return e.withBody(body)
}

// seconds returns a time in the event.
func (e *Event) seconds(path string) (int64, bool) {
	value, _ := e.Lookup(path)
	at, ok := value.(float64)
	return int64(at), ok
}

func setSeconds(body []byte, path string, at int64) ([]byte, error) {
	return rawjson.Set(body, path, strconv.AppendInt(nil, at, 10), false)
}
