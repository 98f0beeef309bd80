package contract_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"
)

// What the zoo's bugs do to signatures.

// uncheckedIf lets some deliveries in without a check.
func (z *zooHandler) uncheckedIf(trusted func(*zooDelivery) bool) func(*zooDelivery) (stripe.Event, error) {
	return func(d *zooDelivery) (stripe.Event, error) {
		if trusted(d) {
			return parsed(d)
		}
		return z.verified(d)
	}
}

// refusing keeps some deliveries out that are signed well.
func (z *zooHandler) refusing(unwanted func(*zooDelivery) bool) func(*zooDelivery) (stripe.Event, error) {
	return func(d *zooDelivery) (stripe.Event, error) {
		if unwanted(d) {
			return stripe.Event{}, errors.New("unwanted")
		}
		return z.verified(d)
	}
}

// comparing checks as stripe-go does, but for the comparison of the digits.
func (z *zooHandler) comparing(equal func(want, got string) bool) func(*zooDelivery) (stripe.Event, error) {
	return func(d *zooDelivery) (stripe.Event, error) {
		header := z.header(d)
		if time.Since(zooTime(header)) > webhook.DefaultTolerance {
			return stripe.Event{}, webhook.ErrTooOld
		}
		want := zooExpected(header, d.body)
		if slices.ContainsFunc(zooV1s(header), func(got string) bool { return equal(want, got) }) {
			return parsed(d)
		}
		return stripe.Event{}, webhook.ErrNoValidSignature
	}
}

// zooExpected is the right signature for the timestamp of a header.
func zooExpected(header string, body []byte) string {
	return fmt.Sprintf("%x", webhook.ComputeSignature(zooTime(header), body, zooSecret))
}

func zooMAC(body []byte, secret string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return mac.Sum(nil)
}

func zooV1s(header string) (v1s []string) {
	for element := range strings.SplitSeq(header, ",") {
		if v1, ok := strings.CutPrefix(element, "v1="); ok {
			v1s = append(v1s, v1)
		}
	}
	return v1s
}

// zooOneV1 leaves one v1 in a header.
func zooOneV1(header string, pick func([]string) string) string {
	v1s := zooV1s(header)
	if len(v1s) < 2 {
		return header
	}
	elements := slices.DeleteFunc(strings.Split(header, ","), func(element string) bool { return strings.HasPrefix(element, "v1=") })
	return strings.Join(append(elements, "v1="+pick(v1s)), ",")
}
