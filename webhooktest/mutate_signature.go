package webhooktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

func unsigned(d *draft, _ string) error {
	d.unsigned = true
	return nil
}

func emptySignature(d *draft, _ string) error {
	d.elements = nil
	return nil
}

func wrongSecret(d *draft, _ string) error {
	d.signing.secrets = []string{d.otherSecret()}
	return nil
}

// otherSecret returns a realistic secret, the same for the same event.
func (d *draft) otherSecret() string {
	return string(render.AppendDigits([]byte("whsec_"), render.Base62, 32, render.Hash(d.event.id)))
}

func withSecret(d *draft, secret string) error {
	d.signing.secrets = []string{secret}
	return credential.CheckSecret(secret)
}

func emptySecret(d *draft, _ string) error {
	d.signing.secrets = []string{""}
	return nil
}

// tamperTimestamp signs the second after the one in the header, which no other attempt of
// the event has.
func tamperTimestamp(d *draft, _ string) error {
	d.tampered = true
	return nil
}

// onlyScheme moves the right signature to another scheme.
func onlyScheme(scheme string) func(*draft, string) error {
	return func(d *draft, _ string) error {
		right := scheme + "=" + d.v1
		d.replaceElement("v0")
		d.replaceElement("v1", right)
		return nil
	}
}

func addDecoy(d *draft, _ string) error {
	d.signing.decoy = true
	return nil
}

func extraScheme(d *draft, _ string) error {
	d.elements = append(d.elements, "v2="+string(appendDecoy(nil, d.v1)))
	return nil
}

func rolledSecret(d *draft, position string) error {
	right, other := "v1="+d.v1, "v1="+string(d.signing.appendMAC(nil, d.otherSecret(), d.body))
	switch position {
	case "first":
		d.replaceElement("v1", right, other)
	case "second":
		d.replaceElement("v1", other, right)
	default:
		return fmt.Errorf("the right signature is first or second, not %q", position)
	}
	return nil
}

func junkV1(d *draft, _ string) error {
	d.replaceElement("v1", "v1=zzz", "v1="+d.v1)
	return nil
}

func v1First(d *draft, _ string) error {
	last := func(element string) int {
		if strings.HasPrefix(element, "t=") {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(d.elements, func(a, b string) int { return last(a) - last(b) })
	return nil
}

func unstampedMAC(d *draft, _ string) error {
	d.signing.unstamped = true
	return nil
}

func digest(d *draft, how string) error {
	switch how {
	case "truncated":
		d.replaceElement("v1", "v1="+d.v1[:macLength/2])
	case "extended":
		d.replaceElement("v1", "v1="+d.v1+"00")
	default:
		return fmt.Errorf("a digest is truncated or extended, not %q", how)
	}
	return nil
}

func malformed(d *draft, how string) error {
	switch how {
	case "garbage":
		d.elements = []string{"garbage"}
	case "text-timestamp":
		d.replaceElement("t", "t=abc")
	case "no-timestamp":
		d.replaceElement("t")
	case "empty-timestamp":
		d.replaceElement("t", "t=")
	case "no-v1":
		d.replaceElement("v1")
	case "empty-v1":
		d.replaceElement("v1", "v1=")
	default:
		return fmt.Errorf("want garbage, text-timestamp, no-timestamp, empty-timestamp, no-v1 or empty-v1, not %q", how)
	}
	return nil
}

func signatureText(d *draft, text string) error {
	d.elements = []string{strings.NewReplacer("{t}", string(d.signing.timestamp), "{v1}", d.v1).Replace(text)}
	return nil
}

func age(d *draft, value string) error {
	old, err := time.ParseDuration(value)
	if err != nil {
		return fmt.Errorf("%q is not a duration: write 10m, 36h or -5s", value)
	}
	t, ok := d.event.attempts.claim(d.sent - int64(old/time.Second))
	if !ok {
		return fmt.Errorf("the event was already sent in each of the %d seconds before", timestampWindow)
	}
	d.setTimestamp(t)
	return nil
}

func timestampText(d *draft, text string) error {
	if text == "milliseconds" {
		text = strconv.FormatInt(d.sent*1000, 10)
	}
	d.signing.timestamp = []byte(text)
	return nil
}

// replay sends the bytes of the previous attempt again, as an attacker would.
func replay(d *draft, _ string) error {
	if previous := d.event.last.Load(); previous != nil {
		d.attempt = *previous
	}
	return nil
}
