package contract

import (
	"context"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// ofOneAccount reports whether all events of a type are about the connected account that the
// user names: its row may change only once, and not at all once the account has left.
func ofOneAccount(s *Subject, eventType string) bool {
	return s.Account != "" && (tellsOfAccount(eventType) || slices.Contains(s.Handles, accountLeaves))
}

// accountLeaves is the type of the event after which an app may ignore all others of the account.
const accountLeaves = "account.application.deauthorized"

// tellsOfAccount reports whether events of a type tell what a connected account is, or may do:
// apps keep that with the account.
func tellsOfAccount(eventType string) bool {
	return strings.HasPrefix(eventType, "account.") || strings.HasPrefix(eventType, "capability.")
}

// inAnotherState returns the effect of an event of a type that says something else of its object,
// or nil: the app may know already what the plain event says.
func inAnotherState(ctx context.Context, b *baseline, eventType string) (did statediff.Diff, err error) {
	described, err := fixtures.DescribeEvent(eventType)
	for n := 1; n <= described.Versions && err == nil && len(did) == 0; n++ {
		var event *webhooktest.Event
		if event, err = b.sender.event(ctx, eventType, webhooktest.Version(n)); err == nil {
			_, did, err = b.deliver(ctx, event)
		}
	}
	return did, err
}
