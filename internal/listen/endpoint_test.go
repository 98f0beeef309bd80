package listen_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestWhoGetsAnEvent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason string
		endpoint     listen.Endpoint
		account      string
		want         bool
	}{
		{name: "all types", reason: "none listed", want: true},
		{name: "star", reason: "as at Stripe", endpoint: listen.Endpoint{Events: []string{"*"}}, want: true},
		{name: "listed", reason: "among others", endpoint: listen.Endpoint{Events: []string{"charge.failed", "charge.succeeded"}}, want: true},
		{name: "not listed", reason: "another type", endpoint: listen.Endpoint{Events: []string{"charge.failed"}}},
		{name: "of an account", reason: "the platform's endpoint", account: "acct_1"},
		{name: "of an account, connect", reason: "the endpoint for accounts", endpoint: listen.Endpoint{Connect: true}, account: "acct_1", want: true},
		{name: "own, connect", reason: "not of an account", endpoint: listen.Endpoint{Connect: true}},
		{name: "of an account, any", reason: "--forward-to alone gets both", endpoint: listen.Endpoint{AnyAccount: true}, account: "acct_1", want: true},
		{name: "own, any", reason: "--forward-to alone gets both", endpoint: listen.Endpoint{AnyAccount: true}, want: true},
		{name: "disabled", reason: "gets nothing", endpoint: listen.Endpoint{Disabled: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hub := new(listen.Hub)
			defer shutdown(t, hub)
			c.endpoint.Handler = always(200)
			add(t, hub, c.endpoint)
			var edits []webhooktest.Edit
			if c.account != "" {
				edits = append(edits, webhooktest.Add("account", c.account))
			}
			made := submit(t, hub, newEvent(t, "charge.succeeded", edits...))
			require.Equal(t, c.want, len(made) == 1, c.reason)
			if c.want {
				require.Equal(t, c.account, wait(t, hub, made[0]).Account)
			}
		})
	}
}

func TestAnEndpointsVersion(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		newer, same := new(shop), new(shop)
		hub := new(listen.Hub)
		add(t, hub, listen.Endpoint{URL: "/newer", Handler: newer, APIVersion: "2025-03-31.basil"})
		add(t, hub, listen.Endpoint{URL: "/same", Handler: same})
		made := submit(t, hub, newEvent(t, "charge.succeeded"))
		d := wait(t, hub, made[0])
		wait(t, hub, made[1])
		require.Equal(t, "2025-03-31.basil", newer.arrivals()[0].version)
		require.Equal(t, "2023-10-16", same.arrivals()[0].version)
		require.Contains(t, string(d.Body), "2025-03-31.basil")
		shutdown(t, hub)
	})
}

// Source: https://docs.stripe.com/webhooks#disable-delete
func TestEndpointsThatGo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*listen.Hub, listen.Endpoint)
		state  string
		reason string
	}{
		"deleted": {func(h *listen.Hub, e listen.Endpoint) { h.RemoveEndpoint(e.ID) }, listen.GivenUp, "the endpoint was deleted"},
		"disabled": {func(h *listen.Hub, e listen.Endpoint) {
			e.Disabled = true
			_, _ = h.AddEndpoint(e)
		}, listen.GivenUp, "the endpoint is disabled"},
		"enabled again in time": {func(h *listen.Hub, e listen.Endpoint) {
			e.Disabled = true
			_, _ = h.AddEndpoint(e)
			e.Disabled = false
			_, _ = h.AddEndpoint(e)
		}, listen.Delivered, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				hub := new(listen.Hub)
				endpoint := add(t, hub, listen.Endpoint{Handler: &shop{answers: []int{500}}})
				d := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
				synctest.Wait()
				c.change(hub, endpoint)
				d = wait(t, hub, d)
				require.Equal(t, c.state, d.State)
				require.Equal(t, c.reason, d.Reason)
				shutdown(t, hub)
			})
		})
	}
}

func TestWhatAnEndpointMayNotBe(t *testing.T) {
	t.Parallel()
	hub := new(listen.Hub)
	for _, c := range []struct {
		endpoint listen.Endpoint
		want     string
	}{
		{listen.Endpoint{URL: "ftp://example.com"}, "scheme ftp is not http or https"},
		{listen.Endpoint{URL: "4242", Secret: "sk_live_x"}, "live API key"},
		{listen.Endpoint{URL: "4242", Header: http.Header{"A": {"b\n"}}}, "cannot be sent"},
		{listen.Endpoint{}, "without a URL"},
	} {
		_, err := hub.AddEndpoint(c.endpoint)
		require.ErrorContains(t, err, c.want)
	}
	made, err := hub.AddEndpoint(listen.Endpoint{URL: "me:hidden@4242/webhook"})
	require.NoError(t, err)
	require.Regexp(t, `^we_1[0-9a-f]{23}$`, made.ID)
	require.Regexp(t, `^whsec_[0-9a-f]{64}$`, made.Secret)
	require.NotContains(t, made.URL, "hidden")
	require.Equal(t, []listen.Endpoint{made}, hub.Endpoints())
	shutdown(t, hub)
	_, err = hub.AddEndpoint(listen.Endpoint{URL: "4242"})
	require.ErrorIs(t, err, listen.ErrClosed)
}
