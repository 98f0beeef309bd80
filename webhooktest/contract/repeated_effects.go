package contract

import (
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// repeatedEffects finds what copies of events left in rows that clean delivery has none like:
// a credit for what seems to be paid a second time. What the case breaks off, or changes on the
// way, may leave a row of work that did not succeed.
func repeatedEffects(c *contractCase, b statediff.Baseline, sent []*webhooktest.Event, did statediff.Diff) []string {
	if !repeatsOnly(c) {
		return nil
	}
	return b.Repeated(did, amountOf(sent))
}

// repeatsOnly reports whether a case delivers the events of its reference, in that order and
// unchanged, and some of them again.
func repeatsOnly(c *contractCase) bool {
	if c.State != "same" || c.Compare != "" || c.Repeats || c.hasAlternative() || slices.ContainsFunc(c.Steps, func(step caseStep) bool { return len(step.Mutate) > 0 }) {
		return false
	}
	var first []string
	for _, name := range eventsOf(c.Steps) {
		if !slices.Contains(first, name) {
			first = append(first, name)
		}
	}
	clean := eventsOf(c.Reference)
	return slices.Equal(first, clean) && timesSent(c.Steps) > len(clean)
}

// timesSent counts the deliveries of steps.
func timesSent(steps []caseStep) (n int) {
	for _, step := range steps {
		n += len(step.Send) * max(1, step.Times)
	}
	return n
}

// amountOf tells whether a number is an amount in the objects of events, in
// cents or whole units. It reads them once it is asked: few states have what it is asked for.
func amountOf(events []*webhooktest.Event) func(n float64) bool {
	amounts := sync.OnceValue(func() map[float64]bool { return toldAmounts(events) })
	return func(n float64) bool { return amounts()[math.Abs(n)] || amounts()[math.Round(math.Abs(n)*100)] }
}

// toldAmounts returns the amounts in the objects of events.
func toldAmounts(events []*webhooktest.Event) map[float64]bool {
	amounts := make(map[float64]bool)
	for _, event := range events {
		object, _ := rawjson.Find(event.Body(), "data.object")
		root, _ := rawjson.Parse(object)
		root.All(func(v *rawjson.Value) {
			if n, err := strconv.ParseFloat(string(object[v.Start:v.End]), 64); err == nil && n >= leastAmount {
				amounts[n] = true
			}
		})
	}
	return amounts
}

// leastAmount is the smallest number that is taken for an amount: lower ones may be counts.
const leastAmount = 100
