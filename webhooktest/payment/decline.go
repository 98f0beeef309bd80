package payment

import "github.com/fakestripe/fakestripe/webhooktest"

// inPlace copies fields of a session to its PaymentIntent.
func (m *making) inPlace(flow *webhooktest.Flow) []webhooktest.Edit {
	eventType, ok := last(flow, "payment_intent")
	if !ok {
		return nil
	}
	var edits []webhooktest.Edit
	for _, field := range []struct{ from, to string }{{"amount_total", "amount"}, {"currency", "currency"}, {"customer", "customer"}, {"payment_intent", "id"}} {
		if value := m.object.fields[field.from]; value != nil {
			edits = append(edits, webhooktest.Set("data.object."+field.to, value).For(eventType))
		}
	}
	return edits
}

// declined adds the reason for a decline to all events that have one.
func (m *making) declined(flow *webhooktest.Flow) (edits []webhooktest.Edit) {
	if m.outcome.Decline == nil {
		return nil
	}
	for _, in := range []struct{ kind, field string }{{"payment_intent", "last_payment_error"}, {"setup_intent", "last_setup_error"}} {
		for _, step := range flow.Steps {
			kind, _ := step.Event.Lookup("data.object.object")
			why, _ := step.Event.Lookup("data.object." + in.field)
			if kind != in.kind || why == nil {
				continue
			}
			for _, said := range []struct{ key, value string }{
				{"code", m.outcome.Decline.Code}, {"decline_code", m.outcome.Decline.DeclineCode}, {"message", m.outcome.Decline.Message},
			} {
				edits = append(edits, webhooktest.Add("data.object."+in.field+"."+said.key, said.value).For(step.Event.Type()))
			}
		}
	}
	return edits
}
