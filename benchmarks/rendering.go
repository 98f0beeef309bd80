package main

import (
	"time"

	"github.com/tidwall/sjson"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// eventType is what is rendered and delivered: a payload of the usual 3 kB.
const eventType = "payment_intent.succeeded"

// renderingPairs compares making an event with editing a finished one.
func renderingPairs() []pair {
	return []pair{{
		what: "render an event with fresh ids", against: "eight sjson edits of the same event", ops: 2_000,
		ours:   render(),
		theirs: editEightTimes(),
		bounds: []bound{speedAtLeast(30), allocationsWithin(0)},
	}}
}

func render() side {
	var source webhooktest.Source
	var buffer []byte
	return repeat(func() (err error) {
		buffer, err = source.AppendEvent(buffer[:0], eventType)
		return err
	})
}

// editEightTimes gives an event other ids and times, one path after the other.
// The values are at hand: making them is not counted. The kit, for its part, fills
// in every id of the event, which are more than eight.
func editEightTimes() side {
	edits := []struct {
		path  string
		value any
	}{
		{"id", "evt_3QdWn2Lk8VhTzR0a1mXpYc5b"},
		{"created", time.Now().Unix()},
		{"data.object.id", "pi_3QdWn2Lk8VhTzR0a1uJqGs7e"},
		{"data.object.client_secret", "pi_3QdWn2Lk8VhTzR0a1uJqGs7e_secret_Nf4cTqL0vWmZ8kYbXr2PdJh6s"},
		{"data.object.created", time.Now().Unix() - 3},
		{"data.object.customer", "cus_QwErTy12345678"},
		{"data.object.latest_charge", "ch_3QdWn2Lk8VhTzR0a1bHyFw9d"},
		{"request.id", "req_AbCdEf12345678"},
	}
	return func(n int) (sample, error) {
		body, err := new(webhooktest.Source).AppendEvent(nil, eventType)
		if err != nil {
			return sample{}, err
		}
		return repeat(func() error {
			text := body
			for _, edit := range edits {
				if text, err = sjson.SetBytes(text, edit.path, edit.value); err != nil {
					return err
				}
			}
			return nil
		})(n)
	}
}
