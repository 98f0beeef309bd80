package webhooktest

import (
	"fmt"
	"strconv"
	"strings"
)

// A draft is an attempt under construction: mutations change it stage by stage.
type draft struct {
	attempt
	event *Event
	sent  int64 // Unix time of the attempt

	// Set before signing.
	signing  signing
	tampered bool // sign the second after timestamp

	// Set after signing.
	v1       string   // the right signature, with the first secret
	elements []string // the parts of the header, in order
}

// sign sets the elements of the header.
func (d *draft) sign() error {
	if d.tampered {
		t, err := strconv.ParseInt(string(d.signing.timestamp), 10, 64)
		if err != nil {
			return fmt.Errorf("mutation timestamp-tampered: timestamp %q is not a number", d.signing.timestamp)
		}
		d.signing.signed = strconv.AppendInt(nil, t+1, 10)
	}
	d.elements = strings.Split(string(d.signing.append(nil, d.body)), ",")
	d.v1 = string(d.signing.appendMAC(nil, d.signing.secrets[0], d.body))
	return nil
}

// setTimestamp sets the time of the signature.
func (d *draft) setTimestamp(t int64) { d.signing.timestamp = strconv.AppendInt(nil, t, 10) }

// replaceElement changes the elements with a key.
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
