package webhooktest

// mutations is the closed list. Several of one delivery are applied in the order
// of their stages, and within a stage in the order in which they are given.
var mutations = []Mutation{
	// The signature.
	{"unsigned", "", "no Stripe-Signature header", inHeader, unsigned},
	{"empty-signature", "", "a Stripe-Signature header without a value", inHeader, emptySignature},
	{"wrong-secret", "", "signed with a secret that the endpoint does not have", inSigning, wrongSecret},
	{"secret", "whsec_other", "signed with this secret instead", inSigning, withSecret},
	{"empty-secret", "", "signed with an empty key", inSigning, emptySecret},
	{"body-tampered", "", "one character of the object changed after signing", inTransit, tamperBody},
	{"timestamp-tampered", "", "t is a second earlier than what was signed", inHeader, tamperTimestamp},
	{"v0-only", "", "the right signature, but under the scheme v0", inHeader, onlyScheme("v0")},
	{"v2-only", "", "the right signature, but under an unknown scheme v2", inHeader, onlyScheme("v2")},
	{"decoy-v0", "", "a wrong v0 beside the right v1, in live mode too (test mode has it anyway)", inSigning, addDecoy},
	{"extra-scheme", "", "an unknown scheme v2 beside the right v1", inHeader, extraScheme},
	{"rolled-secret", "second", "two v1, of which the first or the second is right, as after a secret was rolled", inHeader, rolledSecret},
	{"junk-v1", "", "a v1 that is not hexadecimal before the right one", inHeader, junkV1},
	{"v1-first", "", "v1 before t", inHeader, v1First},
	{"unstamped-mac", "", "the signature covers the body without the timestamp", inSigning, unstampedMAC},
	{"digest", "truncated", "the right signature cut to half its length (truncated) or with a byte more (extended)", inHeader, digest},
	{"malformed", "garbage", "a header that does not parse: garbage, text-timestamp, no-timestamp, empty-timestamp, no-v1 or empty-v1", inHeader, malformed},
	{"signature", "t={t},v1={v1}", "this text as the header; {t} and {v1} become the right values", inHeader, signatureText},

	// Freshness.
	{"age", "10m", "signed that long ago; a negative age is in the future", inSigning, age},
	{"stale", "", "signed a day ago", inSigning, func(d *draft, _ string) error { return age(d, "24h") }},
	{"timestamp", "0", "signed with this text as the timestamp; milliseconds: the time in milliseconds", inSigning, timestampText},
	{"event-age", "72h", "the event was created that long ago, the signature is fresh, as when it is resent", inBody, eventAge},
	{"replay", "", "the previous attempt of the event to the byte, timestamp and signature included; a first attempt is sent as it is", inTransit, replay},

	// The body, validly signed.
	{"compact", "", "JSON without white space", inBody, compact},
	{"crlf", "", "lines end in CR LF", inBody, crlf},
	{"odd-whitespace", "", "tabs, CR LF and empty lines between the values", inBody, oddWhitespace},
	{"trailing-newline", "", "a newline after the JSON", inBody, trailingNewline},
	{"unicode", "", "accents, Chinese, Hebrew and an emoji in the metadata, as UTF-8", inBody, unicodeText},
	{"escaped-unicode", "", `the same text as \u escapes, and every other character that is not ASCII`, inBody, escapedUnicode},
	{"odd-escapes", "", `an escaped slash, \u003c\u003e\u0026 and \u2028 in the metadata`, inBody, oddEscapes},
	{"odd-numbers", "", "an unknown field with 1.0, 1e2 and an integer above 2^53", inBody, oddNumbers},
	{"shuffled-keys", "", "the keys of every object in another order", inBody, shuffledKeys},
	{"padded", "60kB", "metadata that brings the body to this size", inBody, padded},
	{"nulls", "", "every field of the object that may be null is null", inBody, nulls},
	{"long-ids", "", "every id is 255 characters long", inBody, longIDs},
	{"extra-properties", "", "unknown fields in the event, the object and its lists", inBody, extraProperties},
	{"body", "not json", "this text as the body", inBody, bodyText},

	// The request.
	{"header", "Name: value", "this header, instead of Stripe's if it has the name; without a value the header is left out", inTransit, setHeader},
	{"chunked", "", "Transfer-Encoding: chunked, no Content-Length", inTransit, chunked},
}
