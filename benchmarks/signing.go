package main

import (
	"bytes"
	"crypto/sha256"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// secret signs everything here. It is the kit's default, so the command needs no flag.
const secret = webhooktest.DefaultSecret

// signingPairs compares signing with its lower limit, hashing the same bytes once, and
// with stripe-go's helper for tests.
func signingPairs() []pair {
	small, large := payload(300), payload(3000)
	return []pair{{
		what: "sign 3 kB, appended", against: "SHA-256 of the same bytes", ops: 20_000,
		ours:   appendSignature(large),
		theirs: hash(large),
		bounds: []bound{timeWithin(1.15), allocationsWithin(0)},
	}, {
		what: "sign 3 kB, as a string", against: "SHA-256 of the same bytes", ops: 20_000,
		ours:   sign(large),
		theirs: hash(large),
		bounds: []bound{timeWithin(1.20), allocationsWithin(1)},
	}, {
		what: "sign 300 B, as a string", against: "stripe-go GenerateTestSignedPayload", ops: 50_000,
		ours:   sign(small),
		theirs: signWithStripe(small),
		bounds: []bound{speedAtLeast(2.5)},
	}, {
		what: "sign 3 kB, as a string", against: "stripe-go GenerateTestSignedPayload", ops: 20_000,
		ours:   sign(large),
		theirs: signWithStripe(large),
		bounds: []bound{speedAtLeast(1.35)},
	}}
}

// payload returns n bytes. All bytes are alike to a hash.
func payload(n int) []byte { return bytes.Repeat([]byte("x"), n) }

// Sinks for results, so the compiler does not optimize the work away.
var (
	sunkSum    [sha256.Size]byte
	sunkString string
)

func hash(body []byte) side {
	return repeat(func() error {
		sunkSum = sha256.Sum256(body)
		return nil
	})
}

func appendSignature(body []byte) side {
	var buffer []byte
	now := time.Now()
	return repeat(func() error {
		buffer = webhooktest.AppendSignature(buffer[:0], body, now, secret)
		return nil
	})
}

func sign(body []byte) side {
	now := time.Now()
	return repeat(func() error {
		sunkString = webhooktest.Sign(body, now, secret)
		return nil
	})
}

func signWithStripe(body []byte) side {
	now := time.Now()
	return repeat(func() error {
		sunkString = stripeSignature(body, now)
		return nil
	})
}

// stripeSignature returns stripe-go's header.
func stripeSignature(body []byte, at time.Time) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{
		Payload: body, Secret: secret, Timestamp: at,
	}).Header
}
