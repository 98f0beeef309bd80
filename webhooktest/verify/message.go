package verify

// The signed text before the body: the timestamp, right or wrong.

import (
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// A message is the signed text before the body.
type message struct {
	prefix  string
	mistake *mistakes.Mistake // nil: none
}

// plain returns the message that Stripe signs: the timestamp, a dot, the body.
func plain(timestamp string) message { return message{prefix: timestamp + "."} }

var (
	unstampedMistake = mistakes.Mistake{ID: "signed-without-timestamp", Problem: "the signature covers the body without the timestamp", Topic: mistakes.ForSigner,
		Cause: "the signer works like GitHub: it makes an HMAC of the body alone"}
	undottedMistake = mistakes.Mistake{ID: "signed-without-dot", Problem: "the signature covers the timestamp and the body without the dot between them", Topic: mistakes.ForSigner,
		Cause: "the signer omits the dot"}
	millisecondsMistake = mistakes.Mistake{ID: "timestamp-milliseconds", Problem: "the timestamp is in milliseconds in the header, but was signed in seconds", Topic: mistakes.ForSigner,
		Cause: "the signer put Date.now() or currentTimeMillis in the header; t is in seconds"}
	signedMillisMistake = mistakes.Mistake{ID: "signed-milliseconds", Problem: "the timestamp is in seconds in the header, but was signed in milliseconds", Topic: mistakes.ForSigner,
		Cause: "the signer put Date.now() or currentTimeMillis in the signed text; t is in seconds"}
	createdMistake = mistakes.Mistake{ID: "signed-created", Problem: "the signed timestamp is the event's created, and the header has another one", Topic: mistakes.ForSigner,
		Cause: "the signer mixes up two times: t is the time of the attempt"}
	zoneMistake = mistakes.Mistake{ID: "timestamp-zone", Problem: "the timestamp in the header is off by a time zone from the signed one", Topic: mistakes.ForSigner,
		Cause: "the signer mistook local time for UTC"}
	otherSecondMistake = mistakes.Mistake{ID: "timestamp-changed", Problem: "the timestamp in the header is not the signed one", Topic: mistakes.ForSigner,
		Cause: "the signer reads the clock twice, or someone changed the header to make it look fresh"}
	millisecondsUnitMark = mistakes.Mistake{ID: "timestamp-unit", Problem: "the timestamp in the header is in milliseconds", Topic: mistakes.ForSigner,
		Cause: "the signer used Date.now() or currentTimeMillis; t is in seconds. stripe-php and Stripe.net read it as far in the future and reject it; the other libraries accept it forever"}
)

// otherMessages returns texts that may have been signed instead of the header's timestamp.
// Each costs a signature.
func otherMessages(timestamp string, body []byte) []message {
	messages := []message{{"", &unstampedMistake}, {timestamp, &undottedMistake}}
	t, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || t <= 0 || t > maxSeconds*1000 {
		return messages
	}
	if t >= earliestMillis {
		messages = append(messages, stamp(t/1000, &millisecondsMistake))
	} else {
		messages = append(messages, stamp(t*1000, &signedMillisMistake))
	}
	if created := envelopeOf(body).created(); created > 0 {
		messages = append(messages, stamp(created, &createdMistake))
	}
	return messages
}

// earliestMillis is the smallest timestamp taken for milliseconds: 1973 in milliseconds,
// 5138 in seconds.
const earliestMillis = 100_000_000_000

// nearSeconds is the maximum distance from the header's timestamp to try.
const nearSeconds = 300

// nearMessages returns the many timestamps around the header's.
func nearMessages(timestamp string, _ []byte) []message {
	t, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || t <= 0 || t > maxSeconds {
		return nil
	}
	var messages []message
	for d := int64(1); d <= nearSeconds; d++ {
		messages = append(messages, stamp(t-d, &otherSecondMistake), stamp(t+d, &otherSecondMistake))
	}
	for half := int64(1); half <= 28; half++ { // time zones are up to 14 hours off
		messages = append(messages, stamp(t-half*1800, &zoneMistake), stamp(t+half*1800, &zoneMistake))
	}
	for ms := int64(1); ms < 1000; ms++ {
		messages = append(messages, stamp(t*1000+ms, &signedMillisMistake))
	}
	return messages
}

func stamp(t int64, m *mistakes.Mistake) message {
	return message{strconv.FormatInt(t, 10) + ".", m}
}
