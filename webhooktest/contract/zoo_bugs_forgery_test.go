package contract_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooForgeryBugs accept what Stripe did not sign.
func zooForgeryBugs() []zooBug {
	return []zooBug{
		zooWith("no-check", "B01: no signature check at all", func(z *zooHandler) { z.construct = parsed }),
		zooWith("check-if-signed", "B02: checks only when the header is there", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool { return z.header(d) == "" })
		}),
		zooWith("empty-header-passes", "B02: asks whether the header is there, and takes an empty one for checked", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool { return len(d.r.Header["Stripe-Signature"]) == 1 && z.header(d) == "" })
		}),
		zooWith("check-if-json", "B02: only a JSON content type passes through the middleware that checks", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool {
				return !strings.HasPrefix(d.r.Header.Get("Content-Type"), "application/json")
			})
		}),
		zooWith("empty-secret", "B03: an unset second secret is a key too", func(z *zooHandler) { z.secrets = append(z.secrets, "") }),
		zooWith("placeholder-secret", "B04: falls back on a secret that is in its source", func(z *zooHandler) {
			z.secrets = append(z.secrets, "whsec_test_secret")
		}),
		zooWith("default-secret", "B04: the secret of this kit's documentation was left in", func(z *zooHandler) {
			z.secrets = append(z.secrets, webhooktest.DefaultSecret)
		}),
		zooWith("result-ignored", "B05: logs that the signature is wrong, and goes on", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool { _, err := z.verified(d); return err != nil })
		}),
		zooWith("one-error-checked", "B05: handles stripe-go's ErrNoValidSignature and none of its other errors", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool {
				_, err := z.verified(d)
				return !errors.Is(err, webhook.ErrNoValidSignature)
			})
		}),
		zooWith("test-ids-pass", "B06: no check for ids of a developer's events", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool {
				event, _ := parsed(d)
				return strings.HasPrefix(event.ID, "evt_test_") || strings.HasPrefix(event.ID, "evt_00000000000000")
			})
		}),
		zooWith("test-mode-passes", "B06: no check in test mode", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool { event, _ := parsed(d); return !event.Livemode })
		}),
		zooWith("secret-from-request", "B07: a debug header brings the secret, as dj-stripe's does", func(z *zooHandler) {
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				if secret := d.r.Header.Get("X-Djstripe-Webhook-Secret"); secret != "" {
					return z.verifiedBy(d, []string{secret}, z.options)
				}
				return z.verified(d)
			}
		}),
		zooWith("any-scheme", "B10: takes every scheme for v1", func(z *zooHandler) {
			scheme := regexp.MustCompile(`\bv\d+=`)
			z.header = func(d *zooDelivery) string { return scheme.ReplaceAllString(zooSignature(d), "v1=") }
		}),
		zooWith("v0-accepted", "B10: takes the decoy for a signature", func(z *zooHandler) {
			z.header = func(d *zooDelivery) string { return strings.ReplaceAll(zooSignature(d), "v0=", "v1=") }
		}),
		zooWith("unstamped-mac", "the signature may cover the body alone", func(z *zooHandler) {
			z.construct = z.uncheckedIf(func(d *zooDelivery) bool {
				mac := fmt.Sprintf("%x", zooMAC(d.body, zooSecret))
				return slices.Contains(zooV1s(z.header(d)), mac)
			})
		}),
		zooWith("beginning-compared", "compares as many digits as it is given, be it none", func(z *zooHandler) {
			z.construct = z.comparing(strings.HasPrefix)
		}),
		zooWith("longer-accepted", "ignores what follows the digest", func(z *zooHandler) {
			z.construct = z.comparing(func(want, got string) bool { return strings.HasPrefix(got, want) })
		}),
		zooWith("half-compared", "compares the first 32 digits", func(z *zooHandler) {
			z.construct = z.comparing(func(want, got string) bool { return len(got) >= 32 && got[:32] == want[:32] })
		}),
	}
}

// zooRefusalBugs take forgeries for what they are, and answer wrongly; or they
// refuse signatures that are good.
func zooRefusalBugs() []zooBug {
	refusing := func(name, why string, refuse func(z *zooHandler, d *zooDelivery, err error)) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.refuse = func(d *zooDelivery, err error) { refuse(z, d, err) } })
	}
	ignoring := func(name, why string, ignored func(z *zooHandler, d *zooDelivery) bool) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			handle := z.handle
			z.handle = func(d *zooDelivery) error {
				if ignored(z, d) {
					return nil
				}
				return handle(d)
			}
		})
	}
	refuse := zooRefuseWith(http.StatusBadRequest)
	return []zooBug{
		zooWith("refuses-with-200", "B08: a bare return, which is a 200", func(z *zooHandler) { z.refuse = zooRefuseWith(http.StatusOK) }),
		zooWith("verifies-after-the-answer", "returns 200 at once, verifies later and drops what is forged", func(z *zooHandler) {
			z.refuse = zooRefuseWith(http.StatusAccepted)
		}),
		ignoring("two-signatures-ignored", "returns 200 to a header with two v1 and does nothing", func(z *zooHandler, d *zooDelivery) bool {
			return strings.Count(z.header(d), "v1=") > 1
		}),
		ignoring("large-ignored", "returns 200 to a body above 32 kB and does nothing", func(_ *zooHandler, d *zooDelivery) bool {
			return len(d.body) > 32<<10
		}),
		refusing("refused-but-processed", "B08b: returns 400 and forgets to return", func(z *zooHandler, d *zooDelivery, err error) {
			refuse(d, err)
			if event, err := parsed(d); err == nil {
				d.event = event
				_ = z.process(d)
			}
		}),
		refusing("forgery-remembered", "notes the id before it checks, so that a forgery shuts out the event", func(z *zooHandler, d *zooDelivery, err error) {
			refuse(d, err)
			if event, err := parsed(d); err == nil {
				z.mu.Lock()
				defer z.mu.Unlock()
				z.remember(event.ID)
			}
		}),
		refusing("missing-is-500", "B74: no header is an internal error", func(z *zooHandler, d *zooDelivery, err error) {
			if errors.Is(err, webhook.ErrNotSigned) {
				zooRefuseWith(http.StatusInternalServerError)(d, err)
				return
			}
			refuse(d, err)
		}),
		refusing("missing-panics", "B74: takes the header apart that is not there", func(z *zooHandler, d *zooDelivery, err error) {
			_ = strings.Split(z.header(d), ",")[0][2:]
			refuse(d, err)
		}),
		refusing("malformed-is-500", "B74: a header that does not parse is an internal error", func(_ *zooHandler, d *zooDelivery, err error) {
			if errors.Is(err, webhook.ErrInvalidHeader) {
				zooRefuseWith(http.StatusInternalServerError)(d, err)
				return
			}
			refuse(d, err)
		}),
		refusing("malformed-panics", "B74: takes every element for a key and a value", func(z *zooHandler, d *zooDelivery, err error) {
			if z.header(d) != "" {
				for element := range strings.SplitSeq(z.header(d), ",") {
					_ = strings.Split(element, "=")[1]
				}
			}
			refuse(d, err)
		}),
		refusing("secret-in-answer", "B78: says which secret it tried", func(_ *zooHandler, d *zooDelivery, err error) {
			http.Error(d.w, "signature does not fit "+zooSecret, http.StatusBadRequest)
		}),
		refusing("secret-in-header", "B78: says it in a header", func(_ *zooHandler, d *zooDelivery, err error) {
			d.w.Header().Set("X-Debug-Secret", zooSecret)
			refuse(d, err)
		}),
		refusing("key-in-answer", "B78: a debug page with the API key", func(_ *zooHandler, d *zooDelivery, err error) {
			http.Error(d.w, "STRIPE_API_KEY=sk_"+"test_"+strings.Repeat("4eC39Hq", 4), http.StatusBadRequest)
		}),
		refusing("expected-in-answer", "B78: says what the signature should have been", func(z *zooHandler, d *zooDelivery, err error) {
			http.Error(d.w, "expected "+zooExpected(z.header(d), d.body), http.StatusBadRequest)
		}),
		refusing("trace-in-answer", "B78: prints where it happened", func(_ *zooHandler, d *zooDelivery, err error) {
			http.Error(d.w, err.Error()+"\n\ngoroutine 7 [running]:\nmain.webhook(0xc000010000)\n\t/app/main.go:42 +0x1d", http.StatusBadRequest)
		}),
		zooWith("first-v1", "B09: reads the first v1 only", func(z *zooHandler) {
			z.header = func(d *zooDelivery) string {
				return zooOneV1(zooSignature(d), func(v1s []string) string { return v1s[0] })
			}
		}),
		zooWith("last-v1", "B09: puts the elements into a map, where the last v1 stays", func(z *zooHandler) {
			z.header = func(d *zooDelivery) string {
				return zooOneV1(zooSignature(d), func(v1s []string) string { return v1s[len(v1s)-1] })
			}
		}),
		zooWith("junk-v1-refused", "one v1 that is not hexadecimal spoils the others", func(z *zooHandler) {
			z.construct = z.refusing(func(d *zooDelivery) bool {
				return slices.ContainsFunc(zooV1s(z.header(d)), func(v1 string) bool { _, err := hex.DecodeString(v1); return err != nil })
			})
		}),
		zooWith("new-scheme-refused", "knows t, v1 and v0, and nothing that may come", func(z *zooHandler) {
			known := regexp.MustCompile(`^(t|v0|v1)=`)
			z.construct = z.refusing(func(d *zooDelivery) bool {
				return slices.ContainsFunc(strings.Split(z.header(d), ","), func(element string) bool { return !known.MatchString(element) })
			})
		}),
		zooWith("v0-refused", "takes the decoy for a forgery, which live events do not have", func(z *zooHandler) {
			z.construct = z.refusing(func(d *zooDelivery) bool { return strings.Contains(z.header(d), "v0=") })
		}).saying(func(s *contract.Subject) { s.Livemode = true }),
		zooWith("t-first", "wants the timestamp to come first", func(z *zooHandler) {
			z.construct = z.refusing(func(d *zooDelivery) bool { return !strings.HasPrefix(z.header(d), "t=") })
		}),
		zooWith("one-secret-of-two", "B16: two endpoints on one URL, the secret of one", func(*zooHandler) {}).
			saying(func(s *contract.Subject) { s.Secrets = []string{zooOtherSecret} }),
		zooWith("prefix-stripped", "B15: takes whsec_ off the secret", func(z *zooHandler) {
			z.secrets = []string{strings.TrimPrefix(zooSecret, "whsec_")}
		}).refusing("the secret without its whsec_"),
		zooWith("wrong-secret", "B16: the secret of another endpoint", func(z *zooHandler) { z.secrets = []string{zooOtherSecret} }).refusing("probably the secret differs from the handler's"),
		zooWith("secret-with-newline", "B16: the secret was read from a file, with the end of its line", func(z *zooHandler) {
			z.secrets = []string{zooSecret + "\n"}
		}).refusing("the secret with a line break after it"),
	}
}

// zooFreshnessBugs judge the age of a signature wrongly.
func zooFreshnessBugs() []zooBug {
	within := func(name, why string, tolerance time.Duration) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.options.Tolerance = tolerance })
	}
	return []zooBug{
		zooWith("no-freshness", "B11: no signature is too old", func(z *zooHandler) { z.options.IgnoreTolerance = true }),
		within("three-days", "B11: as long as Stripe retries", 72*time.Hour),
		within("one-hour", "B11: wider than Stripe's five minutes", time.Hour),
		within("ten-seconds", "too narrow for a network", 10*time.Second),
		within("two-minutes", "narrower than Stripe's five minutes", 2*time.Minute),
		zooWith("no-skew", "B12: a clock that is a moment behind refuses", func(z *zooHandler) { z.construct = z.notLaterThan(0) }),
		zooWith("created-for-t", "B13: judges freshness by when the event was created", func(z *zooHandler) {
			z.options.IgnoreTolerance = true
			z.construct = z.refusing(func(d *zooDelivery) bool {
				event, _ := parsed(d)
				return time.Since(time.Unix(event.Created, 0)) > webhook.DefaultTolerance
			})
		}),
		zooWith("zero-is-fresh", "if (t && now - t > 300)", func(z *zooHandler) {
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				options := z.options
				options.IgnoreTolerance = zooTime(z.header(d)).Unix() == 0
				return z.verifiedBy(d, z.secrets, options)
			}
		}),
		zooWith("negative-is-fresh", "takes only what is positive for a time", func(z *zooHandler) {
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				options := z.options
				options.IgnoreTolerance = zooTime(z.header(d)).Unix() < 0
				return z.verifiedBy(d, z.secrets, options)
			}
		}),
		zooWith("wrong-clock", "an hour ahead: nothing is fresh", func(z *zooHandler) {
			z.construct = z.refusing(func(d *zooDelivery) bool {
				return time.Since(zooTime(z.header(d)))+time.Hour > webhook.DefaultTolerance
			})
		}).refusing("an unsigned event gets the same response"),
	}
}
