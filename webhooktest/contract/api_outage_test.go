package contract_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

const (
	outageLost    = "resilience/failure-not-acknowledged"
	outageRetried = "resilience/retry-after-failure"
)

// An outageHandler asks Stripe's API for the payment before it notes it.
type outageHandler struct {
	asks     bool
	early    bool             // remembers the event before it has asked
	tries    int              // how often it asks, as SDKs do; 0: once
	patience time.Duration    // of its client
	swallows func(error) bool // errors of the API, which it answers with 200
	later    bool             // works in the background, once it has answered
	again    time.Duration    // after which the background tries once more; 0: never
}

// subject is what the suite is run with.
func (h outageHandler) subject(t *testing.T) contract.Subject {
	api, z := &stripeapi.Server{}, newZoo()
	t.Cleanup(z.Close)
	rows, seen := make(map[string]string), make(map[string]bool)
	z.handle = func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		switch {
		case d.event.Type != "payment_intent.succeeded" || seen[d.event.ID]:
			return nil
		case z.down:
			return errZooDown
		}
		seen[d.event.ID] = h.early || h.later
		if h.later {
			z.working.Go(func() {
				if h.asksLater(d, api) {
					z.mu.Lock()
					defer z.mu.Unlock()
					rows[zooField(d, "id")] = "paid"
				}
			})
			return nil
		}
		if err := h.ask(d, api); err != nil && h.swallows != nil && h.swallows(err) {
			return nil
		} else if err != nil {
			return err
		}
		seen[d.event.ID], rows[zooField(d, "id")] = true, "paid"
		return nil
	}
	z.show = func() any { return maps.Clone(rows) }
	s := zooNamed(t, "sound").subject(z, z.State)
	s.API, s.Handles = api, []string{"payment_intent.succeeded"}
	return s
}

// asksLater asks in the background, and reports whether it was told.
func (h outageHandler) asksLater(d *zooDelivery, api *stripeapi.Server) bool {
	d.r = d.r.WithContext(context.Background())
	time.Sleep(10 * time.Millisecond)
	for h.ask(d, api) != nil {
		if h.again == 0 {
			return false
		}
		time.Sleep(h.again)
	}
	return true
}

func (h outageHandler) ask(d *zooDelivery, api *stripeapi.Server) (err error) {
	for range max(1, h.tries) {
		if !h.asks {
			return nil
		}
		ctx, cancel := context.WithTimeout(d.r.Context(), h.patience)
		answer := askStripe(ctx, api, http.MethodGet, "/v1/payment_intents/"+zooField(d, "id"), "")
		cancel()
		if answer.Code == http.StatusOK {
			return nil
		}
		err = outageError(answer.Code)
	}
	return err
}

// An outageError is the status of an answer; a client in process gets one at all times.
type outageError int

func (e outageError) Error() string { return http.StatusText(int(e)) }

func anyError(error) bool { return true }

// of reports whether an error of the API has a status; that of no answer is 0 or 504.
func of(status int) func(error) bool {
	return func(err error) bool {
		var got outageError
		return errors.As(err, &got) && (int(got) == status || status == 0 && got == http.StatusGatewayTimeout)
	}
}

// TestStripeFails holds that a local API stands for what a handler depends on: the handler
// that loses an event while Stripe's API fails, in whatever way, is found, without hooks
// and beside them.
func TestStripeFails(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		name, why     string
		handler       outageHandler
		hooks         bool
		lost, retried contract.Verdict
		says          string
	}{
		{"sound", "returns 500, and remembers what it has processed", outageHandler{asks: true}, false, contract.Pass, contract.Pass, ""},
		{"sound-with-hooks", "its database fails, and the API too", outageHandler{asks: true}, true, contract.Pass, contract.Pass, ""},
		{"tries-again", "as SDKs do: three times in all", outageHandler{asks: true, tries: 3}, false, contract.Pass, contract.Pass, ""},
		{"impatient", "its client gives up before the connection is closed", outageHandler{asks: true, patience: 100 * time.Millisecond}, false, contract.Pass, contract.Pass, ""},
		{"swallows", "logs the error and returns 200", outageHandler{asks: true, swallows: anyError}, false, contract.Fail, contract.Pass, "returns 500"},
		{"swallows-beside-hooks", "the database is looked after, the API is not", outageHandler{asks: true, swallows: anyError}, true, contract.Fail, contract.Pass, "returns 500"},
		{"swallows-429", "takes a rate limit for none of its business", outageHandler{asks: true, swallows: of(429)}, false, contract.Fail, contract.Pass, "returns 429"},
		{"swallows-timeout", "catches what is no error of Stripe's", outageHandler{asks: true, swallows: of(0)}, false, contract.Fail, contract.Pass, "gives no response"},
		{"impatient-swallows-timeout", "the same, and gives up early", outageHandler{asks: true, swallows: of(0), patience: 100 * time.Millisecond}, false, contract.Fail, contract.Pass, "gives no response"},
		{"early", "remembers the event first: its retry is a duplicate", outageHandler{asks: true, early: true}, false, contract.Fail, contract.Fail, "returns 500"},
		{"queue", "a worker that tries again in a second", outageHandler{asks: true, later: true, again: time.Second}, false, contract.Pass, contract.Pass, ""},
		{"slow-queue", "a worker that tries again in a minute: nobody waits so long", outageHandler{asks: true, later: true, again: time.Minute}, false, contract.Warn, contract.Warn, "while Stripe's API"},
		{"queue-without-retries", "a worker that gives up", outageHandler{asks: true, later: true}, false, contract.Warn, contract.Warn, "while Stripe's API"},
		{"independent", "asks for nothing, so that nothing fails", outageHandler{}, false, contract.Skip, contract.Skip, ""},
		{"independent-with-hooks", "the rows of the API say nothing of it", outageHandler{}, true, contract.Pass, contract.Pass, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				if test.handler.patience == 0 {
					test.handler.patience = 5 * time.Second
				}
				s := test.handler.subject(t)
				if !test.hooks {
					s.Break, s.Heal = nil, nil
				}
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{"control", outageLost, outageRetried}})
				require.NoError(t, err)
				want := map[string]contract.Verdict{outageLost: test.lost, outageRetried: test.retried}
				for _, result := range report.Cases {
					if result.ID == outageLost && test.handler.early { // it refused the event itself
						require.Equal(t, "Did not process the retry of a failed event", result.Headline)
						require.Contains(t, result.Actual, "refused at first, then 2xx to its retry")
						require.Contains(t, result.Hint, "same transaction")
					}
					if verdict := want[result.ID]; verdict != "" {
						require.Equal(t, verdict, result.Verdict, "%s: %s: %s", test.why, result.ID, result)
						if verdict == contract.Fail || verdict == contract.Warn {
							require.Contains(t, result.Sent, test.says)
						}
						if verdict == contract.Warn {
							require.Contains(t, result.Actual, "not repeated within 8s")
						}
					}
				}
			})
		})
	}
}

// What gets no answer is cut off: no client waits for its own timeout.
func TestNoAnswerIsNoAnswer(t *testing.T) {
	t.Parallel()
	api := &stripeapi.Server{}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	api.Fail(stripeapi.Failure{NoAnswer: true})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/customers/cus_1", nil)
	require.NoError(t, err)
	request.SetBasicAuth("sk_test_123", "")
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	require.Error(t, err)
	require.Equal(t, 1, api.Called())
}
