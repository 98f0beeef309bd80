package inspector

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// A judgment says whether handlers should accept a signature.
type judgment struct {
	Verdict string `json:"verdict"` // genuine, refused or unknown
	Why     string `json:"why"`
	Header  string `json:"header,omitempty"`
	Parts   []part `json:"parts,omitempty"`
}

// A part is one element of the header, with a note.
type part struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Note  string `json:"note,omitempty"`
	Right bool   `json:"right,omitempty"`
}

const (
	genuine = "genuine"
	refused = "refused"
	unknown = "unknown"
)

// judge compares a request's signature header with the right signature of its body.
func judge(header string, body []byte, sent time.Time, secret string, known bool) judgment {
	j := judgment{Header: header, Verdict: refused}
	if header == "" {
		j.Why = "the request has no signature: no " + webhooktest.SignatureHeader + " header, or an empty one"
		return j
	}
	stamp, dated := timestamp(header)
	right := ""
	if dated && known {
		right = strings.SplitN(webhooktest.Sign(body, stamp, cmp.Or(secret, webhooktest.DefaultSecret)), "v1=", 2)[1]
	}
	matches := j.read(header, sent, right)
	switch {
	case !dated:
		j.Why = "the header has no t with a number: it does not say when it was signed"
	case !known:
		j.Verdict, j.Why = unknown, "the endpoint is gone, and with it the secret to compare with"
	case !matches:
		j.Why = "no v1 is the signature of this body at this time with the secret that the endpoint has now"
		if cause := proven(header, body, sent, secret); cause != "" {
			j.Why += ": " + cause
		}
	case sent.Sub(stamp) > verify.DefaultTolerance:
		j.Why = fmt.Sprintf("the signature is right, but was %s old when it was sent; handlers take %s", old(stamp, sent), brief(verify.DefaultTolerance))
	default:
		j.Verdict, j.Why = genuine, "v1 is right, signed "+old(stamp, sent)+" before it was sent"
	}
	return j
}

// proven returns the proven cause of a mismatch, or "".
func proven(header string, body []byte, sent time.Time, secret string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // the page is waiting
	defer cancel()
	found, err := verify.Verify(ctx, verify.Received{
		Signature: header, Body: body, Secrets: []string{cmp.Or(secret, webhooktest.DefaultSecret)}, At: sent,
	})
	if err != nil || len(found.Findings) == 0 || !found.Findings[0].Proven {
		return ""
	}
	return found.Findings[0].Problem
}

// read lists the parts of the header and reports whether one v1 is right.
func (j *judgment) read(header string, sent time.Time, right string) (matches bool) {
	for element := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(element, "=")
		p := part{Name: name, Value: value}
		switch name {
		case "t":
			if at, ok := unix(value); ok {
				p.Note = at.UTC().Format(time.DateTime) + " UTC, " + old(at, sent) + " before it was sent"
			} else {
				p.Note = "no number"
			}
		case "v1":
			p.Right = right != "" && value == right
			matches = matches || p.Right
			p.Note = map[bool]string{true: "right", false: "not what this body signs to"}[p.Right]
			if right == "" {
				p.Note = ""
			}
		case "v0":
			p.Note = "a decoy: Stripe adds it in test mode, and handlers must not believe it"
		default:
			p.Note = "not known to Stripe's libraries, which skip it"
		}
		j.Parts = append(j.Parts, p)
	}
	return matches
}

func timestamp(header string) (at time.Time, ok bool) {
	for element := range strings.SplitSeq(header, ",") {
		if value, found := strings.CutPrefix(element, "t="); found {
			at, ok = unix(value)
		}
	}
	return at, ok
}

func unix(text string) (time.Time, bool) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// old formats an age in whole seconds, the unit of the header. The clock is read at the
// start of an attempt and again for its signature, perhaps a second later.
func old(stamp, sent time.Time) string {
	age := sent.Truncate(time.Second).Sub(stamp)
	switch {
	case age == -time.Second:
		age = 0
	case age < 0:
		return "minus " + brief(-age)
	}
	return brief(age)
}

// brief formats a duration without trailing zero units: 5m, not 5m0s.
func brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// headerOf returns the signature header, in any spelling.
func headerOf(header http.Header) string {
	for name, values := range header {
		if strings.EqualFold(name, webhooktest.SignatureHeader) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// signedAt returns the time of an attempt by the signer's clock: the t of its signature,
// unless a mutation changed that.
func signedAt(a listen.Attempt) time.Time {
	at, ok := timestamp(headerOf(a.Request))
	if age := a.At.Sub(at); !ok || age < 0 || age >= verify.DefaultTolerance {
		return a.At
	}
	return at
}
