package webhooktest_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url       string
		host, uri string
	}{
		{"", "localhost", "/webhook"},
		{"4242", "localhost:4242", "/"},
		{"4242/webhook", "localhost:4242", "/webhook"},
		{"/hooks/stripe", "localhost", "/hooks/stripe"},
		{"/hooks?tenant=a%20b", "localhost", "/hooks?tenant=a%20b"},
		{"localhost:4242/webhook", "localhost:4242", "/webhook"},
		{"shop.test/hooks?from=https://stripe.test", "shop.test", "/hooks?from=https://stripe.test"},
		{"shop.test", "shop.test", "/"},
		{"[::1]:4242/webhook", "[::1]:4242", "/webhook"},
		{"http://localhost:4242/webhook", "localhost:4242", "/webhook"},
		{"https://shop.test/a%2Fb", "shop.test", "/a%2Fb"},
		{"HTTPS://shop.test/", "shop.test", "/"},
	}
	for _, test := range tests {
		t.Run(test.url, func(t *testing.T) {
			t.Parallel()
			handler := new(recorder)
			deliver(t, &webhooktest.Endpoint{URL: test.url, Handler: handler}, newEvent(t, "charge.succeeded"))
			require.Equal(t, test.host, handler.last(t).Host)
			require.Equal(t, test.uri, handler.last(t).URI)
		})
	}
}

func TestConfigurationErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		endpoint *webhooktest.Endpoint
		want     string
	}{
		{"another protocol", &webhooktest.Endpoint{URL: "ftp://localhost/"}, `url "ftp://localhost/": scheme ftp is not http or https`},
		{"no host", &webhooktest.Endpoint{URL: "http://"}, `url "http://": no host (write http://localhost:4242/webhook)`},
		{"a port with a colon", &webhooktest.Endpoint{URL: ":4242"}, `url ":4242": no host`},
		{"a broken address", &webhooktest.Endpoint{URL: "http://[::1/"}, `url "http://[::1/": missing ']' in host`},
		{"a broken escape", &webhooktest.Endpoint{URL: "/%zz"}, `url "/%zz": invalid URL escape "%zz"`},
		{"a line break", &webhooktest.Endpoint{URL: "http://a\nb/"}, `invalid control character in URL`},
		{"empty secret", &webhooktest.Endpoint{Secrets: []string{""}}, "empty signing secret"},
		{"one of two is empty", &webhooktest.Endpoint{Secrets: []string{"whsec_1", ""}}, "empty signing secret"},
		{"a live key", &webhooktest.Endpoint{Secrets: []string{"sk_live_51H8kq"}}, "the signing secret is a live API key"},
		{"a restricted live key", &webhooktest.Endpoint{Secrets: []string{"rk_live_51H8kq"}}, "the signing secret is a live API key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := new(recorder)
			test.endpoint.Handler = handler
			require.ErrorContains(t, test.endpoint.Validate(), test.want)

			event := newEvent(t, "charge.succeeded")
			_, err := test.endpoint.Deliver(t.Context(), event)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "51H8kq", "secrets are not printed")
			_, err = test.endpoint.DeliverTogether(t.Context(), []*webhooktest.Event{event})
			require.ErrorContains(t, err, test.want)
			_, err = test.endpoint.Local(t.Context())
			require.ErrorContains(t, err, test.want)
			test.endpoint.Close() // harmless
			require.Empty(t, handler.all())
		})
	}
}

func TestDefaultSecret(t *testing.T) {
	t.Parallel()
	event := newEvent(t, "charge.succeeded")
	response := deliver(t, &webhooktest.Endpoint{Handler: accept}, event)
	require.NoError(t, webhook.ValidatePayload(event.Body(), response.Signature, webhooktest.DefaultSecret))
}

func TestHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		header    http.Header
		mutations []string
		want      map[string]string // by name; empty: not there
	}{
		{"one more", http.Header{"X-Tenant": {"7"}}, nil, map[string]string{"X-Tenant": "7", "Cache-Control": "no-cache"}},
		{"instead of Stripe's", http.Header{"Content-Type": {"text/plain"}}, nil, map[string]string{"Content-Type": "text/plain"}},
		{"in any case", http.Header{"content-type": {"text/plain"}}, nil, map[string]string{"Content-Type": "text/plain"}},
		{"removed", http.Header{"Cache-Control": {""}, "Accept": nil, "Accept-Encoding": {""}}, nil, map[string]string{"Cache-Control": "", "Accept": "", "Accept-Encoding": ""}},
		{"the agent removed", http.Header{"User-Agent": {""}}, nil, map[string]string{"User-Agent": ""}},
		{"by a mutation", nil, []string{"header=X-Tenant: 7: 8"}, map[string]string{"X-Tenant": "7: 8"}},
		{"a mutation goes first", http.Header{"X-Tenant": {"7"}}, []string{"header=x-tenant:8"}, map[string]string{"X-Tenant": "8"}},
		{"removed by a mutation", http.Header{"X-Tenant": {"7"}}, []string{"header=X-Tenant:", "header=Content-Type:"}, map[string]string{"X-Tenant": "", "Content-Type": ""}},
		{"its last mutation counts", nil, []string{"header=X-A: 1", "header=X-B: 2", "header=X-A: 3"}, map[string]string{"X-A": "3", "X-B": "2"}},
		{"another host", http.Header{"Host": {"shop.test"}}, nil, map[string]string{"Host": "shop.test"}},
		{"another host by a mutation", nil, []string{"header=Host: shop.test"}, map[string]string{"Host": "shop.test"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := new(recorder)
			server := serve(t, handler)
			for _, endpoint := range []*webhooktest.Endpoint{{Handler: handler}, {URL: server.URL}} {
				endpoint.Header = test.header
				t.Cleanup(endpoint.Close)
				deliver(t, endpoint, newEvent(t, "charge.succeeded"), test.mutations...)
				got := handler.last(t)
				for name, want := range test.want {
					if name == "Host" {
						require.Equal(t, want, got.Host)
						require.NotContains(t, got.Header, name)
					} else {
						require.Equal(t, want, got.Header.Get(name), name)
						require.Equal(t, want != "", got.Header[name] != nil, name)
					}
				}
			}
		})
	}
}

// A name and a password in the URL go into a header of their own.
func TestBasicAuth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url, want string
		header    http.Header
	}{
		{"http://tea:p%40t@localhost/", "Basic dGVhOnBAdA==", nil},
		{"http://tea@localhost/", "Basic dGVhOg==", nil},
		{"http://tea:pot@localhost/", "Bearer 7", http.Header{"Authorization": {"Bearer 7"}}},
		{"http://localhost/", "", nil},
	} {
		handler := new(recorder)
		endpoint := &webhooktest.Endpoint{URL: test.url, Handler: handler, Header: test.header}
		response := deliver(t, endpoint, newEvent(t, "charge.succeeded"))
		require.Equal(t, test.want, handler.last(t).Header.Get("Authorization"), test.url)
		require.Equal(t, "localhost", handler.last(t).Host)
		require.NotContains(t, response.String(), "tea")
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url  string
		want bool
	}{
		{"4242", true},
		{"http://127.9.9.9/", true},
		{"http://[::1]/", true},
		{"http://10.1.2.3/", true},
		{"http://192.168.1.2:8080/", true},
		{"http://[fd00::1]/", true},
		{"http://169.254.1.2/", true},
		{"http://[::ffff:10.1.2.3]/", true},
		{"http://192.0.2.1/", false}, // RFC 5737: documentation
		{"http://[2001:db8::1]/", false},
		{"http://0.0.0.0/", true},
	}
	for _, test := range tests {
		local, err := (&webhooktest.Endpoint{URL: test.url}).Local(t.Context())
		require.NoError(t, err)
		require.Equal(t, test.want, local, test.url)
	}
	local, err := (&webhooktest.Endpoint{URL: "http://192.0.2.1/", Handler: accept}).Local(t.Context())
	require.NoError(t, err)
	require.True(t, local, "a handler in this process")
}

func TestLocalWithoutAddress(t *testing.T) {
	t.Parallel()
	_, err := (&webhooktest.Endpoint{URL: "http://nosuch.invalid/"}).Local(t.Context())
	require.EqualError(t, err, "no address found for host nosuch.invalid")
	var dns *net.DNSError
	require.True(t, errors.As(err, &dns))
}

func TestSending(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	endpoint := &webhooktest.Endpoint{Handler: handler}
	var sending []string
	endpoint.Sending = func(event *webhooktest.Event) {
		require.Len(t, handler.all(), len(sending), "before the event goes out")
		sending = append(sending, event.ID())
	}
	events := slices.Collect(someEvents(t, 3))
	for _, event := range events {
		deliver(t, endpoint, event)
	}
	require.Equal(t, ids(events), sending)
}

// One endpoint is used by as many goroutines as deliver.
func TestDeliverConcurrently(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const concurrency = 200
	var got atomic.Int64
	count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) })
	server := serve(t, count)
	for name, endpoint := range map[string]*webhooktest.Endpoint{"in process": {Handler: count}, "over network": {URL: server.URL}} {
		got.Store(0)
		event := newEvent(t, "charge.succeeded")
		done := make(chan *webhooktest.Response)
		for range concurrency {
			go func() {
				response, err := endpoint.Deliver(context.WithoutCancel(t.Context()), event, "compact", "header=X-Test: yes")
				if err != nil {
					t.Error(err)
				}
				done <- response
			}()
		}
		for range concurrency {
			require.True(t, (<-done).Accepted(), name)
		}
		endpoint.Close()
		require.EqualValues(t, concurrency, got.Load(), name)
	}
}
