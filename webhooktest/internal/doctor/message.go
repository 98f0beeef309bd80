package doctor

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A message is what stands before the body in what was signed.
type message struct {
	prefix  string
	mistake *mistake // nil: as it should be
}

// plain is the message that Stripe signs: the timestamp, a dot, the body.
func plain(timestamp string) message { return message{prefix: timestamp + "."} }

var (
	unstampedMistake     = mistake{"signed-without-timestamp", "the signature covers the body without the timestamp", "the signer does as GitHub does: an HMAC of the body alone", forSigner, ""}
	undottedMistake      = mistake{"signed-without-dot", "the signature covers the timestamp and the body without the dot between them", "the signer leaves out the dot", forSigner, ""}
	millisecondsMistake  = mistake{"timestamp-milliseconds", "the header has its timestamp in milliseconds, and was signed in seconds", "Date.now(), currentTimeMillis or time in ms went into the header; t is in seconds", forSigner, ""}
	signedMillisMistake  = mistake{"signed-milliseconds", "the header has its timestamp in seconds, and was signed in milliseconds", "Date.now() or currentTimeMillis went into the signed text; t is in seconds", forSigner, ""}
	createdMistake       = mistake{"signed-created", "the event's created was signed as the timestamp, and the header shows another", "the signer mixes up two times: t is that of the attempt", forSigner, ""}
	zoneMistake          = mistake{"timestamp-zone", "the header has a timestamp that is a time zone off the signed one", "the signer took a local time for UTC", forSigner, ""}
	otherSecondMistake   = mistake{"timestamp-changed", "the header has another timestamp than the one that was signed", "the signer reads the clock twice, or the header was changed to look fresh", forSigner, ""}
	millisecondsUnitMark = mistake{"timestamp-unit", "the header has its timestamp in milliseconds", "Date.now() or currentTimeMillis went into it; t is in seconds. stripe-php and Stripe.net take it for the far future and refuse it, the other libraries accept it for ever", forSigner, ""}
)

// otherMessages are what may have been signed in the place of what the header
// says. They cost a signature each.
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

// earliestMillis is when milliseconds cannot be meant as seconds: in 1973 as the
// one, in 5138 as the other.
const earliestMillis = 100_000_000_000

// nearSeconds is how far the timestamps around the one in the header go.
const nearSeconds = 300

// nearMessages are the timestamps around the one in the header. There are many.
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

func stamp(t int64, m *mistake) message {
	return message{strconv.FormatInt(t, 10) + ".", m}
}

var (
	oldMistake    = mistake{"too-old", "", "the delivery waited (a queue, a breakpoint, a retry of a stored request), was replayed, or the receiver's clock is ahead", forClock, ""}
	futureMistake = mistake{"in-the-future", "", "the receiver's clock is behind, or it is not Stripe that signed. stripe-php and Stripe.net refuse it, the other libraries accept it", forClock, ""}
)

// judgeAge adds what is wrong with the age of the signature, whether it matched or
// not.
func (v *Verification) judgeAge(r *Received) {
	if t, err := strconv.ParseInt(v.Timestamp, 10, 64); err == nil && t >= earliestMillis {
		if !slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID == millisecondsMistake.id }) {
			v.Findings = append(v.Findings, millisecondsUnitMark.finding(""))
		}
		return
	}
	if v.Timestamp == "" || r.Tolerance < 0 {
		return
	}
	f := oldMistake.finding("")
	switch {
	case v.Age > r.Tolerance:
		f.Says = "the signature is too old: it was made " + Span(v.Age) + " before the delivery was received, and the tolerance is " + r.Tolerance.String()
	case v.Age < -r.Tolerance:
		f = futureMistake.finding("")
		f.Says = "the signature is dated in the future: " + Span(-v.Age) + " after the delivery was received, and the tolerance is " + r.Tolerance.String()
	default:
		return
	}
	v.Findings = append(v.Findings, f)
}

// Span writes a duration in the units that one would say: 3h12m, 26 days.
func Span(d time.Duration) string {
	switch days := int(d.Hours() / 24); {
	case days >= 3:
		return strconv.Itoa(days) + " days"
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}
