package webhooktest

import (
	"strconv"
	"strings"
	"time"
)

// timestampTolerance is the maximum age of a signature.
//
// Source: https://docs.stripe.com/webhooks#replay-attacks
const timestampTolerance = 5 * time.Minute

// These functions decide by a mutation's value whether Stripe would never send the
// delivery.

func always(string) bool { return true }

func beyondTolerance(age string) bool {
	old, err := time.ParseDuration(age)
	return err == nil && old > timestampTolerance
}

func outdated(timestamp string) bool {
	at, err := strconv.ParseInt(timestamp, 10, 64)
	return err != nil || time.Since(time.Unix(at, 0)) > timestampTolerance
}

func lacksSignature(header string) bool { return !strings.Contains(header, "v1={v1}") }
