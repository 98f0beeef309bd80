package contract

import (
	"context"
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// An olderVersion is an API version from before those with fixtures, and the SDKs that accept
// events of no other.
type olderVersion struct{ name, sdks string }

// olderVersions are such versions, newest first: the constants of stripe-go (api_version.go)
// and Stripe.net (ApiVersion.cs).
var olderVersions = []olderVersion{
	{"2023-08-16", "stripe-go v75, Stripe.net 42"},
	{"2022-11-15", "stripe-go v74, Stripe.net 41"},
	{"2022-08-01", "stripe-go v73, Stripe.net 40"},
	{"2020-08-27", "stripe-go v72, Stripe.net 39"},
}

// tryLabels delivers the event under the names of older API versions, for SDKs that compare
// no more than that. The event as it is must still be refused: a handler may fail now and
// then.
func (d *diagnosis) tryLabels(ctx context.Context, e *webhooktest.Endpoint, answer *webhooktest.Response, until time.Time) error {
	for _, older := range olderVersions {
		event, err := answer.Event.Edit(webhooktest.Set("api_version", older.name))
		if err != nil || fixtures.IsThin(event.Type()) || time.Now().After(until) {
			return nil //nolint:nilerr // a thin event has no version
		}
		accepted, err := accepts(ctx, e, event)
		if err != nil || !accepted {
			continue
		}
		if accepted, err = accepts(ctx, e, answer.Event); err != nil || accepted {
			return err
		}
		d.label = older.name
		d.add(fmt.Sprintf("it accepts the same event with api_version %s, as %s do, and not with %s", older.name, older.sdks, answer.Event.APIVersion()),
			"there are no fixtures of that version: only the label can be changed, by setting api_version; the shape stays that of "+answer.Event.APIVersion())
		return nil
	}
	return nil
}

// setLabel says in Go how to change the label of the events.
func setLabel(version string) string {
	return fmt.Sprintf("return webhooktest.Set(\"api_version\", %q) from Edit in the Subject", version)
}
