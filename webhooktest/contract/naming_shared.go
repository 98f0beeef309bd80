package contract

import (
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// nameShared names the ids that events of one type about the same objects have in common and
// that the event which they are about lacks, such as the charge of a PaymentIntent: whichever
// of several comes first, the ids have one name.
func nameShared(c *caseEvents, name, tag string, event *webhooktest.Event) error {
	about := c.spec.Events[name].About
	if about == "" || c.observed.as != "" || !hasTwin(c.spec, name) {
		return nil
	}
	kind := aboutKind(event)
	if kind == aboutKind(c.observed.events[about][c.burst]) {
		return nil
	}
	another, err := c.session.run.source.eventLike(event)
	if err != nil {
		return err
	}
	role := about + tag + "." + kind
	shared, named := make(statediff.Normalizer), make(statediff.Normalizer)
	shared.Name("", another.Body(), role)
	named.Name("", event.Body(), role)
	for id, as := range named {
		if shared[id] != "" && c.observed.ids[id] == "" {
			c.observed.ids[id] = as
		}
	}
	return nil
}

// hasTwin reports whether a case has another event of the same type about the same one.
func hasTwin(c *contractCase, name string) bool {
	event := c.Events[name]
	for other, spec := range c.Events {
		if other != name && spec.Type == event.Type && spec.About == event.About {
			return true
		}
	}
	return false
}
