package payment

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// waiting returns the subscription that waits for payment of an invoice, or of its
// PaymentIntent: the payment changes the subscription, too. It returns any other object
// unchanged.
func (o *object) waiting(api *stripeapi.Server) *object {
	invoice := o
	if o.kind == "payment_intent" {
		id := api.Billed(o.id)
		if id == "" {
			id = o.text("invoice")
		}
		invoice = o.related(api, "invoice", id)
	}
	if invoice == nil || invoice.kind != "invoice" || slices.Contains(ways().Told["invoice"], api.Told("invoice", invoice.id)) {
		return o
	}
	reason, _ := invoice.fields["billing_reason"].(string)
	subscription := o.related(api, "subscription", invoice.subscription())
	if subscription == nil || ways().Waits[reason] == "" {
		return o
	}
	subscription.fields["status"] = ways().Waits[reason] // as in earlier events, whatever the API learned since
	return subscription
}

// related returns another object of the API, or nil.
func (o *object) related(api *stripeapi.Server, kind, id string) *object {
	body, shape, ok := api.ObjectAt(kind, id, o.shape)
	if !ok || shape != o.shape {
		return nil
	}
	other := &object{kind: kind, id: id, body: body, asked: o.asked, shape: shape}
	if json.Unmarshal(body, &other.fields) != nil {
		return nil
	}
	return other
}

// subscription returns the ID of an invoice's subscription, in each shape of the invoice.
func (o *object) subscription() string {
	if id := o.text("subscription"); id != "" {
		return id
	}
	parent, _ := o.fields["parent"].(map[string]any)
	details, _ := parent["subscription_details"].(map[string]any)
	id, _ := details["subscription"].(string)
	return id
}

// billed makes the events about a subscription refer to its invoice and that invoice's
// PaymentIntent, too.
func (m *making) billed(flow *webhooktest.Flow) (edits []webhooktest.Edit) {
	if m.object.kind != "subscription" {
		return nil
	}
	invoice := m.object.text("latest_invoice")
	for _, other := range []*object{m.object.related(m.api, "invoice", invoice), m.object.related(m.api, "payment_intent", m.api.Billed(invoice))} {
		if other != nil && tells(flow, other.kind) {
			edits = append(edits, webhooktest.Existing(other.body))
		}
	}
	return edits
}

// renewed returns a subscription in its next period, which has its own invoice.
func (o *object) renewed() []byte {
	body := replaced(o.body, "latest_invoice", "null")
	items, _ := o.fields["items"].(map[string]any)
	data, _ := items["data"].([]any)
	for _, in := range append([]string{""}, places(len(data))...) {
		start, began := rawjson.Find(o.body, in+"current_period_start")
		end, _ := rawjson.Find(o.body, in+"current_period_end")
		if from, to := number(start), number(end); began {
			body = replaced(body, in+"current_period_start", strconv.FormatInt(to, 10))
			body = replaced(body, in+"current_period_end", strconv.FormatInt(2*to-from, 10))
		}
	}
	return body
}

// places returns the paths of a subscription's items, which hold the periods in later
// versions.
func places(n int) (paths []string) {
	for i := range n {
		paths = append(paths, "items.data."+strconv.Itoa(i)+".")
	}
	return paths
}

// replaced returns an object with another value at a path, if the path exists.
func replaced(body []byte, path, value string) []byte {
	if changed, err := rawjson.Set(body, path, []byte(value), false); err == nil {
		return changed
	}
	return body
}

func number(text []byte) int64 {
	n, _ := strconv.ParseInt(string(text), 10, 64)
	return n
}
