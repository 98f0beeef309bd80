package load

import (
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A recipe makes the events of a type or flow.
type recipe struct {
	like  *webhooktest.Source
	name  string
	edits []webhooktest.Edit
	fresh func(name string, fill func(string) string) ([]webhooktest.Edit, error) // nil: none
}

// sampleTime is the clock of the first sample; the second's is a while later.
var sampleTime = time.Unix(1_790_000_000, 0)

const sampleShift = 12_345_678 * time.Second

// sampleNumbers stand for the event's number in the samples: no fixture contains them.
var sampleNumbers = [...]string{"7301950264", "7301950265"}

// sample makes the events once, in one of two ways.
func (r recipe) sample(which int) ([]*webhooktest.Event, error) {
	events, err := r.events(which, r.edits)
	if err != nil || r.fresh == nil {
		return events, err
	}
	fresh, err := r.fresh(r.name, func(text string) string {
		return events[0].Fill(strings.ReplaceAll(text, "{n}", sampleNumbers[which]))
	})
	if err != nil || len(fresh) == 0 {
		return events, err
	}
	return r.events(which, slices.Concat(r.edits, fresh))
}

// events makes the events of a sample with some edits: the same seed makes the same ids.
func (r recipe) events(which int, edits []webhooktest.Edit) ([]*webhooktest.Event, error) {
	now := sampleTime.Add(time.Duration(which) * sampleShift)
	source := webhooktest.Source{
		APIVersion: r.like.APIVersion, Account: r.like.Account, Livemode: r.like.Livemode,
		Seed: uint64(which) + 1, Now: func() time.Time { return now },
	}
	if !slices.Contains(fixtures.Flows(), r.name) {
		event, err := source.Event(r.name, edits...)
		return []*webhooktest.Event{event}, err
	}
	flow, err := source.Flow(r.name, edits...)
	if err != nil {
		return nil, err
	}
	return slices.Collect(flow.Events()), nil
}
