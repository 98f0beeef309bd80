package contract_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A checkoutShop creates its own Checkout Sessions, and fulfils only those, looked up by
// their id, or by the metadata that the payment got.
type checkoutShop struct {
	api      *stripeapi.Server
	find     string // where an event names its order
	forgets  bool   // fulfills what is fulfilled again
	gullible bool   // fulfills what it did not create
	broken   error  // of its checkout
	nothing  bool   // its checkout calls nothing
	refused  bool   // by the API

	mu        sync.Mutex
	orders    int
	fulfilled map[string]int
}

// checkout is what a customer sets off.
func (s *checkoutShop) checkout(context.Context) error {
	if s.broken != nil || s.nothing {
		return s.broken
	}
	s.mu.Lock()
	s.orders++
	order := fmt.Sprintf("order-%03d", s.orders)
	s.mu.Unlock()
	form := url.Values{
		"mode": {"payment"}, "success_url": {"http://localhost:3000/thanks"}, "metadata[order]": {order}, "payment_intent_data[metadata][order]": {order},
		"line_items[0][price_data][currency]": {"eur"}, "line_items[0][price_data][unit_amount]": {"1250"}, "line_items[0][quantity]": {"1"},
	}
	path := "/v1/checkout/sessions"
	if s.refused {
		path = "/v1/checkout/sesions"
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer sk_test_shop")
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	created, _ := webhooktest.ParseEvent(w.Body.Bytes())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fulfilled[created.ID()], s.fulfilled[order] = 0, 0
	return nil
}

func (s *checkoutShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, status := zooBody(w, r)
	if status != 0 {
		http.Error(w, "refused", status)
		return
	}
	event, err := webhooktest.ParseEvent(body)
	if err != nil {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	if !slices.Contains([]string{"checkout.session.completed", "checkout.session.async_payment_succeeded", "payment_intent.succeeded"}, event.Type()) {
		return
	}
	paymentStatus, _ := event.Lookup("data.object.payment_status")
	amountIn := "data.object.amount_total"
	if event.Type() == "payment_intent.succeeded" {
		amountIn = "data.object.amount_received"
	}
	amount, _ := event.Lookup(amountIn)
	currency, _ := event.Lookup("data.object.currency")
	if paymentStatus == "unpaid" || !s.gullible && (amount != 1250.0 || currency != "eur") {
		return
	}
	found, _ := event.Lookup(s.find)
	key, _ := found.(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	times, own := s.fulfilled[key]
	if key == "" || !own && !s.gullible || times > 0 && !s.forgets {
		return
	}
	s.fulfilled[key]++
}

func zooBody(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.Method != http.MethodPost {
		return nil, http.StatusMethodNotAllowed
	}
	z := newZoo()
	d := &zooDelivery{w: w, r: r}
	body, err := z.read(d)
	if err != nil {
		return nil, http.StatusBadRequest
	}
	if _, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), zooSecret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true}); err != nil {
		return nil, http.StatusBadRequest
	}
	return body, 0
}

func (s *checkoutShop) state(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make(map[string]int)
	for key, times := range s.fulfilled {
		if times > 0 {
			done[key] = times
		}
	}
	return done, nil
}

// An app that looks up what it created is judged by objects of its own making, each event by
// another one.
func TestObjectsThatTheAppCreates(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const session, payment = "checkout.session.completed", "payment_intent.succeeded"
	tests := []struct {
		name    string
		handles string
		shop    *checkoutShop
		finds   string // all that fails or warns must contain it; "": nothing does
	}{
		{"sound, by the session's id", session, &checkoutShop{find: "data.object.id"}, ""},
		{"sound, by the session's metadata", session, &checkoutShop{find: "data.object.metadata.order"}, ""},
		{"sound, paid at once or later", session + " checkout.session.async_payment_succeeded", &checkoutShop{find: "data.object.id"}, ""},
		{"sound, by the payment's metadata", payment, &checkoutShop{find: "data.object.metadata.order"}, ""},
		{"fulfills twice", session, &checkoutShop{find: "data.object.id", forgets: true}, "idempotency/redelivered"},
		{"fulfills what it did not create", session, &checkoutShop{find: "data.object.id", gullible: true}, "dispatch/foreign-object"},
	}
	for _, test := range realpart.Sample(tests, 6) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := test.shop
				s.api, s.fulfilled = &stripeapi.Server{Seed: 3}, make(map[string]int)
				subject := contract.Subject{Handler: s, Secret: zooSecret, Handles: strings.Fields(test.handles), State: s.state, API: s.api, Create: s.checkout}
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Seed: 7, MaxTime: time.Hour,
					Only: []string{"control", "dispatch", "idempotency", "freshness", "signature/forged-no-effect"}})
				require.NoError(t, err)
				var short []string
				for _, result := range report.Cases {
					switch result.ID {
					case "control/effect", "control/second-event", "dispatch/foreign-object", "dispatch/handled-type-works", "idempotency/redelivered":
						require.NotEqual(t, contract.Skip, result.Verdict, "%s: %s", result.ID, result.Reason)
					}
					if result.Verdict == contract.Fail || result.Verdict == contract.Warn {
						short = append(short, result.ID)
					}
				}
				found := strings.Join(short, " ")
				if test.finds == "" {
					require.Empty(t, found)
				}
				require.Contains(t, found, test.finds)
				require.Greater(t, s.orders, 5, "each has its own")
			})
		})
	}
}

// What goes wrong with the app's checkout is said in a line.
func TestNothingIsCreated(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]*checkoutShop{
		"create: the checkout is closed":                                        {broken: errors.New("the checkout is closed")},
		"the app did not call the local Stripe API":                             {nothing: true},
		"its last call was POST /v1/checkout/sesions: Unrecognized request URL": {refused: true},
		"Subject.Create needs Subject.API: the local Stripe API":                nil,
	} {
		subject := contract.Subject{Secret: zooSecret, Handles: []string{"checkout.session.completed"}}
		if s == nil {
			s = new(checkoutShop)
		} else {
			s.api = &stripeapi.Server{Seed: 3}
			subject.API = s.api
		}
		s.fulfilled = make(map[string]int)
		subject.Handler, subject.State, subject.Create = s, s.state, s.checkout
		_, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Seed: 7, Only: []string{"control"}})
		require.ErrorContains(t, err, want)
	}
}
