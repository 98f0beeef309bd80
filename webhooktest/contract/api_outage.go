package contract

import (
	"context"
	"net/http"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// canFail reports whether the local API can stand for what the handler depends on. Subjects
// that are checked side by side may share it.
func (s *Subject) canFail() bool {
	return s.API != nil && !s.Isolated && s.Break == nil && s.Heal == nil
}

// An apiOutage makes Stripe the dependency that fails, where the user gives no hooks: each
// call of the handler to the local API is answered 500, and has no effect.
type apiOutage struct {
	session *session
	lasts   bool
	calls   int // that the handler had made when it began
}

// begin makes the calls of the handler fail.
func (o *apiOutage) begin(context.Context) error {
	o.lasts, o.calls = true, o.session.sender.calls()
	o.session.subject.API.Fail(stripeapi.Failure{Status: http.StatusInternalServerError})
	return nil
}

// end lets them succeed again. A handler that called nothing meanwhile depends on something
// else.
func (o *apiOutage) end(ctx context.Context) error {
	err := o.session.run.machine.pause(ctx, o.session.probe.settle) // it may call later than it answers
	o.stop()
	if err == nil && o.session.sender.calls() == o.calls {
		err = errLacks{"hooks that break and heal what the handler depends on: it called nothing of Stripe's API"}
	}
	return err
}

// stop ends an outage that still lasts.
func (o *apiOutage) stop() {
	if o.lasts {
		o.session.subject.API.Fail()
		o.lasts = false
	}
}
