package contract

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestAnOpenedObjectIsNoLateWork holds that what an app stores when it opens an object for
// an event is not taken for work that it does later than it answers: each reading of the
// state would wait for that from then on, and longer each time.
func TestAnOpenedObjectIsNoLateWork(t *testing.T) {
	t.Parallel()
	opened := 0
	prepare := func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
		opened++
		return []webhooktest.Edit{webhooktest.Set("data.object.metadata.order_id", "order-1")}, nil
	}
	api := new(stripeapi.Server)
	create := func(context.Context) error {
		opened++
		r := httptest.NewRequest(http.MethodPost, "/v1/payment_intents", strings.NewReader(url.Values{"amount": {"1250"}, "currency": {"eur"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer sk_test_shop")
		api.ServeHTTP(httptest.NewRecorder(), r)
		return nil
	}
	for _, test := range []struct {
		name    string
		subject Subject
		worked  int // orders that the app opens by itself, meanwhile
		late    bool
	}{
		{"Prepare opens it", Subject{Prepare: prepare}, 0, false},
		{"Create opens it", Subject{Create: create, API: api}, 0, false},
		{"nothing is opened", Subject{}, 0, false},
		{"the app works later than it answers", Subject{}, 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				subject := test.subject
				subject.URL = "http://localhost/webhook" // to which nothing is sent
				subject.State = func(context.Context) (any, error) { return opened, nil }
				subjects := func() Subject { return subject }
				s := newRun(Suite{New: subjects, Seed: 1}, &subject).newSession(subject, subjects)
				defer s.close()
				_, err := s.probe.readStill(t.Context(), newObservation())
				require.NoError(t, err)

				opened += test.worked
				event, err := s.sender.event(t.Context(), subject.control())
				require.NoError(t, err)
				_, err = s.probe.read(t.Context(), observe(event))
				require.NoError(t, err)
				require.Equal(t, test.late, s.run.learned.settled() > 0)
			})
		})
	}
}
