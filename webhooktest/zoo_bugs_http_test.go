package webhooktest_test

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// zooHTTPBugs get in the way before the event is looked at.
func zooHTTPBugs() []zooBug {
	gated := func(name, why string, gate func(d *zooDelivery) bool) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.gate = func(d *zooDelivery) bool { return gate(d) || zooPostOnly(d) }
		})
	}
	unless := func(d *zooDelivery, met bool, status int) bool {
		if !met {
			http.Error(d.w, http.StatusText(status), status)
		}
		return !met
	}
	return []zooBug{
		gated("redirects", "B70: the path wants a slash at its end", func(d *zooDelivery) bool {
			if strings.HasSuffix(d.r.URL.Path, "/") {
				return false
			}
			http.Redirect(d.w, d.r, d.r.URL.Path+"/", http.StatusPermanentRedirect)
			return true
		}).refusing(),
		gated("cookie-wanted", "B71: protected against forged forms", func(d *zooDelivery) bool {
			_, err := d.r.Cookie("csrftoken")
			return unless(d, err == nil, http.StatusForbidden)
		}).refusing(),
		gated("login-wanted", "B72: behind the login", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Authorization") != "", http.StatusUnauthorized)
		}).refusing(),
		zooWith("header-by-raw-name", "B73: looks the header up in the map, in small letters", func(z *zooHandler) {
			small := strings.ToLower(webhooktest.SignatureHeader)
			z.header = func(d *zooDelivery) string { return strings.Join(d.r.Header[small], "") }
		}).refusing(),
		zooWith("header-case", "B73: a server that compares header names by the letter; visible over the network", func(*zooHandler) {}).
			listening(zooCaseSensitive),
		gated("no-charset", "B75: application/json, and not a character more", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Content-Type") == "application/json", http.StatusUnsupportedMediaType)
		}).refusing(),
		gated("accept-json", "B75: negotiates what Stripe wants to have, which is XML", func(d *zooDelivery) bool {
			return unless(d, !strings.Contains(d.r.Header.Get("Accept"), "xml"), http.StatusNotAcceptable)
		}).refusing(),
		gated("browser-wanted", "B71: wants an Origin, as forms have it", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Origin") != "", http.StatusForbidden)
		}).refusing(),
		gated("no-query", "404 when the URL has a query", func(d *zooDelivery) bool {
			return unless(d, d.r.URL.RawQuery == "", http.StatusNotFound)
		}),
		zooWith("any-method", "takes an event by GET too", func(z *zooHandler) { z.gate = func(*zooDelivery) bool { return false } }),
		gated("get-is-200", "a page for those who open the URL in a browser", func(d *zooDelivery) bool {
			if d.r.Method == http.MethodGet {
				_, _ = d.w.Write([]byte("webhook is up"))
				return true
			}
			return false
		}),
		zooWith("slow", "B76: works for 2.5 s before it answers", func(z *zooHandler) { z.handle = z.after(2500 * time.Millisecond) }).slowly(),
		zooWith("very-slow", "B76: works for 11 s before it answers", func(z *zooHandler) { z.handle = z.after(11 * time.Second) }).slowly(),
		zooWith("large-is-slow", "B28: takes its time with a large body before it looks at the signature", func(z *zooHandler) {
			z.maxBody = 1 << 40
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				if len(d.body) > 1<<20 {
					time.Sleep(2 * time.Second)
				}
				return z.verified(d)
			}
		}).slowly(),
		zooWith("sulks", "after a forgery the sender has to wait for a request: 429", func(z *zooHandler) {
			sulking := false
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				z.mu.Lock()
				defer z.mu.Unlock()
				if sulking {
					sulking = false
					return stripe.Event{}, errZooSulks
				}
				event, err := z.verified(d)
				sulking = err != nil
				return event, err
			}
			z.refuse = func(d *zooDelivery, err error) {
				status := http.StatusBadRequest
				if errors.Is(err, errZooSulks) {
					status = http.StatusTooManyRequests
				}
				zooRefuseWith(status)(d, err)
			}
		}),
	}
}

var errZooSulks = errors.New("too many refused requests")

func (z *zooHandler) after(wait time.Duration) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		time.Sleep(wait)
		return z.once(d)
	}
}

// zooCaseSensitive makes a server know Stripe's header in its usual writing only.
// Go's own knows them all, so the others are spoilt on their way.
func zooCaseSensitive(listener net.Listener) net.Listener { return zooListener{listener} }

type zooListener struct{ net.Listener }

func (l zooListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return zooConn{conn}, err
}

type zooConn struct{ net.Conn }

func (c zooConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	const name = "\nStripe-Signature:"
	if at := bytes.Index(bytes.ToLower(p[:n]), bytes.ToLower([]byte(name))); at >= 0 && string(p[at:at+len(name)]) != name {
		p[at+1] = 'X'
	}
	return n, err
}

func TestZooCaseSensitiveServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(newZoo())
	require.NoError(t, server.Listener.Close())
	server.Listener = zooCaseSensitive(listener)
	server.Start()
	defer server.Close()
	for name, status := range map[string]int{"Stripe-Signature": http.StatusOK, "stripe-signature": http.StatusBadRequest, "STRIPE-SIGNATURE": http.StatusBadRequest} {
		body := newEvent(t, "charge.succeeded").Body()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, bytes.NewReader(body))
		require.NoError(t, err)
		request.Header[name] = []string{webhooktest.Sign(body, time.Now(), zooSecret)}
		response, err := server.Client().Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode, name)
	}
}
