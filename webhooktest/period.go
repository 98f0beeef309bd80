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

// billedIn returns the period of the subscription in the body of its own event. API
// versions since 2025-03-31.basil have it in the items.
func billedIn(body []byte) (p period, ok bool) {
	id, _ := rawjson.Find(body, objectPath+"id")
	for _, at := range []string{"", "items.data.0."} {
		start, ok := seconds(body, objectPath+at+"current_period_start")
		end, ok2 := seconds(body, objectPath+at+"current_period_end")
		if ok && ok2 {
			return period{string(id), start, end}, true
		}
	}
	return period{}, false
}

// bill makes an invoice in the body of an event bill the period, if that is one of its
// subscription, or the next period if it is only upcoming.
func (p period) bill(body []byte, upcoming bool) (_ []byte, err error) {
	const line = objectPath + "lines.data.0."
	of, _ := rawjson.Find(body, line+"subscription")
	was, ok := seconds(body, line+"period.start")
	if p.subscription == "" || string(of) != p.subscription || !ok {
		return body, nil
	}
	start, end := p.start, p.end
	later := []string{"period_start", "period_end"}
	if upcoming {
		start, end = end, end+(end-start)
		later = append(later, "next_payment_attempt")
	}
	if body, err = setSeconds(body, line+"period.start", start); err == nil {
		body, err = setSeconds(body, line+"period.end", end)
	}
	for _, field := range later {
		if at, ok := seconds(body, objectPath+field); ok && err == nil {
			body, err = setSeconds(body, objectPath+field, at+start-was)
		}
	}
	return body, err
}

// seconds returns a time in a body.
func seconds(body []byte, path string) (int64, bool) {
	raw, _ := rawjson.Find(body, path)
	at, err := strconv.ParseInt(string(raw), 10, 64)
	return at, err == nil
}

func setSeconds(body []byte, path string, at int64) ([]byte, error) {
	return rawjson.Set(body, path, strconv.AppendInt(nil, at, 10), false)
}
