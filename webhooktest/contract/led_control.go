package contract

import (
	"context"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// The first handled type may tell of a later step, of an object that the app does not know
// before. Where such an event is refused alone, what must precede it comes first.

// calibrateLed calibrates once more if something may precede the control, which was refused
// alone. If it is refused then, too, it returns the first answer, and all is as before.
func calibrateLed(ctx context.Context, s *session, control string, alone *webhooktest.Response) (refused *webhooktest.Response, err error) {
	source := s.run.source
	if earlierStep(&s.subject, control) != "" && s.subject.creation(control) == "" {
		source.stepwise.Store(control, true)
		source.creations.Clear()
	}
	before, err := precedence{sender: s.sender}.creations(control)
	if err != nil || len(before) == 0 {
		return alone, err
	}
	source.led.Store(true)
	if refused, err = s.calibrate(ctx, control); err != nil || refused == nil {
		return refused, err
	}
	source.led.Store(false)
	source.stepwise.Delete(control)
	source.creations.Clear()
	return alone, nil
}
