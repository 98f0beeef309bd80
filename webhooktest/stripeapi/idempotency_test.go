package stripeapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

func TestIdempotency(t *testing.T) {
	api, sc := newAPI(t)
	create := func(key, name string) (*stripe.Customer, error) {
		params := &stripe.CustomerParams{Name: stripe.String(name)}
		params.SetIdempotencyKey(key)
		return sc.Customers.New(params)
	}
	first, err := create("k1", "Rosa")
	require.NoError(t, err)
	require.Empty(t, first.LastResponse.Header.Get("Idempotent-Replayed"))

	again, err := create("k1", "Rosa")
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.LastResponse.RawJSON, again.LastResponse.RawJSON)
	require.Equal(t, "true", again.LastResponse.Header.Get("Idempotent-Replayed"))
	require.Equal(t, first.LastResponse.RequestID, again.LastResponse.Header.Get("Original-Request"))
	require.NotEqual(t, first.LastResponse.RequestID, again.LastResponse.RequestID)

	_, err = create("k1", "Luz")
	failed := stripeError(t, err)
	require.Equal(t, []any{400, stripe.ErrorTypeIdempotency}, []any{failed.HTTPStatusCode, failed.Type})

	other, err := create("k2", "Rosa")
	require.NoError(t, err)
	require.NotEqual(t, first.ID, other.ID)

	var replayed []bool
	for _, call := range api.Calls() {
		replayed = append(replayed, call.Replayed)
	}
	require.Equal(t, []bool{false, true, false, false}, replayed)
}

func TestIdempotencyScope(t *testing.T) {
	for _, test := range []struct {
		name          string
		first, second [3]string // path, body, account
		want          string
	}{
		{"same", [3]string{"/v1/customers", "name=a"}, [3]string{"/v1/customers", "name=a"}, "replayed"},
		{"same in another order", [3]string{"/v1/customers", "name=a&email=b"}, [3]string{"/v1/customers", "email=b&name=a"}, "replayed"},
		{"other parameters", [3]string{"/v1/customers", "name=a"}, [3]string{"/v1/customers", "name=b"}, "refused"},
		{"another path", [3]string{"/v1/customers", "name=a"}, [3]string{"/v1/products", "name=a"}, "refused"},
		{"another account", [3]string{"/v1/customers", "name=a", "acct_1A"}, [3]string{"/v1/customers", "name=a", "acct_1B"}, "done"},
		{"refused the first time", [3]string{"/v1/refunds", ""}, [3]string{"/v1/refunds", "charge=ch_3A"}, "done"},
		{"unknown object the first time", [3]string{"/v1/customers/cus_None1", ""}, [3]string{"/v1/customers", ""}, "done"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := &stripeapi.Server{}
			request(t, api, "POST", test.first[0], test.first[1], "Idempotency-Key: k", "Stripe-Account: "+test.first[2])
			answer := request(t, api, "POST", test.second[0], test.second[1], "Idempotency-Key: k", "Stripe-Account: "+test.second[2])
			switch {
			case answer.Header().Get("Idempotent-Replayed") != "":
				require.Equal(t, "replayed", test.want)
			case answer.Code == http.StatusBadRequest:
				require.Equal(t, "refused", test.want)
			default:
				require.Equal(t, "done", test.want)
				require.Equal(t, http.StatusOK, answer.Code)
			}
		})
	}
}

// A key of a request that was made to fail is free: nothing was done.
func TestIdempotencyAfterFailure(t *testing.T) {
	api := &stripeapi.Server{}
	api.Fail(stripeapi.Failure{})
	require.Equal(t, 500, request(t, api, "POST", "/v1/customers", "", "Idempotency-Key: k").Code)
	api.Fail()
	answer := request(t, api, "POST", "/v1/customers", "", "Idempotency-Key: k")
	require.Equal(t, 200, answer.Code)
	require.Empty(t, answer.Header().Get("Idempotent-Replayed"))
}

// Of requests at the same time with one key, one is done; who comes while it is
// under way gets a 409, which SDKs try again.
func TestIdempotencyTogether(t *testing.T) {
	inside, goOn := make(chan bool, 1), make(chan bool)
	api := &stripeapi.Server{OnEndpoint: func(stripeapi.Change, stripeapi.Endpoint) error {
		inside <- true
		select {
		case <-goOn:
		case <-t.Context().Done():
		}
		return nil
	}}
	const body = "url=https://shop.example.com&enabled_events[]=*"
	done := make(chan int, 1)
	go func() { done <- request(t, api, "POST", "/v1/webhook_endpoints", body, "Idempotency-Key: k").Code }()
	receive(t, inside, "the first request to call OnEndpoint")
	answer := request(t, api, "POST", "/v1/webhook_endpoints", body, "Idempotency-Key: k")
	require.Equal(t, 409, answer.Code)
	require.Equal(t, "idempotency_key_in_use", errorOf(t, answer)["code"])
	close(goOn)
	require.Equal(t, 200, receive(t, done, "the response to the first request"))
	require.NotEmpty(t, request(t, api, "POST", "/v1/webhook_endpoints", body, "Idempotency-Key: k").Header().Get("Idempotent-Replayed"))
}

// A panic while a request is under way frees its key.
func TestIdempotencyAfterPanic(t *testing.T) {
	broken := true
	api := &stripeapi.Server{OnEndpoint: func(stripeapi.Change, stripeapi.Endpoint) error {
		if broken {
			panic("broken")
		}
		return nil
	}}
	const body = "url=https://shop.example.com&enabled_events[]=*"
	require.Panics(t, func() { request(t, api, "POST", "/v1/webhook_endpoints", body, "Idempotency-Key: k") })
	broken = false
	answer := request(t, api, "POST", "/v1/webhook_endpoints", body, "Idempotency-Key: k")
	require.Equal(t, 200, answer.Code)
	require.Empty(t, answer.Header().Get("Idempotent-Replayed"))
}

// Many handlers at once leave a state that adds up.
func TestTogether(t *testing.T) {
	realpart.Long(t)
	api, sc := newAPI(t)
	event := add(t, api, "payment_intent.succeeded")
	id, _ := event.Lookup("data.object.id")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				source := add(t, api, "customer.created")
				customer, _ := source.Lookup("data.object.id")
				_, err := sc.Customers.Update(customer.(string), &stripe.CustomerParams{Name: stripe.String("Rosa")})
				if err != nil {
					t.Error(err)
				}
				if _, err := sc.PaymentIntents.Get(id.(string), &stripe.PaymentIntentParams{Params: expanding("customer", "latest_charge")}); err != nil {
					t.Error(err)
				}
				api.Fail(stripeapi.Failure{Path: "/v1/never"})
				api.CallsSince(api.Called() - 1)
			}
		})
	}
	all.Wait()
	require.Len(t, api.Calls(), 160)
	require.Equal(t, 81, count(t, sc.Customers.List(nil)), "80 and the one of the payment")
}

// A key may have 255 characters; an id as long as Stripe allows counts for none in it, as real
// ones are short.
func TestIdempotencyKeysAreShort(t *testing.T) {
	t.Parallel()
	id := "pi_" + strings.Repeat("x", 252)
	for _, test := range []struct {
		name, key string
		want      int
	}{
		{"as long as can be", strings.Repeat("x", 255), http.StatusOK},
		{"too long", strings.Repeat("x", 256), http.StatusBadRequest},
		{"made of a long id", "refund-" + id, http.StatusOK},
		{"long without the id, too", strings.Repeat("x ", 130) + id, http.StatusBadRequest},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/customers", strings.NewReader("name=Rosa"))
		r.Header.Set("Authorization", "Bearer "+testKey)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Idempotency-Key", test.key)
		answer := httptest.NewRecorder()
		new(stripeapi.Server).ServeHTTP(answer, r)
		require.Equal(t, test.want, answer.Code, "%s: %s", test.name, answer.Body)
	}
}
