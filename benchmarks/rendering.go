package main

import (
	"github.com/tidwall/sjson"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// eventType is the event to render and deliver: a payload of the usual 3 kB.
const eventType = "payment_intent.succeeded"

// renderingPairs compares making an event with editing a finished one.
func renderingPairs() []pair {
	bounds := []bound{speedAtLeast(30), allocationsWithin(0)}
	versions := fixtures.Versions()
	newest := versions[len(versions)-1].Name
	return []pair{{
		what: "render an event with fresh ids", against: "eight sjson edits of the same event", ops: 2_000,
		ours:   render(fixtures.DefaultVersion, eventType),
		theirs: editEightTimes(fixtures.DefaultVersion, eventType),
		bounds: bounds,
	}, {
		what: "render events of all types in turn", against: "eight sjson edits of the same events", ops: 2_340,
		ours:   render(fixtures.DefaultVersion, fixtures.Types(fixtures.DefaultVersion)...),
		theirs: editEightTimes(fixtures.DefaultVersion, fixtures.Types(fixtures.DefaultVersion)...),
		bounds: bounds,
	}, {
		what: "render events of all types of the newest API version", against: "eight sjson edits of the same events", ops: 2_750,
		ours:   render(newest, fixtures.Types(newest)...),
		theirs: editEightTimes(newest, fixtures.Types(newest)...),
		bounds: bounds,
	}}
}

func render(version string, types ...string) side {
	source := webhooktest.Source{APIVersion: version}
	buffer := make([]byte, 0, 64<<10)
	next := 0
	one := func() (err error) {
		buffer, err = source.AppendEvent(buffer[:0], types[next%len(types)])
		next++
		return err
	}
	for range types { // compiles the templates, once
		if err := one(); err != nil {
			return func(int) (sample, error) { return sample{}, err }
		}
	}
	return repeat(one)
}

// edits change the IDs and times of an event, one path after the other. Their values are
// precomputed. The kit fills in every ID and time of the event, more than eight.
var edits = []struct {
	path  string
	value any
}{
	{"id", "evt_3QdWn2Lk8VhTzR0a1mXpYc5b"},
	{"created", 1795313561},
	{"data.object.id", "pi_3QdWn2Lk8VhTzR0a1uJqGs7e"},
	{"data.object.client_secret", "pi_3QdWn2Lk8VhTzR0a1uJqGs7e_secret_Nf4cTqL0vWmZ8kYbXr2PdJh6s"},
	{"data.object.created", 1795313558},
	{"data.object.customer", "cus_QwErTy12345678"},
	{"data.object.latest_charge", "ch_3QdWn2Lk8VhTzR0a1bHyFw9d"},
	{"request.id", "req_AbCdEf12345678"},
}

func editEightTimes(version string, types ...string) side {
	return func(n int) (sample, error) {
		source := webhooktest.Source{APIVersion: version}
		var events [][]byte
		for _, eventType := range types {
			event, err := source.AppendEvent(nil, eventType)
			if err != nil {
				return sample{}, err
			}
			events = append(events, event)
		}
		next := 0
		return repeat(func() (err error) {
			text := events[next%len(events)]
			next++
			for _, edit := range edits {
				if text, err = sjson.SetBytes(text, edit.path, edit.value); err != nil {
					return err
				}
			}
			return nil
		})(n)
	}
}
