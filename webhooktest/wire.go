package webhooktest

import (
	"net/http"
	"strconv"
	"strings"
)

// A wire is one attempt as it goes out.
type wire struct {
	body      []byte
	signature string
	unsigned  bool        // no Stripe-Signature header at all
	header    http.Header // replaces the usual headers; an empty value removes one
	chunked   bool        // no Content-Length
}

// A draft is a wire in the making, which mutations change stage by stage.
type draft struct {
	wire
	event *Event

	sent int64 // Unix time of the attempt

	// Before signing.
	secrets   []string
	timestamp string // as it stands in the header and in the signed message
	unstamped bool   // the message lacks the timestamp
	decoy     bool   // a v0 that does not verify, as Stripe adds in test mode

	// After signing: the parts of the header, in order.
	elements []string
}

// sign fills in the elements of the header.
func (d *draft) sign() {
	d.elements = append(d.elements, "t="+d.timestamp)
	for _, secret := range d.secrets {
		d.elements = append(d.elements, "v1="+d.mac(secret))
	}
	if d.decoy {
		d.elements = append(d.elements, decoyElement(d.v1()))
	}
}

func (d *draft) mac(secret string) string {
	if d.unstamped {
		return bodyMAC(secret, d.body)
	}
	return string(appendMAC(nil, secret, []byte(d.timestamp), d.body))
}

// v1 returns the first signature.
func (d *draft) v1() string {
	for _, element := range d.elements {
		if v1, ok := strings.CutPrefix(element, "v1="); ok {
			return v1
		}
	}
	return ""
}

// setTimestamp dates the signature.
func (d *draft) setTimestamp(t int64) { d.timestamp = strconv.FormatInt(t, 10) }

// replaceElement changes the elements of one key.
func (d *draft) replaceElement(key string, with ...string) {
	var elements []string
	for _, element := range d.elements {
		if strings.HasPrefix(element, key+"=") {
			elements = append(elements, with...)
			with = nil
			continue
		}
		elements = append(elements, element)
	}
	d.elements = append(elements, with...)
}

// decoyElement returns the v0 that Stripe adds to test-mode deliveries: a wrong
// signature, there to show whether a handler ignores all schemes but v1.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func decoyElement(v1 string) string {
	const digits = "0123456789abcdef"
	decoy := []byte(v1)
	for i, digit := range decoy {
		decoy[i] = digits[15-strings.IndexByte(digits, digit)]
	}
	return "v0=" + string(decoy)
}
