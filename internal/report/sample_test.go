package report_test

import (
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// hostile is what a handler may answer to break the page that shows it.
const hostile = "[200 POST] <script>alert(1)</script> ]]> | ``` \x1b[31mred\x1b[0m \xff\xfe \u202eevil\u2066 @octocat #1\r\n" +
	"</pre></details>\n```\n| a | b |\n| - | - |\n![x](https://evil.example/x.png)"

const docs = "https://docs.stripe.com/webhooks#verify-manually"

const needsState = "needs to see the handler's state: --state-url, --state-cmd or, in Go, Subject.State"

// sample has every verdict, every field and every way to be skipped.
func sample() *contract.Report {
	return summed(&contract.Report{
		Subject: contract.SubjectReport{
			Target:     "http://127.0.0.1:4242/webhook",
			Handles:    []string{"payment_intent.succeeded", "charge.dispute.created", "customer.subscription.updated"},
			APIVersion: "2023-10-16",
			State:      "http://127.0.0.1:4242/state",
		},
		Seed: 7,
		Cases: []contract.Result{
			passed("control/genuine", "A genuine event is accepted"),
			{
				ID: "control/clock", Title: "The clocks agree", Level: "info", Verdict: contract.Info,
				Requirement: "The handler's clock should be kept by NTP: signatures carry the time.",
				Source:      docs, Actual: "the Date header is 2s behind", Reproduce: "fakestripe check control/clock --to 4242/webhook --seed 7",
			},
			passed("signature/empty-header", "An empty signature header is refused"),
			passed("signature/unknown-scheme", "An unknown scheme beside a good v1 is ignored"),
			{
				ID: "signature/unsigned", Title: "An unsigned event is refused", Level: "must", Verdict: contract.Fail,
				Headline:    "Accepted a forged event: no signature at all",
				Cause:       "Forged events are accepted",
				Requirement: "An event without a Stripe-Signature header has to be refused: anybody could have sent it.",
				Source:      docs,
				Sent:        "payment_intent.succeeded as just accepted, but without the Stripe-Signature header (mutation unsigned)",
				Expected:    "a response that is not 2xx",
				Actual:      hostile,
				Hint:        "Verify before anything else, and return 400 when that fails:\n\nif err != nil { http.Error(w, \"bad signature\", 400); return }",
				Reproduce:   "fakestripe send payment_intent.succeeded --to http://127.0.0.1:4242/webhook --mutate unsigned --seed 7 --expect refused",
				Duration:    3_100_000, Millis: 3.1,
			},
			{
				ID: "signature/v0-only", Title: "A v0 signature alone is refused", Level: "must", Verdict: contract.Fail,
				Requirement: "An event with no signature but a v0 has to be refused.", Source: docs,
				Headline: "Accepted a forged event: v0 signature only", Cause: "Forged events are accepted",
				Sent: "payment_intent.succeeded with a v0 signature only", Expected: "a response that is not 2xx", Actual: "[200 POST] OK",
				Reproduce: "fakestripe send payment_intent.succeeded --mutate v0-only --expect refused",
			},
			{
				ID: "signature/rolled-second", Title: "A rolled secret's second signature counts", Level: "must", Verdict: contract.Fail,
				Requirement: "While a secret is being rolled, any one of several v1 signatures is enough.",
				Source:      "stripe/stripe-node issue 356 (seen)",
				Sent:        "two v1 signatures, the second made with your secret",
				Expected:    "2xx",
				Actual:      "[400 POST] No signatures found matching the expected signature for payload",
				Reproduce:   "fakestripe send payment_intent.succeeded --mutate rolled-secret=second",
			},
			{
				ID: "signature/bad-is-4xx", Title: "A bad signature gets a 4xx response", Level: "should", Verdict: contract.Warn,
				Requirement: "A forged event is the sender's mistake, and 5xx would alarm whoever is on call.",
				Source:      "https://docs.stripe.com/webhooks#fix-http-status-codes",
				Sent:        "payment_intent.succeeded signed with another secret (mutation wrong-secret)",
				Expected:    "a response from 400 to 499", Actual: "[500 POST] Internal Server Error",
				Hint:      "The library throws when verification fails. Catch it and return 400.",
				Reproduce: "fakestripe send payment_intent.succeeded --mutate wrong-secret",
			},
			{
				ID: "body/not-json", Title: "A signed body that is no event is refused", Level: "must", Verdict: contract.Warn,
				Requirement: "What cannot be read is not acknowledged, preferably with 4xx.", Source: docs,
				Sent:     "a signed body, " + strings.Repeat("[", 300),
				Expected: "a response from 400 to 499", Actual: "[500 POST] Internal Server Error",
				Reproduce: "fakestripe check body/not-json",
			},
			passed("body/compact", "Compact JSON is accepted"),
			remarked(passed("body/chunked", "A chunked body is accepted"), "it no longer needs its waiver: the old gateway"),
			{
				ID: "http/no-traces", Title: "No stack trace in a response", Level: "should", Verdict: contract.Info,
				Reason: "waived until 2027-01-31: behind a gateway", Requirement: "It has to be so.", Source: docs, Actual: "Traceback",
			},
			passed("body/utf-8", "Accents, Chinese, Arabic and emoji are accepted"),
			skipped("idempotency/redelivered", "A redelivery has one effect", needsState),
			skipped("idempotency/concurrent", "Ten copies at once have one effect", needsState),
			skipped("ordering/update-before-create", "An update that overtakes the creation wins", needsState),
			skipped("resilience/dependency-down", "A failure is not acknowledged", "needs a dependency to break: --break-cmd and --heal-cmd"),
			{
				ID: "freshness/ten-minutes-old", Title: "A ten-minute-old signature is refused", Level: "should",
				Verdict: contract.Inconclusive, Reason: "the two clocks differ by 94s", Source: docs,
				Requirement: "A signature older than five minutes may be a replay.",
			},
		},
	})
}

func passed(id, title string) contract.Result {
	return contract.Result{
		ID: id, Title: title, Level: "must", Verdict: contract.Pass, Source: docs,
		Requirement: "It has to be so.", Sent: "an event", Expected: "2xx", Actual: "[200 POST] OK", Millis: 1.25,
	}
}

func remarked(r contract.Result, reason string) contract.Result {
	r.Reason = reason
	return r
}

func skipped(id, title, reason string) contract.Result {
	return contract.Result{
		ID: id, Title: title, Level: "must", Verdict: contract.Skip, Reason: reason, Source: docs, Requirement: "It has to be so.",
	}
}

// refused is what comes of a wrong secret: a diagnosis, and nothing else judged.
func refused() *contract.Report {
	r := sample()
	r.Notes = []string{"this machine stalls: a timer came 120ms late <b>& more</b>"}
	r.Diagnosis = []string{
		"The event was refused with [400 POST] <b>bad</b> `signature` @octocat.",
		"Signed with the key without its prefix whsec_ it was accepted: the handler strips the prefix from the secret, or the secret was copied without it. Use it exactly as it is displayed.",
		"Also tried and refused: the body compacted, without line breaks, and without non-ASCII characters.",
	}
	r.Cases = r.Cases[:1]
	r.Cases[0].Verdict = contract.Fail
	r.Cases = append(r.Cases, skipped("signature/unsigned", "An unsigned event is refused", "the control was refused"))
	return summed(r)
}

func summed(r *contract.Report) *contract.Report {
	r.Summary = map[contract.Verdict]int{}
	for _, result := range r.Cases {
		r.Summary[result.Verdict]++
	}
	return r
}
