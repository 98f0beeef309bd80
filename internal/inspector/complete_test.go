package inspector_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// newCheckoutStand is a stand whose app has created a PaymentIntent and a customer.
func newCheckoutStand(t *testing.T) (s *stand, intent string) {
	t.Helper()
	s = newStand(t, shop)
	s.hub.API = new(stripeapi.Server)
	completer := &checkout.Completer{API: s.hub.API, Deliver: func(ctx context.Context, flow *webhooktest.Flow) error {
		_, err := s.hub.Play(ctx, listen.NewTrigger(flow.Name), flow.Events())
		return err
	}}
	s.complete = completer.Complete
	s.start()
	for _, made := range []string{"/v1/customers?email=ada@example.com", "/v1/payment_intents?amount=700&currency=eur"} {
		r := httptest.NewRequest("POST", made, nil)
		r.Header.Set("Authorization", "Bearer sk_test_app")
		w := httptest.NewRecorder()
		s.hub.API.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code, w.Body)
	}
	return s, s.hub.API.Calls()[1].ID
}

func TestCompleteRoute(t *testing.T) {
	t.Parallel()
	s, intent := newCheckoutStand(t)
	var listed struct {
		Calls []struct {
			ID      string
			Payable bool
		}
	}
	s.getJSON("/inspect/calls", &listed)
	require.Len(t, listed.Calls, 2)
	require.True(t, listed.Calls[0].Payable)
	require.False(t, listed.Calls[1].Payable, "nobody pays a customer")

	for body, want := range map[string]string{
		`{"object": "pi_other", "action": "pay"}`:            "no such object",
		`{"action": "pay"}`:                                  "no object: give the id",
		`{"object": "` + intent + `", "action": "sell"}`:     "want pay, decline, expire",
		`{"object": "` + intent + `", "of": "what is that"}`: "unknown field",
	} {
		status, answer := s.post("/inspect/complete", body)
		require.Equal(t, http.StatusBadRequest, status, body)
		require.Contains(t, answer.Error, want)
	}
	status, answer := s.post("/inspect/complete", `{"object": "`+intent+`", "action": "decline"}`)
	require.Equal(t, http.StatusOK, status, answer.Error)
	require.Len(t, s.hub.Deliveries(0), 3)

	without := newStand(t, nil)
	response, err := http.Post(without.url+"/inspect/complete", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNotFound, response.StatusCode)
}

// What the app created is paid with a button beside the call that created it.
func TestPayButton(t *testing.T) {
	needBrowser(t)
	s, intent := newCheckoutStand(t)
	b := open(t, s, narrow)
	b.click("#calls-open")
	b.sees("#calls-list li", "POST /v1/payment_intents")
	require.Equal(t, 2, eval[int](b, `document.querySelectorAll("#calls-list [data-complete]").length`), "of the intent alone")
	b.shoot("pay")
	b.click("#calls-list [data-complete=pay]")
	b.until(`!document.querySelector("#calls-dialog").open`)
	b.sees(rowOf("dlv_2"), "payment_intent.succeeded")
	require.Equal(t, "succeeded", status(t, s.hub.API, intent))

	b.click("#calls-open")
	b.click("#calls-list [data-complete=pay]")
	b.until(`document.body.innerText.includes("nothing more happens to it")`)
}

func status(t *testing.T, api *stripeapi.Server, intent string) string {
	t.Helper()
	object, ok := api.Object("payment_intent", intent)
	require.True(t, ok)
	_, after, _ := strings.Cut(string(object), `"status":"`)
	state, _, _ := strings.Cut(after, `"`)
	return state
}
