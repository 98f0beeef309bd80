package contract_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shopOfMany has shops with a secret each: it looks for the payment's shop first, and
// verifies with the secret of that.
type shopOfMany struct {
	careless bool // verifies nothing at all

	mu       sync.Mutex
	payments map[string]string
}

func (s *shopOfMany) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.payments {
		if !strings.Contains(string(body), id) {
			continue
		}
		if _, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), zooSecret); err != nil && !s.careless {
			http.Error(w, "refused", http.StatusBadRequest)
			return
		}
		if strings.Contains(string(body), `"type": "payment_intent.succeeded"`) {
			s.payments[id] = "paid"
		}
	}
	_, _ = io.WriteString(w, "ok")
}

func (s *shopOfMany) state(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.payments), nil
}

// order makes the payment of an event, as a shop does when somebody buys.
func (s *shopOfMany) order(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
	id, _ := event.Lookup("data.object.id")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.payments[fmt.Sprint(id)] = "open"
	return nil, nil
}

// Where a genuine event does nothing either, the response to a forgery says nothing about
// the signature.
func TestForgeriesBeforeTheLookup(t *testing.T) {
	t.Parallel()
	const id = "signature/wrong-secret"
	for _, test := range []struct {
		name     string
		careless bool
		state    bool
		prepares bool
		want     contract.Verdict
		says     string
	}{
		{"the state shows that nothing has an effect", false, true, false, contract.Inconclusive, "has not come to the signature"},
		{"nobody knows whether anything has", false, false, false, contract.Fail, "200 OK: ok, as a genuine event gets"},
		{"its own payments", false, true, true, contract.Pass, ""},
		{"a forgery pays", true, true, true, contract.Fail, "and its effect was there"},
		{"a forgery pays, unseen", true, false, true, contract.Fail, "200 OK: ok, as a genuine event gets"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				shop := &shopOfMany{careless: test.careless, payments: make(map[string]string)}
				subject := contract.Subject{Handler: shop, Secret: zooSecret, Handles: []string{"payment_intent.succeeded"}}
				if test.state {
					subject.State = shop.state
				}
				if test.prepares {
					subject.Prepare = shop.order
				}
				_, byID := results(t, subject, id)
				require.Equal(t, test.want, byID[id].Verdict, "%s", byID[id])
				require.Contains(t, byID[id].Reason+byID[id].Actual, test.says)
			})
		})
	}
}
