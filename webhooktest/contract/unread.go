package contract

import "errors"

// An errUnread is the error where the state could not be read.
type errUnread struct{ cause error }

func (e errUnread) Error() string { return "state: " + e.cause.Error() }

func (e errUnread) Unwrap() error { return e.cause }

// isUnread reports whether a try ended because the state could not be read.
func isUnread(err error) bool {
	var unread errUnread
	return errors.As(err, &unread)
}
