package webhooktest

import (
	"fmt"
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
	method    string      // empty: POST
	query     string      // added to the URL
	name      string      // of the signature header, as it is spelled
	hangUp    bool        // the sender is gone before the answer
}

// A draft is a wire in the making, which mutations change stage by stage.
type draft struct {
	wire
	event *Event

	sent int64 // Unix time of the attempt

	// Before signing.
	secrets   []string
	timestamp string // as it stands in the header and in the signed message
	tampered  bool   // the message has the second after
	unstamped bool   // the message lacks the timestamp
	decoy     bool   // a v0 that does not verify, as Stripe adds in test mode

	// After signing.
	signed   string   // the timestamp in the signed message
	v1       string   // the right signature, of the first secret
	elements []string // the parts of the header, in order
}

// sign fills in the elements of the header.
func (d *draft) sign() error {
	d.signed = d.timestamp
	if d.tampered {
		t, err := strconv.ParseInt(d.timestamp, 10, 64)
		if err != nil {
			return fmt.Errorf("mutation timestamp-tampered: the timestamp %q is no number", d.timestamp)
		}
		d.signed = strconv.FormatInt(t+1, 10)
	}
	d.elements = append(d.elements, "t="+d.timestamp)
	for _, secret := range d.secrets {
		d.elements = append(d.elements, "v1="+d.mac(secret))
	}
	d.v1 = strings.TrimPrefix(d.elements[1], "v1=")
	if d.decoy {
		d.elements = append(d.elements, "v0="+string(appendDecoy(nil, d.v1)))
	}
	return nil
}

func (d *draft) mac(secret string) string {
	if d.unstamped {
		return bodyMAC(secret, d.body)
	}
	return string(appendMAC(nil, secret, []byte(d.signed), d.body))
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

// appendDecoy appends what Stripe adds as v0 to test-mode deliveries: a wrong
// signature, there to show whether a handler ignores all schemes but v1. It is
// the right one with every digit turned, which verifies under no secret.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func appendDecoy[text string | []byte](dst []byte, v1 text) []byte {
	const digits, turned = "0123456789abcdef", "fedcba9876543210"
	for i := range len(v1) {
		dst = append(dst, turned[strings.IndexByte(digits, v1[i])])
	}
	return dst
}
