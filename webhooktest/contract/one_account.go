package contract

import (
	"slices"
	"strings"
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
