package contract

import (
	"context"
	"errors"
	"strings"
)

// unprepared makes the failure to prepare an object of the app the reason why a case is not
// judged: an app may know no object for a type or a shape of it. If it cannot prepare for the
// control either, nothing can be judged, and the error stays.
func unprepared(ctx context.Context, s *session, err error) error {
	if !errors.Is(err, errPrepare) || ctx.Err() != nil {
		return err
	}
	if _, still := s.sender.event(ctx, s.subject.control()); errors.Is(still, errPrepare) {
		return still
	}
	_, why, _ := strings.Cut(err.Error(), errPrepare.Error())
	return errInconclusive{reason: "the app could not " + errPrepare.Error() + why}
}
