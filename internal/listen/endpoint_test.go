package listen_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

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

// Not the label alone is that of the endpoint's version.
func TestAnEndpointsShape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, event, endpoint, version, path string }{
		{"a later version", "2023-10-16", "2025-03-31.basil", "2025-03-31.basil", "data.object.parent.subscription_details.subscription"},
		{"from a later version to a still later one", "2025-03-31.basil", "2026-10-28.endive", "2026-10-28.endive", "data.object.parent.subscription_details.subscription"},
		{"an earlier version: changes go forward only", "2025-03-31.basil", "2023-10-16", "2025-03-31.basil", "data.object.parent.subscription_details.subscription"},
		{"a version that the fixtures lack: the label", "2023-10-16", "2022-11-15", "2022-11-15", "data.object.subscription"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hub := new(listen.Hub)
			defer shutdown(t, hub)
			add(t, hub, listen.Endpoint{URL: "/", Handler: always(200), APIVersion: c.endpoint})
			source := webhooktest.Source{APIVersion: c.event}
			event, err := source.Event("invoice.paid")
			require.NoError(t, err)
			d := wait(t, hub, submit(t, hub, event)[0])
			got, err := webhooktest.ParseEvent(d.Body)
			require.NoError(t, err)
			version, _ := got.Lookup("api_version")
			require.Equal(t, c.version, version)
			_, has := got.Lookup(c.path)
			require.True(t, has, c.path)
		})
	}
}

func TestAThinEventHasNoVersion(t *testing.T) {
	t.Parallel()
	hub := new(listen.Hub)
	defer shutdown(t, hub)
	add(t, hub, listen.Endpoint{URL: "/", Handler: always(200), APIVersion: "2025-03-31.basil"})
	event := newEvent(t, "v1.invoice.paid")
	require.Equal(t, event.Body(), wait(t, hub, submit(t, hub, event)[0]).Body)
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
		{listen.Endpoint{}, "needs a URL"},
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

// A change of an endpoint by who sees it without its password.
func TestAPasswordOutlivesAChange(t *testing.T) {
	t.Parallel()
	var got []string
	server := newServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		got = append(got, password)
	}))
	hub := new(listen.Hub)
	endpoint := add(t, hub, listen.Endpoint{URL: strings.Replace(server, "http://", "http://me:hunter2@", 1)})
	endpoint.Events = []string{"charge.succeeded"}
	endpoint = add(t, hub, endpoint)
	wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
	endpoint.URL = server + "/elsewhere"
	add(t, hub, endpoint)
	wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
	require.Equal(t, []string{"hunter2", ""}, got)
	shutdown(t, hub)
}

// What made the deliveries of an endpoint is freed when the endpoint has changed, or
// is gone, and the last attempt has ended.
func TestWhatIsReplacedIsFreed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*listen.Hub)
	}{
		{"changed", func(h *listen.Hub) { _, _ = h.AddEndpoint(listen.Endpoint{ID: "we_1", URL: "/", Handler: always(200)}) }},
		{"removed", func(h *listen.Hub) { h.RemoveEndpoint("we_1") }},
	} {
		for _, busy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, busy=%t", c.name, busy), func(t *testing.T) {
				t.Parallel()
				hub := &listen.Hub{Keep: 1}
				defer shutdown(t, hub)
				entered, leave := make(chan struct{}), make(chan struct{})
				was := addGate(t, hub, entered, leave)
				if busy {
					d := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
					<-entered
					c.change(hub)
					runtime.GC()
					require.NotNil(t, was.Value(), "an attempt is under way")
					close(leave)
					wait(t, hub, d)
				} else {
					c.change(hub)
				}
				add(t, hub, listen.Endpoint{ID: "we_2", URL: "/", Handler: always(200)})
				submit(t, hub, newEvent(t, "charge.succeeded")) // what was kept before is not, once this is done
				require.Eventually(t, func() bool {
					runtime.GC()
					return was.Value() == nil
				}, patience, time.Millisecond)
			})
		}
	}
}

// A gate is a handler that says who is in and waits to be opened.
type gate struct{ entered, leave chan struct{} }

func (g *gate) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	select {
	case g.entered <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	select {
	case <-g.leave:
	case <-r.Context().Done():
	}
}

// addGate adds an endpoint whose handler nobody else has.
func addGate(t *testing.T, hub *listen.Hub, entered, leave chan struct{}) weak.Pointer[gate] {
	t.Helper()
	g := &gate{entered, leave}
	add(t, hub, listen.Endpoint{ID: "we_1", URL: "/", Handler: g})
	return weak.Make(g)
}
