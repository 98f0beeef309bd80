package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/layout"
)

// zooBodyBugs do not check the bytes that came.
func zooBodyBugs() []zooBug {
	changing := func(name, why string, change func(body []byte) []byte) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.read = func(d *zooDelivery) ([]byte, error) {
				body, err := z.readBody(d)
				return change(body), err
			}
		})
	}
	reindenting := func(name, why string, how layout.Layout) zooBug {
		return changing(name, why, func(body []byte) []byte {
			if !json.Valid(body) {
				return body
			}
			return how.Indent(body, "")
		})
	}
	replacing := func(name, why, pattern, replacement string) zooBug {
		expression := regexp.MustCompile(pattern)
		return changing(name, why, func(body []byte) []byte { return expression.ReplaceAll(body, []byte(replacement)) })
	}
	capped := func(name, why string, limit int64) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.maxBody = limit })
	}
	return []zooBug{
		changing("body-reserialized", "B20: checks what it has parsed and written again", func(body []byte) []byte {
			var parsed any
			if json.Unmarshal(body, &parsed) == nil {
				body, _ = json.Marshal(parsed)
			}
			return body
		}).refusing("re-serialized without white space and with sorted keys"),
		reindenting("body-stringified", "B20: checks JSON.stringify(JSON.parse(body), null, 2), which differs in what is empty", layout.Closed).
			refusing("re-serialized indented by two spaces"),
		reindenting("body-reindented", "B20: a gateway formats JSON as Stripe does, until Stripe does otherwise", layout.Opened),
		replacing("newlines-dropped", "B21: joins the lines", `\r?\n`, "").refusing("without line breaks"),
		replacing("crlf-to-lf", "B21: reads text", `\r\n`, "\n"),
		changing("latin-1", "B22: the bytes are taken for Latin-1", func(body []byte) []byte {
			var text []rune
			for _, b := range body {
				text = append(text, rune(b))
			}
			return []byte(string(text))
		}),
		changing("ascii-only", "B22: what is no ASCII becomes a question mark", func(body []byte) []byte {
			return bytes.Map(func(r rune) rune {
				if r >= utf8.RuneSelf {
					return '?'
				}
				return r
			}, body)
		}),
		changing("length-in-characters", "B23: cuts the body at its length in characters", func(body []byte) []byte {
			return body[:utf8.RuneCount(body)]
		}),
		changing("escapes-decoded", `B20: writes \u00e9 as é`, zooUnescape),
		replacing("slashes-unescaped", `B20: writes \/ as /, as json_encode can`, `\\/`, "/"),
		replacing("numbers-normalised", "B20: writes 1.0 as 1, as JavaScript does", `([\[:,\s]\d+)\.0([\],\s])`, "$1$2"),
		changing("body-trimmed", "B20: trims white space at the end", func(body []byte) []byte { return bytes.TrimRight(body, " \t\r\n") }),
		zooWith("id-first", "wants the keys in the order that it has always seen", func(z *zooHandler) {
			first := regexp.MustCompile(`^\s*\{\s*"id":`)
			z.construct = z.refusing(func(d *zooDelivery) bool { return !first.Match(d.body) })
		}).racing("~idempotency/changed-body"), // a shuffle may leave the id where it is
		zooWith("body-consumed", "B26: a logger has read the body before", func(z *zooHandler) {
			z.read = func(d *zooDelivery) ([]byte, error) {
				_, err := io.Copy(io.Discard, d.r.Body)
				return nil, err
			}
		}).refusing("the body is changed before it is verified"),
		capped("16-KB", "B27: smaller than events are", 16<<10),
		capped("52-KB", "B27: smaller than some events are", 52<<10),
	}
}

// zooUnescape decodes the escapes of one UTF-16 unit, and of pairs.
func zooUnescape(body []byte) []byte {
	escapes := regexp.MustCompile(`(\\u[0-9a-fA-F]{4})+`)
	return escapes.ReplaceAllFunc(body, func(run []byte) []byte {
		var text string
		if json.Unmarshal(slices.Concat([]byte(`"`), run, []byte(`"`)), &text) != nil || strings.ContainsAny(text, "\"\\") {
			return run
		}
		return []byte(text)
	})
}

// zooJunkBugs are upset by what is signed but is no event.
func zooJunkBugs() []zooBug {
	onJunk := func(name, why string, junk func(z *zooHandler, d *zooDelivery, err error)) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.refuse = func(d *zooDelivery, err error) {
				if zooForged(err) {
					zooRefuseWith(http.StatusBadRequest)(d, err)
					return
				}
				junk(z, d, err)
			}
		})
	}
	return []zooBug{
		onJunk("null-event-panics", "takes for granted that an event has data", func(z *zooHandler, d *zooDelivery, _ error) {
			event, err := parsed(d)
			if errors.Is(err, errZooNoEvent) {
				_ = event.Data.Object["id"]
			}
			zooRefuseWith(http.StatusBadRequest)(d, err)
		}),
		onJunk("junk-acknowledged", "swallows what it cannot read", func(_ *zooHandler, d *zooDelivery, err error) {
			zooRefuseWith(http.StatusOK)(d, err)
		}),
		onJunk("junk-booked", "books an event without data as a payment of nothing", func(z *zooHandler, d *zooDelivery, err error) {
			if !errors.Is(err, errZooNoEvent) {
				zooRefuseWith(http.StatusBadRequest)(d, err)
				return
			}
			z.mu.Lock()
			defer z.mu.Unlock()
			z.payments = append(z.payments, zooRow{"pi_" + strconv.Itoa(len(z.payments)), 0, "usd"})
			zooRefuseWith(http.StatusBadRequest)(d, err)
		}),
		zooWith("dies-of-junk", "ends when a body is no JSON", func(z *zooHandler) {
			dead := false
			z.gate = func(d *zooDelivery) bool {
				z.mu.Lock()
				defer z.mu.Unlock()
				if dead {
					panic(http.ErrAbortHandler)
				}
				return zooPostOnly(d)
			}
			z.refuse = func(d *zooDelivery, err error) {
				z.mu.Lock()
				defer z.mu.Unlock()
				dead = dead || !json.Valid(d.body)
				zooRefuseWith(http.StatusBadRequest)(d, err)
			}
		}),
		zooWith("broken-by-junk", "a parser that stays in a bad state", func(z *zooHandler) {
			broken := false
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				event, err := z.verified(d)
				z.mu.Lock()
				defer z.mu.Unlock()
				if broken = broken || err != nil && !zooForged(err); broken {
					return event, errors.New("parser is broken")
				}
				return event, err
			}
		}),
	}
}

// zooForged is whether stripe-go refused the signature, not the body.
func zooForged(err error) bool {
	return slices.ContainsFunc([]error{
		webhook.ErrInvalidHeader, webhook.ErrNoValidSignature, webhook.ErrNotSigned, webhook.ErrTooOld,
	}, func(known error) bool { return errors.Is(err, known) })
}
