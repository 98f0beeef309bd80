package main

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// startShop starts a listen with a shop behind it.
func startShop(t *testing.T, args ...string) (shop *tinyShop, base, at string) {
	t.Helper()
	realpart.Long(t)
	shop = newTinyShop("") // until listen is there
	shop.heard = make(chan string, 100)
	server := serveTest(t, shop)
	ready := startServer(t, append([]string{"--listen", "127.0.0.1:0", "--secret", "whsec_tiny_shop_1234567890", "-f", server.URL + "/webhook"}, args...)...)
	shop.stripe = newTinyShop(ready.URL).stripe
	return shop, ready.URL, server.URL
}

// checkOut has the shop create a session, and returns its id and page.
func checkOut(t *testing.T, at string) (id, page string) {
	t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(mustPost(t, at+"/checkout", ""))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	page = answer.Header.Get("Location")
	require.Contains(t, page, "/c/pay/")
	return page[strings.LastIndexByte(page, '/')+1:], page
}

func mustPost(t *testing.T, to, form string) *http.Request {
	t.Helper()
	request, err := http.NewRequest("POST", to, strings.NewReader(form))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

// hears waits for an event of a type.
func (s *tinyShop) hears(t *testing.T, eventType string) (before []string) {
	t.Helper()
	for {
		heard := await(t, s.heard, eventType)
		if heard == eventType {
			return before
		}
		before = append(before, heard)
	}
}

func (s *tinyShop) order(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[id]
}

// A purchase from the app's checkout to the fulfilled order, with nobody there.
func TestAutoComplete(t *testing.T) {
	shop, _, at := startShop(t, "--auto-complete=10ms")
	id, _ := checkOut(t, at)
	shop.hears(t, "checkout.session.completed")
	require.Equal(t, "fulfilled", shop.order(id))
	session, err := shop.stripe.CheckoutSessions.Get(id, nil)
	require.NoError(t, err)
	require.EqualValues(t, "complete", session.Status)

	paid, err := shop.stripe.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_visa")})
	require.NoError(t, err)
	require.EqualValues(t, "succeeded", paid.Status)
	shop.hears(t, "payment_intent.succeeded")

	_, err = shop.stripe.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_visa_chargeDeclined")})
	require.Error(t, err)
	require.Contains(t, shop.hears(t, "payment_intent.payment_failed"), "charge.failed")

	_, err = shop.stripe.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_createDispute")})
	require.NoError(t, err)
	shop.hears(t, "charge.dispute.created")
}

// trigger pays what the app created, by its id or as the last.
func TestTriggerAnObjectOfTheApp(t *testing.T) {
	shop, base, at := startShop(t)
	id, _ := checkOut(t, at)
	trigger := func(args ...string) (string, error) {
		out, err := exec.Command("fakestripe", append([]string{"trigger", "--api-base", base}, args...)...).CombinedOutput()
		return string(out), err
	}
	said, err := trigger("--latest", "--action", "decline")
	require.NoError(t, err, said)
	require.Contains(t, said, "payment_intent.payment_failed")
	require.Equal(t, "open", shop.order(id))
	said, err = trigger("checkout.session.completed", "--object", id)
	require.NoError(t, err, said)
	require.Contains(t, said, "checkout.session.completed")
	require.Equal(t, "fulfilled", shop.order(id))

	for want, args := range map[string][]string{
		"it is complete":                          {"--latest"},
		"no such object was created":              {"--object", "cs_other"},
		"give one":                                {"--object", id, "--latest"},
		"--set does not apply to an object":       {"--latest", "--set", "data.object.amount=1"},
		"want pay, decline, expire":               {"--latest", "--action", "sell"},
		"--action is for an object":               {"payment_intent.succeeded", "--action", "pay"},
		"--to does not apply to an object of the": {"--latest", "--to", "4242"},
		"no event about checkout.session":         {"invoice.paid", "--latest"},
	} {
		said, err := trigger(args...)
		exit := new(exec.ExitError)
		require.ErrorAs(t, err, &exit, said)
		require.Equal(t, 2, exit.ExitCode(), said)
		require.Contains(t, said, want)
		require.Equal(t, 1, strings.Count(said, "\n"), said)
	}
}

// The page of a session pays it, and a page of another site cannot.
func TestTheHostedPageOfListen(t *testing.T) {
	shop, _, at := startShop(t, "--inspect", "off")
	id, page := checkOut(t, at)
	foreign := mustPost(t, page, "action=pay")
	foreign.Header.Set("Origin", "https://evil.example")
	answer, err := http.DefaultTransport.RoundTrip(foreign)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 403, answer.StatusCode)

	answer, err = http.DefaultTransport.RoundTrip(mustPost(t, page, url.Values{"action": {"pay"}}.Encode()))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "http://localhost/thanks", answer.Header.Get("Location"))
	shop.hears(t, "checkout.session.completed")
	require.Equal(t, "fulfilled", shop.order(id))
}
