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

// takenLabel delivers an event under the names of older API versions, for SDKs that compare no
// more than that, and returns the one that is accepted. The event as it is must still be
// refused: a handler may fail now and then.
func takenLabel(ctx context.Context, e *webhooktest.Endpoint, refused *webhooktest.Event, until time.Time) (taken olderVersion, err error) {
	for _, older := range olderVersions {
		event, err := refused.Edit(webhooktest.Set("api_version", older.name))
		if err != nil || fixtures.IsThin(event.Type()) || time.Now().After(until) {
			return taken, nil //nolint:nilerr // a thin event has no version
		}
		if answer, err := e.Deliver(ctx, event); err != nil || !answer.Accepted() {
			continue
		}
		if answer, err := e.Deliver(ctx, refused); err != nil || answer.Accepted() {
			return taken, err
		}
		return older, nil
	}
	return taken, nil
}

// said explains a version that is accepted in place of another.
func (v olderVersion) said(instead string) []string {
	return []string{
		fmt.Sprintf("it accepts the same event with api_version %s, as %s do, and not with %s", v.name, v.sdks, instead),
		"there are no fixtures of that version: only the label can be changed, by setting api_version; the shape stays that of " + instead,
	}
}

// setLabel says in Go how to change the label of the events.
func setLabel(version string) string {
	return fmt.Sprintf("return webhooktest.Set(\"api_version\", %q) from Edit in the Subject", version)
}
