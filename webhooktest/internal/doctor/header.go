package doctor

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A reading is what a Stripe-Signature header says, or is meant to say.
type reading struct {
	timestamp string
	digests   []digest
}

// A digest is an element of a header that is not its timestamp.
type digest struct{ scheme, value string }

func (r reading) hasV1() bool {
	return slices.ContainsFunc(r.digests, func(d digest) bool { return d.scheme == "v1" })
}

// A headerReading is all that could be read from a header.
type headerReading struct {
	readings []reading
	faults   []Finding
	hopeless bool // nothing can be verified with it
}

// maxHeader bounds the work on a header, and maxReadings how many are tried of one
// that was joined. Servers take no more than a few KB of headers.
const (
	maxHeader   = 16 << 10
	maxReadings = 8
)

// readHeader reads a header as strictly as the strictest library does. What it
// cannot read so it mends, and says what it had to mend.
func readHeader(header string) headerReading {
	var h headerReading
	text := header
	if len(text) > maxHeader {
		h.give("header-garbage")
		return h
	}
	for i := range headerMistakes {
		m := &headerMistakes[i]
		if elements, ok := strictElements(text); ok {
			h.readings = group(elements)
			break
		}
		if mended := m.mend(text); mended != text {
			text = mended
			h.faults = append(h.faults, m.finding("the header "))
		}
	}
	if elements, ok := strictElements(text); ok {
		h.readings = group(elements)
	}
	if len(h.readings) == 0 {
		h.give(lacking(header, text))
	}
	if len(h.readings) > 1 {
		h.faults = append(h.faults, headerJoined.finding("the header "))
	}
	return h
}

// give gives up on a header.
func (h *headerReading) give(id string) {
	h.hopeless = true
	i := slices.IndexFunc(headerLacks, func(m mistake) bool { return m.id == id })
	if id == "unsigned" {
		h.faults = []Finding{headerLacks[i].finding("the delivery ")}
		return
	}
	mended := slices.DeleteFunc(h.faults, func(f Finding) bool { return f.ID == "header-odd-elements" })
	h.faults = append([]Finding{headerLacks[i].finding("the header ")}, mended...)
}

// lacking says why a header cannot be read even when it is mended.
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
// "=" each, a timestamp of digits, and at least one signature. Signatures are not
// looked at yet.
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

// isTimestamp reports whether text is a whole number. A negative one is: it is
// signed by somebody, and too old.
func isTimestamp(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && len(digits) <= 18 && strings.Trim(digits, "0123456789") == ""
}

// isScheme reports whether a key is one that a scheme could have: v1, v0, and any
// other that libraries pass over.
func isScheme(key string) bool {
	return key != "" && key == strings.ToLower(key) && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func isOdd(r rune) bool { return r <= ' ' || r == '"' || r == '\'' || r > '~' || r == ';' }

// group cuts elements into readings: at each timestamp, if there are several.
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

// A headerMistake is what goes wrong with a header on its way. mend undoes it, and
// changes nothing where it was not made.
type headerMistake struct {
	mistake
	mend func(header string) string
}

// headerMistakes are in the order in which they are mended.
var headerMistakes = []headerMistake{
	{mistake{"header-name", "has its own name in the value", "the line of a log or of curl -v was taken for the value", forHeader, ""}, withoutName},
	{mistake{"header-url-encoded", "is URL-encoded", "a proxy, a queue or a test encoded it as a part of a URL or form", forHeader, ""}, urlDecoded},
	{mistake{"header-list", "is a list that was printed", "frameworks hand out headers as lists of values; the list was turned to text instead of its only element", forHeader, ""}, withoutBrackets},
	{mistake{"header-quoted", "is in quotes", "a shell, a log or a configuration put them there", forHeader, ""}, withoutQuotes},
	{mistake{"header-colons", "has colons where \"=\" belongs", "it was parsed to a map, and the map was printed", forHeader, ""}, withEquals},
	{mistake{"header-spaces", "has white space in it", "two header lines were joined with \", \", or somebody made it readable; of Stripe's libraries only those for Ruby and .NET accept it", forHeader, ""}, withoutSpaces},
	{mistake{"header-separators", "has its elements separated by something other than commas", "a proxy or a framework took the comma for a separator of its own (of cookies, of header values)", forHeader, ""}, withCommas},
	{mistake{"header-key-case", "has its keys in upper case", "something normalised the header; libraries look for t and v1", forHeader, ""}, withLowerKeys},
	{mistake{"header-base64-digest", "has its signature in base64", "the signer encodes its HMAC in base64, as Standard Webhooks do; Stripe's is hexadecimal", forSigner, ""}, withHexDigest},
	{mistake{"header-timestamp", "has a timestamp that is not in whole seconds", "the signer writes a fraction or a date; Stripe writes Unix seconds in digits", forSigner, ""}, withSeconds},
	{mistake{"header-odd-elements", "has elements that are empty or have not exactly one \"=\"", "a comma too many, or another signer's element; stripe-go refuses such a header, others pass over it", forHeader, ""}, withoutOddElements},
}

var headerJoined = mistake{"header-joined", "is two headers in one: it has several timestamps", "the request has Stripe-Signature twice, from a proxy that added it again or a retry that reused the request, and they were joined with a comma; libraries take the first or the last", forHeader, ""}

// headerLacks are what cannot be mended.
var headerLacks = []mistake{
	{"unsigned", "is not signed: there is no Stripe-Signature", "it does not come from Stripe, or a proxy dropped the header, or the handler looks for it under another name; anybody can send such a request", forForgery, ""},
	{"header-cut", "has a timestamp and no signature", "it was cut at its first comma: a proxy, a map of headers or a parser took the comma for the end of the value", forHeader, ""},
	{"header-no-timestamp", "has no timestamp", "an element was lost on the way, or only the digest was passed on; without t nothing can be verified", forHeader, ""},
	{"header-bad-timestamp", "has a timestamp that is no number", "it is not Stripe's header, or a template was not filled in", forSigner, ""},
	{"header-github", "is not Stripe's: it looks like the one of GitHub's webhooks", "another sender's request, or another header's value", forHeader, ""},
	{"header-svix", "is not Stripe's: it looks like the one of Svix or Standard Webhooks", "another sender's request, or another header's value", forHeader, ""},
	{"header-garbage", "cannot be read: it has no t=…,v1=…", "it is another header's value, or was changed beyond recognition", forHeader, ""},
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
	return strings.NewReplacer(`\"`, "", `"`, "", "'", "", "&quot;", "", "“", "", "”", "").Replace(header)
}

// withoutSpaces takes white space away from around commas and equals signs.
func withoutSpaces(header string) string {
	elements := strings.Split(strings.TrimFunc(header, isBlank), ",")
	for i, element := range elements {
		key, value, found := strings.Cut(strings.TrimFunc(element, isBlank), "=")
		if elements[i] = strings.TrimFunc(key, isBlank); found {
			elements[i] += "=" + strings.TrimFunc(value, isBlank)
		}
	}
	return strings.Join(elements, ",")
}

// isBlank also knows what is pasted along from web pages.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == 0
}

func withCommas(header string) string {
	separates := func(r rune) bool { return r == ';' || r == '&' || r == '|' || isBlank(r) }
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
			decoded, _ := base64.RawStdEncoding.DecodeString(plainBase64(value))
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

// eachElement rewrites the elements that have a key and a value.
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
	decoded, err := base64.RawStdEncoding.DecodeString(plainBase64(text))
	return err == nil && len(decoded) == macLength/2 && !isDigest(text)
}

// plainBase64 turns any of the alphabets into the standard one without padding.
func plainBase64(text string) string {
	return strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
}

func isDigest(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == macLength
}
