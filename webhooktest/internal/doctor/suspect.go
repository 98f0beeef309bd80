package doctor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
)

// A condition is what can be seen of a delivery that nothing makes verify.
type condition struct {
	*Received
	text     string // the beginning of the body, without white space before it
	document *jsonstyle.Document
	syntax   *json.SyntaxError // of the body, if it is no JSON
}

// A symptom is what can be seen of a mistake that cannot be undone.
type symptom struct {
	mistake
	alone bool // nothing else need be suspected
	seen  func(c *condition) bool
}

// symptoms are in the order of what they tell.
var symptoms = []symptom{
	{mistake{"api-key", "the secret given is an API key", "it was taken from the wrong page of the Dashboard, or the wrong variable", forWhich, ""}, true,
		func(c *condition) bool { return c.anySecret("sk_", "rk_", "pk_") }},
	{mistake{"no-secret", "the secret given is the id of something, not a secret", "it was taken from the wrong place", forWhich, ""}, true,
		func(c *condition) bool { return c.anySecret("we_", "evt_", "acct_", "ed_", "price_", "http") }},
	{mistake{"masked-secret", "the secret given is a masked one", "it was copied where only its first characters are shown: click to reveal it", forWhich, ""}, true,
		func(c *condition) bool {
			return slices.ContainsFunc(c.Secrets, func(s string) bool {
				return strings.ContainsAny(s, "*•…") || strings.Contains(s, "...") || strings.HasPrefix(s, "whsec_xxx")
			})
		}},
	{mistake{"empty", "the body is empty", "something read it before: a parser, a logger, a proxy", forConsumed, ""}, true,
		func(c *condition) bool { return len(bytes.TrimSpace(c.Body)) == 0 }},
	{mistake{"not-the-body", "the body is not what was sent, but something that was printed in its place", "an object was turned to text (a parsed body, a stream, a promise) where bytes are needed", forRawBody, ""}, true, printedObject},
	{mistake{"concatenated", "the body is more than one JSON value", "several requests were read as one, or a log was", forLimit, ""}, true,
		func(c *condition) bool {
			return c.syntax != nil && strings.Contains(c.syntax.Error(), "after top-level value")
		}},
	{mistake{"cut", "the body is cut: it ends in the middle of its JSON", "a limit on the body's size, or a wrong Content-Length", forLimit, ""}, true,
		func(c *condition) bool {
			return c.syntax != nil && c.syntax.Offset >= int64(len(c.Body)) && strings.HasPrefix(c.text, "{")
		}},
	{mistake{"not-json", "the body is not JSON", "it is another request's, or was encoded or encrypted on its way", forRawBody, ""}, false,
		func(c *condition) bool { return c.syntax != nil }},
	{mistake{"replaced-characters", "the body has characters that stand for lost ones (U+FFFD, or question marks)", "it was decoded or written in a charset that lacks them; what they were cannot be told", forCharset, ""}, false,
		func(c *condition) bool {
			return bytes.ContainsRune(c.Body, utf8.RuneError) || !utf8.Valid(c.Body) || bytes.Contains(c.Body, []byte("??")) || manyQuestions(c.Body)
		}},
	{mistake{"redacted", "the body has values that were replaced", "it comes out of a log or a store that removes personal data; it cannot be verified any more", forRawBody, ""}, false,
		func(c *condition) bool {
			return slices.ContainsFunc([]string{"[FILTERED]", "[REDACTED]", "[Filtered]", "[redacted]", "\"***", "[MASKED]"}, func(s string) bool { return bytes.Contains(c.Body, []byte(s)) })
		}},
	{mistake{"nulls-dropped", "the body was parsed and written again without its null fields", "a serialiser that leaves out null (Gson, Jackson's NON_NULL, WhenWritingNull), or a class of an SDK; what is missing cannot be told", forRawBody, "java dotnet go"}, false,
		func(c *condition) bool {
			return c.document != nil && !c.asStripe() && len(c.Body) > 500 && !bytes.Contains(c.Body, []byte("null"))
		}},
	{mistake{"reserialised", "the body was parsed and written again: it is not laid out as Stripe's are", "a JSON parser ran before the check. What it did to keys, numbers or values cannot be undone", forRawBody, ""}, false,
		func(c *condition) bool { return c.document != nil && !c.asStripe() }},
}

var otherSecretMistake = mistake{"other-secret", "the signature was made with another secret, or over another body", "", forWhich, ""}

var noV1Mistake = mistake{"no-v1", "has no v1, which alone counts", "the element was lost on the way, or somebody tries a scheme that is not in use; v0 is test mode's decoy", forForgery, ""}

// suspect adds what is likely when nothing made the signature match.
func (v *Verification) suspect(r *Received, readings []reading, exhausted bool) {
	if !slices.ContainsFunc(readings, reading.hasV1) {
		v.Findings = append(v.Findings, noV1Mistake.finding("the header "))
		return
	}
	c := r.condition()
	for i := range symptoms {
		s := &symptoms[i]
		if len(v.Findings) > 2 || !s.seen(c) {
			continue
		}
		f := s.finding("")
		f.Proven, f.Says = s.alone && s.id != "cut", f.Says+c.detail(s.id)
		if v.Findings = append(v.Findings, f); s.alone {
			return
		}
		if s.id == "nulls-dropped" {
			break
		}
	}
	f := otherSecretMistake.finding("")
	f.Proven, f.Cause = false, c.whoseSecret()
	if exhausted {
		f.Cause += " (the body is too large to try everything that can have happened to it)"
	}
	v.Findings = append(v.Findings, f)
}

func (r *Received) condition() *condition {
	trimmed := bytes.TrimSpace(r.Body)
	c := &condition{Received: r, text: string(trimmed[:min(len(trimmed), 200)])}
	if len(r.Body) > searchable {
		return c
	}
	var value json.RawMessage
	if err := json.Unmarshal(r.Body, &value); !errors.As(err, &c.syntax) {
		c.document, _ = jsonstyle.Parse(r.Body)
	}
	return c
}

func (c *condition) anySecret(prefixes ...string) bool {
	return slices.ContainsFunc(c.Secrets, func(secret string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(secret, prefix) })
	})
}

// asStripe reports whether the body is laid out as Stripe's are.
func (c *condition) asStripe() bool {
	if c.document == nil {
		return false
	}
	for _, how := range originals {
		isStripe := how.Layout.Indent == indented.Indent && how.Order == jsonstyle.Stripe
		if isStripe && bytes.Equal(c.document.Write(how, len(c.Body)), c.Body) {
			return true
		}
	}
	return false
}

// printedObject knows what objects look like when they are printed.
func printedObject(c *condition) bool {
	return slices.Contains([]string{"{}", "[]", "null", "undefined", "None", "nil", "Array", "true", "System.Byte[]", "System.IO.Stream"}, c.text) ||
		slices.ContainsFunc([]string{"[object ", "<Buffer ", "#<", "<_io", "map[", "java.io.", "[B@", "org.", "Microsoft.", "<Stripe", "<stripe"}, func(prefix string) bool {
			return strings.HasPrefix(c.text, prefix)
		})
}

// manyQuestions reports question marks beside letters in strings, where other
// alphabets may have been.
func manyQuestions(body []byte) bool {
	for i, b := range body {
		if b == '?' && i > 0 && i+1 < len(body) && isLetter(body[i-1]) && (isLetter(body[i+1]) || body[i+1] == ' ') && !bytes.Contains(body[max(0, i-100):i], []byte("://")) {
			return true
		}
	}
	return false
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// detail adds figures to what a symptom says.
func (c *condition) detail(id string) string {
	switch id {
	case "not-the-body":
		return ": " + strconv.Quote(c.text[:min(len(c.text), 40)])
	case "concatenated":
		return ": another begins at byte " + strconv.FormatInt(c.syntax.Offset, 10)
	case "not-json":
		return ": " + c.syntax.Error() + " at byte " + strconv.FormatInt(c.syntax.Offset, 10)
	case "cut":
		text := ", after " + count(len(c.Body), "byte")
		if length := c.Header.Get("Content-Length"); length != "" && length != strconv.Itoa(len(c.Body)) {
			text += " (Content-Length says " + fmt.Sprintf("%.20q", length) + ")"
		}
		for _, limit := range limits {
			if limit.bytes == len(c.Body) || limit.bytes == len(c.Body)-1 {
				text += ": that is a limit, " + limit.says
			}
		}
		return text
	}
	return ""
}

// limits are sizes at which bodies are cut, or refused.
var limits = []struct {
	bytes int
	says  string
}{
	{16 << 10, "16 KiB"}, {64 << 10, "64 KiB, of Stripe's sample for Go"}, {100 << 10, "100 KiB, of Express' body parsers"},
	{100_000, "100 kB"}, {128 << 10, "128 KiB"}, {1 << 20, "1 MiB, of nginx"}, {1_000_000, "1 MB"},
	{8 << 10, "8 KiB, of a buffer"}, {32 << 10, "32 KiB, of a buffer"}, {4 << 10, "4 KiB, of a buffer"},
}

// whoseSecret says what is known of the secret that is missing.
func (c *condition) whoseSecret() string {
	cause := "each endpoint, its test and its live mode, and stripe listen have secrets of their own; or the header belongs to another delivery"
	if c.asStripe() {
		cause = "the body is laid out as Stripe's are, so it is most likely the secret: " + cause
	}
	if c.document != nil {
		if live := c.document.Root().Child("livemode"); live != nil {
			cause += map[string]string{"true": ". This is a live-mode event", "false": ". This is a test-mode event"}[c.document.Source(live)]
		}
	}
	if slices.ContainsFunc(c.Secrets, fromListen) {
		cause += ". A secret given has the form of those of stripe listen, which signs only what it forwards itself"
	}
	return cause
}

// fromListen reports whether a secret has the form that the Stripe CLI's have: 64
// hexadecimal digits. The Dashboard's have 32 letters and digits.
func fromListen(secret string) bool {
	return isDigest(strings.TrimPrefix(strings.TrimSpace(secret), secretPrefix))
}
