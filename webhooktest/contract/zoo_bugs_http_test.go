package contract_test

import (
	"errors"
	"net/http"
	"strings"
	"time"

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
		}).refusing("it redirects, which Stripe does not follow"),
		gated("cookie-wanted", "B71: protected against forged forms", func(d *zooDelivery) bool {
			_, err := d.r.Cookie("csrftoken")
			return unless(d, err == nil, http.StatusForbidden)
		}).refusing("CSRF"),
		gated("cookie-lent", "B71: accepted with the cookie that the tester sends along", func(d *zooDelivery) bool {
			_, err := d.r.Cookie("csrftoken")
			return unless(d, err == nil, http.StatusForbidden)
		}).sending("Cookie", "csrftoken=x"),
		gated("login-wanted", "B72: behind the login", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Authorization") != "", http.StatusUnauthorized)
		}).refusing("exempt the webhook's route from authentication"),
		zooWith("header-by-raw-name", "B73: looks the header up in the map, in small letters", func(z *zooHandler) {
			small := strings.ToLower(webhooktest.SignatureHeader)
			z.header = func(d *zooDelivery) string { return strings.Join(d.r.Header[small], "") }
		}).refusing("an unsigned event gets the same response"),
		gated("no-charset", "B75: application/json, and not a character more", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Content-Type") == "application/json", http.StatusUnsupportedMediaType)
		}).refusing("application/json; charset=utf-8"),
		gated("content-type-lent", "B75: accepted with the content type that the tester sends", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Content-Type") == "application/json", http.StatusUnsupportedMediaType)
		}).sending("Content-Type", "application/json"),
		gated("accept-json", "B75: negotiates what Stripe wants to have, which is XML", func(d *zooDelivery) bool {
			return unless(d, !strings.Contains(d.r.Header.Get("Accept"), "xml"), http.StatusNotAcceptable)
		}).refusing("it negotiates a format"),
		gated("browser-wanted", "B71: wants an Origin, as forms have it", func(d *zooDelivery) bool {
			return unless(d, d.r.Header.Get("Origin") != "", http.StatusForbidden)
		}).refusing("CSRF"),
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
		zooWith("slow", "B76: works for 2.5 s before it answers", func(z *zooHandler) { z.handle = z.after(2500 * time.Millisecond) }),
		zooWith("very-slow", "B76: works for 11 s before it answers", func(z *zooHandler) { z.handle = z.after(11 * time.Second) }),
		zooWith("large-is-slow", "B28: takes its time with a large body before it looks at the signature", func(z *zooHandler) {
			z.maxBody = 1 << 40
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				if len(d.body) > 1<<20 {
					time.Sleep(2 * time.Second)
				}
				return z.verified(d)
			}
		}),
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
