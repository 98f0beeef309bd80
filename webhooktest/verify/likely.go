package verify

// A table of symptoms for deliveries that nothing makes verify.

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
	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// A condition holds the visible facts of a delivery that no search makes verify.
type condition struct {
	*Received
	text     string // the start of the body, without leading white space
	document *jsonstyle.Document
	syntax   *json.SyntaxError // of the body, if it is not JSON
}

// A symptom is the visible sign of a mistake that cannot be undone.
type symptom struct {
	mistakes.Mistake
	conclusive bool // nothing else needs to be considered
	seen       func(c *condition) bool
}

// symptoms are in order, the strongest evidence first.
var symptoms = []symptom{
	{mistakes.Mistake{ID: "api-key", Problem: "the secret given is an API key", Topic: mistakes.ForWhich,
		Cause: "it was copied from the wrong page of the Dashboard, or read from the wrong variable"}, true,
		func(c *condition) bool { return c.anySecret("sk_", "rk_", "pk_") }},
	{mistakes.Mistake{ID: "no-secret", Problem: "the secret given is an id, not a secret", Topic: mistakes.ForWhich,
		Cause: "it was copied from the wrong place"}, true,
		func(c *condition) bool { return c.anySecret("we_", "evt_", "acct_", "ed_", "price_", "http") }},
	{mistakes.Mistake{ID: "masked-secret", Problem: "the secret given is masked", Topic: mistakes.ForWhich,
		Cause: "the Dashboard shows only its first characters until you click to reveal it"}, true,
		func(c *condition) bool {
			return slices.ContainsFunc(c.Secrets, func(s string) bool {
				return strings.ContainsAny(s, "*•…") || strings.Contains(s, "...") || strings.HasPrefix(s, "whsec_xxx")
			})
		}},
	{mistakes.Mistake{ID: "empty", Problem: "the body is empty", Topic: mistakes.ForConsumed,
		Cause: "something read it first: a parser, a logger, a proxy"}, true,
		func(c *condition) bool { return len(bytes.TrimSpace(c.Body)) == 0 }},
	{mistakes.Mistake{ID: "not-the-body", Problem: "the body is a printed object instead of what was sent", Topic: mistakes.ForRawBody,
		Cause: "an object (a parsed body, a stream, a promise) was converted to text instead of reading its bytes"}, true, printedObject},
	{mistakes.Mistake{ID: "part-of-event", Problem: "the body is not an event", Topic: mistakes.ForPart,
		Cause: "the signature covers the whole event, byte for byte; this was taken out of one, or is several"}, true,
		func(c *condition) bool { return c.part() != "" }},
	{mistakes.Mistake{ID: "concatenated", Problem: "the body is more than one JSON value", Topic: mistakes.ForLimit,
		Cause: "several requests, or a log, were read as one"}, true,
		func(c *condition) bool {
			return c.syntax != nil && strings.Contains(c.syntax.Error(), "after top-level value")
		}},
	{mistakes.Mistake{ID: "cut", Problem: "the body is truncated: it ends in the middle of its JSON", Topic: mistakes.ForLimit,
		Cause: "a limit on the size of the body, or a wrong Content-Length"}, true,
		func(c *condition) bool {
			return c.syntax != nil && c.syntax.Offset >= int64(len(c.Body)) && strings.HasPrefix(c.text, "{")
		}},
	{mistakes.Mistake{ID: "not-json", Problem: "the body is not JSON", Topic: mistakes.ForRawBody,
		Cause: "it belongs to another request, or was encoded or encrypted on its way"}, false,
		func(c *condition) bool { return c.syntax != nil }},
	{replacedCharactersMistake, false, func(c *condition) bool {
		return bytes.ContainsRune(c.Body, utf8.RuneError) || !utf8.Valid(c.Body) || !c.asStripe() && questions(c.Body)
	}},
	{mistakes.Mistake{ID: "redacted", Problem: "the body has redacted values", Topic: mistakes.ForRawBody,
		Cause: "it comes from a log or a store that removes personal data; it can no longer be verified"}, false,
		func(c *condition) bool {
			return slices.ContainsFunc([]string{"[FILTERED]", "[REDACTED]", "[Filtered]", "[redacted]", "\"***", "[MASKED]"}, func(s string) bool { return bytes.Contains(c.Body, []byte(s)) })
		}},
	{mistakes.Mistake{ID: "nulls-dropped", Problem: "the body was parsed and re-serialized without its null fields", Topic: mistakes.ForRawBody, Languages: "java dotnet go",
		Cause: "the serializer omits null (Gson, Jackson's NON_NULL, WhenWritingNull), or it serialized a class of an SDK; what is missing cannot be recovered"}, false,
		func(c *condition) bool {
			return c.document != nil && !c.asStripe() && len(c.Body) > 500 && !bytes.Contains(c.Body, []byte("null"))
		}},
	{mistakes.Mistake{ID: "reserialized", Problem: "the body was parsed and re-serialized: it is not laid out as Stripe lays out events", Topic: mistakes.ForRawBody,
		Cause: "a JSON parser ran before the check; what it did to keys, numbers or values cannot be undone"}, false,
		func(c *condition) bool { return c.document != nil && !c.asStripe() }},
}

var replacedCharactersMistake = mistakes.Mistake{ID: "replaced-characters", Problem: "the body has placeholders for lost characters (U+FFFD or question marks)",
	Topic: mistakes.ForCharset, Cause: "it was decoded or written in a charset that lacks them; they cannot be recovered"}

var otherSecretMistake = mistakes.Mistake{ID: "other-secret", Problem: "the signature was made with another secret or for another body", Topic: mistakes.ForWhich}

var noV1Mistake = mistakes.Mistake{ID: "no-v1", Problem: "has no v1, the only scheme that counts", Topic: mistakes.ForForgery,
	Cause: "the element was lost on the way, or someone is trying an unused scheme; v0 is a decoy of test mode"}

// addLikely adds likely causes if nothing made the signature match.
func (v *Verification) addLikely(r *Received, readings []reading, exhausted bool) {
	if !slices.ContainsFunc(readings, reading.hasV1) {
		v.Findings = append(v.Findings, found(&noV1Mistake, "the header "))
		return
	}
	c := r.condition()
	genuine := c.asStripe() // then the secret is likelier: a customer may have written what looks like a symptom
	if certain := v.addSymptoms(c, !genuine); certain {
		return
	}
	f := found(&otherSecretMistake, "")
	f.Proven, f.Cause = false, c.whoseSecret()
	if exhausted {
		f.Cause += " (the body is too large to try everything)"
	}
	v.Findings = append(v.Findings, f)
	if genuine {
		v.addGuesses(c)
	}
}

// addSymptoms adds the symptoms of a delivery, guesses only on request. certain means that
// they explain everything.
func (v *Verification) addSymptoms(c *condition, guesses bool) (certain bool) {
	for i := range symptoms {
		s := &symptoms[i]
		if len(v.Findings) > 2 || !s.conclusive && !guesses || !s.seen(c) {
			continue
		}
		f := found(&s.Mistake, "")
		f.Proven, f.Problem = s.conclusive && s.ID != "cut", f.Problem+c.detail(s.ID)
		if v.Findings = append(v.Findings, f); s.conclusive {
			return true
		}
		if s.ID == "nulls-dropped" {
			break
		}
	}
	return false
}

// addGuesses adds symptoms that genuine events may have, too.
func (v *Verification) addGuesses(c *condition) {
	v.addSymptoms(c, true)
	if questions(c.Body) && !bytes.ContainsRune(c.Body, utf8.RuneError) {
		f := found(&replacedCharactersMistake, "")
		f.Proven = false
		v.Findings = append(v.Findings, f)
	}
}

func (r *Received) condition() *condition {
	trimmed := bytes.TrimSpace(r.Body)
	c := &condition{Received: r, text: string(trimmed[:min(len(trimmed), 200)])}
	if len(r.Body) > mistakes.MaxSearched {
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

// asStripe reports whether the body is laid out as Stripe lays out events.
func (c *condition) asStripe() bool {
	return c.document != nil && mistakes.AsStripe(c.Body, c.document)
}

// printedObject recognizes printed objects.
func printedObject(c *condition) bool {
	return slices.Contains([]string{"{}", "[]", "null", "undefined", "None", "nil", "Array", "true", "System.Byte[]", "System.IO.Stream"}, c.text) ||
		slices.ContainsFunc([]string{"[object ", "<Buffer ", "#<", "<_io", "map[", "java.io.", "[B@", "org.", "Microsoft.", "<Stripe", "<stripe"}, func(prefix string) bool {
			return strings.HasPrefix(c.text, prefix)
		})
}

// questions reports whether question marks may have replaced letters of another alphabet:
// several, or next to letters, and not in a URL.
func questions(body []byte) bool {
	if bytes.Contains(body, []byte("??")) {
		return true
	}
	for i, b := range body {
		if b == '?' && i > 0 && i+1 < len(body) && isLetter(body[i-1]) && (isLetter(body[i+1]) || body[i+1] == ' ') && !inURL(body[:i]) {
			return true
		}
	}
	return false
}

// inURL reports whether a text in JSON ends inside a URL or its path.
func inURL(before []byte) bool {
	text := before[max(0, len(before)-200):]
	text = text[bytes.LastIndexByte(text, '"')+1:]
	return bytes.HasPrefix(text, []byte("/")) || bytes.Contains(text, []byte("://"))
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// part describes the body if it is a part of an event or something else. "" means that it
// is an event, or unknown.
func (c *condition) part() string {
	if c.document == nil {
		return ""
	}
	root := c.document.Root()
	word := func(key string) (text string, isObject bool) {
		if v := root.Child(key); v != nil {
			_ = json.Unmarshal([]byte(c.document.Source(v)), &text) // anything else is not a word
			return text, v.Kind == '{'
		}
		return "", false
	}
	object, nested := word("object")
	typ, _ := word("type")
	switch {
	case root.Kind == '[' && len(root.Children) > 0:
		return "a list"
	case root.Kind != '{' || object == "event" || strings.HasPrefix(object, "v2.core.event"):
		return ""
	case nested && typ == "":
		return "the data of one, as the Dashboard shows it: data.object without what is around it"
	case object == "list":
		return "a list, as the API answers with"
	case object != "" && root.Child("id") != nil && strings.Trim(object, "abcdefghijklmnopqrstuvwxyz_.0123456789") == "":
		return "only the object of one (data.object), of the kind " + object
	}
	return ""
}

// detail adds specifics to the problem of a symptom.
func (c *condition) detail(id string) string {
	switch id {
	case "part-of-event":
		return ": it is " + c.part()
	case "not-the-body":
		return ": " + strconv.Quote(c.text[:min(len(c.text), 40)])
	case "concatenated":
		return ": another one begins at byte " + strconv.FormatInt(c.syntax.Offset, 10)
	case "not-json":
		return ": " + c.syntax.Error() + " at byte " + strconv.FormatInt(c.syntax.Offset, 10)
	case "cut":
		text := ", after " + count(len(c.Body), "byte")
		if length := c.Header.Get("Content-Length"); length != "" && length != strconv.Itoa(len(c.Body)) {
			text += " (Content-Length says " + fmt.Sprintf("%.20q", length) + ")"
		}
		for _, limit := range limits {
			if limit.bytes == len(c.Body) || limit.bytes == len(c.Body)-1 {
				text += ": that is a common limit, " + limit.says
			}
		}
		return text
	}
	return ""
}

// limits are sizes at which bodies are truncated or rejected.
var limits = []struct {
	bytes int
	says  string
}{
	{16 << 10, "16 KiB"}, {64 << 10, "64 KiB, from Stripe's sample for Go"}, {100 << 10, "100 KiB, from the body parsers of Express"},
	{100_000, "100 kB"}, {128 << 10, "128 KiB"}, {1 << 20, "1 MiB, from nginx"}, {1_000_000, "1 MB"},
	{8 << 10, "8 KiB, the size of a buffer"}, {32 << 10, "32 KiB, the size of a buffer"}, {4 << 10, "4 KiB, the size of a buffer"},
}

// whoseSecret describes the missing secret, as far as it is known.
func (c *condition) whoseSecret() string {
	cause := "each endpoint has its own secret, and so do test mode, live mode and stripe listen; or the header belongs to another delivery"
	if c.asStripe() {
		cause = "the body is laid out as Stripe lays out events, so the secret is most likely wrong: " + cause
	}
	if c.document != nil {
		if live := c.document.Root().Child("livemode"); live != nil {
			cause += map[string]string{"true": ". This is a live-mode event", "false": ". This is a test-mode event"}[c.document.Source(live)]
		}
	}
	if slices.ContainsFunc(c.Secrets, fromListen) {
		cause += ". A secret given looks like one from stripe listen, which signs only what it forwards"
	}
	return cause
}

// fromListen reports whether a secret looks like one from the Stripe CLI: 64 hexadecimal
// digits. Dashboard secrets have 32 letters and digits.
func fromListen(secret string) bool {
	return isDigest(strings.TrimPrefix(strings.TrimSpace(secret), mistakes.SecretPrefix))
}
