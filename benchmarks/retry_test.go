package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// TestRetries compares three days of retries in virtual time with as many direct calls of
// the handler. It is a test rather than a line of the table, since only a test can start
// a synctest bubble; it logs the ratio (go test -run Retries -v) and fails on none.
func TestRetries(t *testing.T) {
	const attempts = 16
	p := pair{
		what: "16 retries in three virtual days", against: "16 calls by hand", ops: 20,
		ours: repeat(func() error {
			synctest.Test(t, func(t *testing.T) { retry(t, attempts) })
			return nil
		}),
		theirs: func(n int) (sample, error) {
			s, err := record(n * attempts)
			s.ops = n
			return s, err
		},
		bounds: []bound{timeWithin(2)},
	}
	medians, err := compare(p, 15)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s against %s: %sx (bound %sx)", p.what, p.against, number(medians[0]), number(p.bounds[0].limit))
}

// retry delivers one event repeatedly over three days, to the verifying handler.
func retry(t *testing.T, attempts int) {
	var source webhooktest.Source
	event, err := source.Event(eventType)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := &webhooktest.Endpoint{Handler: verifying}
	for range attempts {
		response, err := endpoint.Deliver(context.Background(), event)
		if err != nil {
			t.Fatal(err)
		}
		if err := refused(response); err != nil {
			t.Fatal(err)
		}
		time.Sleep(72 * time.Hour / time.Duration(attempts))
	}
}
