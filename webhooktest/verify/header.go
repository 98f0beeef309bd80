package verify

// Parsing a Stripe-Signature header, and a table of mistakes in headers.

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// A reading is the parsed meaning of a Stripe-Signature header.
type reading struct {
	timestamp string
	digests   []digest
}

// A digest is an element of a header other than the timestamp.
type digest struct{ scheme, value string }

func (r reading) hasV1() bool {
	return slices.ContainsFunc(r.digests, func(d digest) bool { return d.scheme == "v1" })
}

// A headerReading is the result of parsing a header.
type headerReading struct {
	readings   []reading
	faults     []Finding
	unreadable bool // nothing can be verified with it
}

// maxHeader is the maximum length of a header, in bytes, and maxReadings the maximum number
// of joined headers to try. Servers accept only a few KB of headers.
const (
	maxHeader   = 16 << 10
	maxReadings = 8
)

// readHeader parses a header as strictly as the strictest library. If that fails, it undoes
// mistakes until parsing succeeds, and reports them.
func readHeader(header string) headerReading {
	var h headerReading
	text := header
	if len(text) > maxHeader {
		h.reject("header-garbage")
		return h
	}
	for i := range headerMistakes {
		m := &headerMistakes[i]
		if elements, ok := strictElements(text); ok {
			h.readings = group(elements)
			break
		}
		if before := m.undo(text); before != text {
			text = before
			h.faults = append(h.faults, found(&m.Mistake, "the header "))
		}
	}
	if elements, ok := strictElements(text); ok {
		h.readings = group(elements)
	}
	if len(h.readings) == 0 {
		h.reject(lacking(header, text))
	}
	if len(h.readings) > 1 {
		h.faults = append(h.faults, found(&headerJoined, "the header "))
	}
	return h
}

// reject gives up on a header.
func (h *headerReading) reject(id string) {
	h.unreadable = true
	i := slices.IndexFunc(headerLacks, func(m mistakes.Mistake) bool { return m.ID == id })
	if id == "unsigned" {
		h.faults = []Finding{found(&headerLacks[i], "the delivery ")}
		return
	}
	undone := slices.DeleteFunc(h.faults, func(f Finding) bool { return f.ID == "header-odd-elements" })
	h.faults = append([]Finding{found(&headerLacks[i], "the header ")}, undone...)
}

// lacking says why a header cannot be parsed even with its mistakes undone.
func lacking(header, text string) string {
	has := func(part string) bool { return strings.Contains(","+strings.ToLower(text), part) }
	trimmed := strings.ToLower(strings.TrimSpace(header))
	switch {
	case trimmed == "" || trimmed == "undefined" || trimmed == "null" || trimmed == "none":
		return "unsigned"
	case strings.HasPrefix(trimmed, "sha256=") || strings.HasPrefix(trimmed, "sha1="):
		return "header-github"
	case strings.HasPrefix(trimmed, "v1,"):
		return "header-svix"
	case isDigest(trimmed) || !has(",t=") && has(",v1="):
		return "header-no-timestamp"
	case has(",t=") && !has(",v1="):
		return "header-cut"
	case has(",t=") && has(",v1="):
		return "header-bad-timestamp"
	}
	return "header-garbage"
}

// strictElements splits a header as the strictest library does: elements with one
// "=" each, a timestamp of digits, and at least one signature. It does not
// check signatures.
func strictElements(header string) (elements []digest, ok bool) {
	stamps := 0
	for element := range strings.SplitSeq(header, ",") {
		key, value, found := strings.Cut(element, "=")
		switch {
		case !found || value == "" || strings.Contains(value, "=") || strings.ContainsFunc(element, isOdd):
			return nil, false
		case key == "t":
			stamps++
			if !isTimestamp(value) {
				return nil, false
			}
		case !isScheme(key):
			return nil, false
		case key == "v1" && isBase64Digest(value):
			return nil, false
		}
		elements = append(elements, digest{key, value})
	}
	return elements, stamps > 0 && len(elements) > stamps
}

// isTimestamp reports whether text is a whole number. Negative numbers count: they can be
// signed, and are too old.
func isTimestamp(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && len(digits) <= 18 && strings.Trim(digits, "0123456789") == ""
}

// isScheme reports whether a key could name a scheme: v1, v0, or another that libraries
// ignore.
func isScheme(key string) bool {
	return key != "" && key == strings.ToLower(key) && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func isOdd(r rune) bool { return r <= ' ' || r == '"' || r == '\'' || r > '~' || r == ';' }

// group splits elements into readings, one for each timestamp.
func group(elements []digest) []reading {
	var readings []reading
	first := slices.IndexFunc(elements, func(e digest) bool { return e.scheme == "t" })
	readings = append(readings, reading{timestamp: elements[first].value, digests: slices.Clone(elements[:first])})
	for _, e := range elements[first+1:] {
		last := &readings[len(readings)-1]
		if e.scheme == "t" && len(readings) < maxReadings {
			readings = append(readings, reading{timestamp: e.value})
		} else if e.scheme != "t" {
			last.digests = append(last.digests, e)
		}
	}
	return readings
}

// A headerMistake is a mistake in a header and how to undo it. undo returns the header
// unchanged if the mistake was not made.
type headerMistake struct {
	mistakes.Mistake
	undo func(header string) string
}

// headerMistakes are in the order of undoing.
var headerMistakes = []headerMistake{
	{mistakes.Mistake{ID: "header-name", Problem: "contains its own name", Topic: mistakes.ForHeader,
		Cause: "a whole line of a log or of curl -v was used as the value"}, withoutName},
	{mistakes.Mistake{ID: "header-url-encoded", Problem: "is URL-encoded", Topic: mistakes.ForHeader,
		Cause: "a proxy, a queue or a test encoded it as part of a URL or form"}, urlDecoded},
	{mistakes.Mistake{ID: "header-list", Problem: "is a printed list", Topic: mistakes.ForHeader,
		Cause: "frameworks return headers as lists of values; the list was converted to text instead of its only element"}, withoutBrackets},
	{mistakes.Mistake{ID: "header-quoted", Problem: "is in quotes", Topic: mistakes.ForHeader,
		Cause: "a shell, a log or a configuration file added them"}, withoutQuotes},
	{mistakes.Mistake{ID: "header-colons", Problem: "has colons instead of \"=\"", Topic: mistakes.ForHeader,
		Cause: "it was parsed into a map, and the map was printed"}, withEquals},
	{mistakes.Mistake{ID: "header-spaces", Problem: "contains white space", Topic: mistakes.ForHeader,
		Cause: "two header lines were joined with \", \", or someone made it readable; of Stripe's libraries, only those for Ruby and .NET accept it"}, withoutSpaces},
	{mistakes.Mistake{ID: "header-separators", Problem: "separates its elements with something other than commas", Topic: mistakes.ForHeader,
		Cause: "a proxy or a framework mistook the commas for separators of cookies or header values"}, withCommas},
	{mistakes.Mistake{ID: "header-key-case", Problem: "has upper-case keys", Topic: mistakes.ForHeader,
		Cause: "something normalized the header; libraries look for t and v1"}, withLowerKeys},
	{mistakes.Mistake{ID: "header-base64-digest", Problem: "has its signature in base64", Topic: mistakes.ForSigner,
		Cause: "the signer encodes its HMAC in base64, as Standard Webhooks does; Stripe's is hexadecimal"}, withHexDigest},
	{mistakes.Mistake{ID: "header-timestamp", Problem: "has a timestamp that is not whole seconds", Topic: mistakes.ForSigner,
		Cause: "the signer writes a fraction or a date; Stripe writes Unix seconds"}, withSeconds},
	{mistakes.Mistake{ID: "header-odd-elements", Problem: "has elements that are empty or do not have exactly one \"=\"", Topic: mistakes.ForHeader,
		Cause: "there is an extra comma, or another signer's element; stripe-go rejects such a header, other libraries ignore the element"}, withoutOddElements},
}

var headerJoined = mistakes.Mistake{ID: "header-joined", Problem: "is several headers in one: it has several timestamps", Topic: mistakes.ForHeader,
	Cause: "the request has Stripe-Signature twice, because a proxy added it again or a retry reused the request, and the two were joined with a comma; libraries use the first or the last"}

// headerLacks are mistakes that cannot be undone.
var headerLacks = []mistakes.Mistake{
	{ID: "unsigned", Problem: "is not signed: there is no Stripe-Signature", Topic: mistakes.ForUnsigned,
		Cause: "it is not from Stripe, a proxy dropped the header, or the handler looks for another name; anyone can send such a request"},
	{ID: "header-cut", Problem: "has a timestamp and no signature", Topic: mistakes.ForHeader,
		Cause: "it was cut at its first comma: a proxy, a map of headers or a parser mistook the comma for the end of the value"},
	{ID: "header-no-timestamp", Problem: "has no timestamp", Topic: mistakes.ForHeader,
		Cause: "an element was lost on the way, or only the digest was passed on; nothing can be verified without t"},
	{ID: "header-bad-timestamp", Problem: "has a timestamp that is not a number", Topic: mistakes.ForSigner,
		Cause: "it is not a header from Stripe, or a template was not filled in"},
	{ID: "header-github", Problem: "is not from Stripe: it looks like that of GitHub's webhooks", Topic: mistakes.ForHeader,
		Cause: "the request is another sender's, or the value is another header's"},
	{ID: "header-svix", Problem: "is not from Stripe: it looks like that of Svix or Standard Webhooks", Topic: mistakes.ForHeader,
		Cause: "the request is another sender's, or the value is another header's"},
	{ID: "header-garbage", Problem: "cannot be read: it has no t=…,v1=…", Topic: mistakes.ForHeader,
		Cause: "it is another header's value, or was changed beyond recognition"},
}

func withoutName(header string) string {
	name, value, found := strings.Cut(header, ":")
	if !found {
		name, value, found = strings.Cut(header, "=")
	}
	name = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-")
	if found && strings.TrimPrefix(name, "http-") == "stripe-signature" {
		return strings.TrimSpace(value)
	}
	return header
}

func urlDecoded(header string) string {
	decoded, err := url.QueryUnescape(header)
	if err != nil || !strings.Contains(decoded, "=") {
		return header
	}
	return decoded
}

func withoutBrackets(header string) string {
	inner := strings.TrimSpace(header)
	if len(inner) < 2 || !strings.Contains("[] {} ()", inner[:1]+inner[len(inner)-1:]) {
		return header
	}
	return inner[1 : len(inner)-1]
}

func withoutQuotes(header string) string {
	if inside, ok := strings.CutPrefix(header, "b'"); ok { // Python's bytes
		header = inside
	}
	return strings.NewReplacer(`\"`, "", `"`, "", "'", "", "&quot;", "", "“", "", "”", "").Replace(header)
}

// withoutSpaces removes white space around commas and equals signs.
func withoutSpaces(header string) string {
	elements := strings.Split(strings.TrimFunc(header, mistakes.IsBlank), ",")
	for i, element := range elements {
		key, value, found := strings.Cut(strings.TrimFunc(element, mistakes.IsBlank), "=")
		if elements[i] = strings.TrimFunc(key, mistakes.IsBlank); found {
			elements[i] += "=" + strings.TrimFunc(value, mistakes.IsBlank)
		}
	}
	return strings.Join(elements, ",")
}

func withCommas(header string) string {
	separates := func(r rune) bool { return r == ';' || r == '&' || r == '|' || mistakes.IsBlank(r) }
	if !strings.ContainsFunc(header, separates) {
		return header
	}
	return strings.Join(strings.FieldsFunc(header, func(r rune) bool { return r == ',' || separates(r) }), ",")
}

func withEquals(header string) string {
	if strings.Contains(header, "=") {
		return strings.ReplaceAll(header, "=>", "=")
	}
	return strings.ReplaceAll(header, ":", "=")
}

func withLowerKeys(header string) string {
	return eachElement(header, func(key, value string) string {
		if lower := strings.ToLower(key); lower == "t" || lower == "v1" || lower == "v0" {
			key = lower
		}
		return key + "=" + value
	})
}

func withHexDigest(header string) string {
	return eachElement(header, func(key, value string) string {
		if key == "v1" && isBase64Digest(value) {
			decoded, _ := base64.RawStdEncoding.DecodeString(mistakes.PlainBase64(value))
			value = hex.EncodeToString(decoded)
		}
		return key + "=" + value
	})
}

func withSeconds(header string) string {
	return eachElement(header, func(key, value string) string {
		if key != "t" || isTimestamp(value) {
			return key + "=" + value
		}
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			value = strconv.FormatInt(at.Unix(), 10)
		} else if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds < maxSeconds {
			value = strconv.FormatInt(int64(seconds), 10)
		}
		return key + "=" + value
	})
}

func withoutOddElements(header string) string {
	elements := slices.DeleteFunc(strings.Split(header, ","), func(element string) bool {
		key, value, _ := strings.Cut(element, "=")
		return value == "" || strings.Contains(value, "=") || !isScheme(key)
	})
	return strings.Join(elements, ",")
}

// eachElement rewrites each element that has a key and a value.
func eachElement(header string, rewrite func(key, value string) string) string {
	elements := strings.Split(header, ",")
	for i, element := range elements {
		if key, value, found := strings.Cut(element, "="); found {
			elements[i] = rewrite(key, value)
		}
	}
	return strings.Join(elements, ",")
}

// isBase64Digest reports whether text is the base64 of 32 bytes.
func isBase64Digest(text string) bool {
	decoded, err := base64.RawStdEncoding.DecodeString(mistakes.PlainBase64(text))
	return err == nil && len(decoded) == macLength/2 && !isDigest(text)
}

func isDigest(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == macLength
}
